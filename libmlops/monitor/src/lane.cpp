#include "src/lane.hpp"

#include <algorithm>
#include <exception>

#include "src/record.hpp"

namespace mlops::monitor {
namespace {

constexpr std::uint64_t least_bytes = 4'000'000;

}  // namespace

/// False, with nothing added, when memory is short.
bool Buffer::add(const Stream& stream, const Entry& entry, std::int64_t time_us) {
  const std::size_t before = records_.size();
  try {
    append(stream, entry, time_us, records_);
    return true;
  } catch (const std::exception&) {
    records_.resize(before);
    return false;
  }
}

bool Buffer::put(const Stream& stream, const Entry& entry) {
  if (!is_sampled(entry.request, stream.share)) return true;
  const std::size_t size = size_of(stream, entry);
  const std::int64_t now = clock_.now().us;
  const std::uint64_t most = std::max(bytes_ / lanes_.load(std::memory_order_relaxed), least_bytes);
  {
    const std::lock_guard lock(mutex_);
    if (records_.size() + size <= most && add(stream, entry, now)) return true;
  }
  dropped_.fetch_add(entry.answered.rows, std::memory_order_relaxed);
  return false;
}

void Buffer::take(std::string& records) {
  const std::lock_guard lock(mutex_);
  records_.swap(records);
}

}  // namespace mlops::monitor
