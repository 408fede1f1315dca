#pragma once
/// A started program and the ends of its pipes that are ours. Killed, with its group, and waited for when it
/// is dropped before its end.

#include <mlops/proc/process.hpp>

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <utility>

namespace mlops::proc {

/// An owned descriptor, close-on-exec.
class Pipe {
 public:
  Pipe() = default;
  explicit Pipe(int number) : number_(number) {}
  ~Pipe() { close(); }
  Pipe(Pipe&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Pipe& operator=(Pipe&& other) noexcept;

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close() noexcept;

 private:
  int number_ = -1;
};

class Child {
 public:
  /// Throws Error: not_found, failed.
  explicit Child(const Request& request);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t id() const { return id_; }
  Pipe& out() { return out_; }
  Pipe& err() { return err_; }
  /// Readable once it has ended; -1 where the kernel has no such thing.
  int end() const { return end_.get(); }
  /// To the whole group; a group that is gone is no fault.
  void signal(int number) const noexcept;
  /// Whether it has ended: also takes in descendants that were left to us. Stopped by a signal: that number
  /// in `stopped`.
  bool has_ended(int& stopped);
  Ended ended() const;

 private:
  void add(const rusage& usage);

  pid_t id_ = -1;
  Pipe out_;
  Pipe err_;
  Pipe end_;
  std::optional<int> status_;
  Usage usage_;
};

}  // namespace mlops::proc
