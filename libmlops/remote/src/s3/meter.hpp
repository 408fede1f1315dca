#pragma once
/// What of a file has been sent, as who waits for it hears of it: never less than before, and never more than
/// there is, however often a part was sent again. Safe for many threads.

#include <mlops/remote/space.hpp>

#include <mutex>

namespace mlops::remote::s3 {

class Meter {
 public:
  explicit Meter(const Moved& moved) : moved_(moved) {}

  void add(std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    sent_ += bytes;
    if (sent_ <= told_) return;
    if (moved_) moved_(sent_ - told_);
    told_ = sent_;
  }
  /// All of it is sent anew.
  void restart() {
    const std::lock_guard guard(mutex_);
    sent_ = 0;
  }
  /// They came to nothing.
  void take_back(std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    sent_ -= bytes;
  }

 private:
  const Moved& moved_;
  std::mutex mutex_;
  std::uint64_t sent_ = 0;
  std::uint64_t told_ = 0;
};

}  // namespace mlops::remote::s3
