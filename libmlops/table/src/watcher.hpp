#pragma once
/// Interrupts the engine's statement soon after a Cancel is set. One thread, asleep while no statement runs.

#include <mlops/base/cancel.hpp>

#include <duckdb.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace mlops::table {

class Watcher {
 public:
  /// Both must outlive the watcher.
  Watcher(const Cancel& cancel, duckdb_connection connection);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher();

  /// While one lives, a statement runs. `watcher` may be null: then nothing is watched.
  class Scope {
   public:
    explicit Scope(Watcher* watcher) : watcher_(watcher) { tell(true); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { tell(false); }

   private:
    void tell(bool running) {
      if (watcher_ != nullptr) watcher_->set_running(running);
    }
    Watcher* watcher_;
  };

 private:
  void set_running(bool running);
  void watch();

  const Cancel& cancel_;
  duckdb_connection connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace mlops::table
