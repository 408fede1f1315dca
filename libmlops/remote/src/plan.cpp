#include "src/plan.hpp"

#include <algorithm>

namespace mlops::remote {
namespace {

/// Parts of a pack that stand this close are one request.
constexpr std::uint64_t gap_bytes = 128 * 1024;

/// No request for parts of a pack is longer.
constexpr std::uint64_t range_bytes = 4 << 20;

/// A pack comes as it is when at least this share of it is wanted.
constexpr std::uint64_t worth_half = 2;

void plan_parts(const std::vector<const Packed*>& packed, std::size_t at, std::size_t end,
                const PackItem& pack, std::vector<Job>& jobs) {
  const std::size_t first = jobs.size();
  for (; at < end; ++at) {
    const Packed& part = *packed[at];
    const std::uint64_t stop = part.offset + part.stored;
    const bool apart = jobs.size() == first ||
                       part.offset > jobs.back().offset + jobs.back().bytes + gap_bytes ||
                       stop - jobs.back().offset > range_bytes;
    if (apart) jobs.push_back({.pack = &pack, .parts = {}, .offset = part.offset});
    jobs.back().parts.push_back(&part);
    jobs.back().bytes = stop - jobs.back().offset;
  }
}

}  // namespace

void plan(const Ledger& ledger, std::vector<const Packed*> packed, std::vector<Job>& jobs) {
  std::sort(packed.begin(), packed.end(), [](const Packed* a, const Packed* b) {
    return a->pack != b->pack ? a->pack < b->pack : a->offset < b->offset;
  });
  for (std::size_t at = 0; at < packed.size();) {
    std::size_t end = at;
    std::uint64_t wanted = 0;
    for (; end < packed.size() && packed[end]->pack == packed[at]->pack; ++end) wanted += packed[end]->stored;
    const PackItem& pack = ledger.packs[packed[at]->pack];
    if (wanted >= (pack.bytes - pack.index_bytes) / worth_half) {
      jobs.push_back({.pack = &pack, .bytes = pack.bytes});
    } else {
      plan_parts(packed, at, end, pack, jobs);
    }
    at = end;
  }
}

}  // namespace mlops::remote
