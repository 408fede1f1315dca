#pragma once
/// A flag that asks long work to stop. Set from a signal handler (set() is async-signal-safe) or another
/// thread; work calls check() at least ten times a second.

#include <atomic>

namespace mlops {

class Cancel {
 public:
  Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  void set() noexcept { set_.store(true, std::memory_order_relaxed); }
  bool is_set() const noexcept { return set_.load(std::memory_order_relaxed); }
  /// Throws Error(Code::interrupted) once the flag is set.
  void check() const;

 private:
  std::atomic<bool> set_ = false;
};

}  // namespace mlops
