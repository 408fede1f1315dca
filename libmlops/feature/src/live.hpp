#pragma once
/// Timelines by key, in shards that are locked one by one.

#include <mlops/feature/live.hpp>

#include <array>
#include <atomic>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/event_rows.hpp"
#include "src/timeline.hpp"
#include "src/values.hpp"

namespace mlops::feature {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// Equal texts once.
class TextPool {
 public:
  const std::string* keep(std::string_view text);
  void release(const std::string* text);

 private:
  std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> uses_;
};

inline constexpr std::size_t shards_count = 32;

/// A line of the cache for itself. Locked as a std::shared_mutex, but that readers let a writer go first:
/// glibc's own would keep it waiting for as long as one of them is there.
struct alignas(64) Shard {
  void lock();
  void unlock() { mutex.unlock(); }
  void lock_shared() const;
  void unlock_shared() const { mutex.unlock_shared(); }

  mutable std::shared_mutex mutex;
  std::atomic<int> waiting = 0;
  std::int64_t complete_from = 0;
  std::unordered_map<std::string, Timeline, TextHash, std::equal_to<>> timelines;
  TextPool texts;
};

struct LiveView::Impl {
  View view;
  Layout layout;
  std::array<Shard, shards_count> shards = {};
  std::atomic<std::uint64_t> events = 0;
  std::atomic<std::uint64_t> keys = 0;
  std::atomic<std::int64_t> newest_us = no_moment;

  Impl(const View& of, std::int64_t complete_from_us);
  static std::size_t shard_index(std::string_view key) { return TextHash()(key) % shards_count; }
  void add(Shard& shard, EventRows& rows, std::span<const std::size_t> chosen);
  void forget(Shard& shard, Timeline& timeline, std::int64_t us);
};

}  // namespace mlops::feature
