#include "src/watcher.hpp"

#include <chrono>

namespace mlops::table {
namespace {

constexpr std::chrono::milliseconds look_every{50};

}  // namespace

Watcher::Watcher(const Cancel& cancel, duckdb_connection connection)
    : cancel_(cancel), connection_(connection), thread_([this] { watch(); }) {}

Watcher::~Watcher() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Watcher::set_running(bool running) {
  {
    const std::lock_guard lock(mutex_);
    running_ = running;
  }
  changed_.notify_all();
}

// Keeps interrupting while the statement runs: the engine forgets an interrupt that comes just before it
// starts.
void Watcher::watch() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    changed_.wait(lock, [this] { return running_ || ending_; });
    while (running_ && !ending_) {
      if (cancel_.is_set()) duckdb_interrupt(connection_);
      changed_.wait_for(lock, look_every, [this] { return !running_ || ending_; });
    }
  }
}

}  // namespace mlops::table
