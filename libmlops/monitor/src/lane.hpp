#pragma once
/// What one thread hands over to the one that writes: two texts that are swapped, so that whoever answers
/// waits for a swap at most.

#include <mlops/base/clock.hpp>
#include <mlops/monitor/prediction_log.hpp>

#include <atomic>
#include <mutex>
#include <string>

namespace mlops::monitor {

class Buffer final : public Lane {
 public:
  /// `lanes` share `bytes`; their number may still grow.
  Buffer(const Clock& clock, std::uint64_t bytes, const std::atomic<std::uint64_t>& lanes)
      : clock_(clock), bytes_(bytes), lanes_(lanes) {}

  bool put(const Stream& stream, const Entry& entry) override;

  /// Swaps what is there for `records`, which is empty.
  void take(std::string& records);
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  bool add(const Stream& stream, const Entry& entry, std::int64_t time_us);

  const Clock& clock_;
  const std::uint64_t bytes_;
  const std::atomic<std::uint64_t>& lanes_;
  std::mutex mutex_;
  std::string records_;
  std::atomic<std::uint64_t> dropped_ = 0;  ///< Rows.
};

}  // namespace mlops::monitor
