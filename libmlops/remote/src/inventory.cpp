#include "src/inventory.hpp"

#include <mlops/base/parallel.hpp>

#include <algorithm>

namespace mlops::remote {

Inventory::Inventory(const Ledger& ledger, unsigned threads,
                     const std::function<std::string(const PackItem& pack)>& tail_of)
    : objects_(ledger.objects) {
  std::vector<std::vector<Packed>> found(ledger.packs.size());
  in_parallel(ledger.packs.size(), {.threads = threads}, [&](std::size_t i) {
    const auto objects = store::objects_in(ledger.packs[i].id, tail_of(ledger.packs[i]));
    found[i].reserve(objects.size());
    for (const store::PackedObject& entry : objects) {
      found[i].push_back({.digest = entry.digest,
                          .offset = entry.offset,
                          .pack = static_cast<std::uint32_t>(i),
                          .stored = entry.stored,
                          .size = entry.size});
    }
  });
  for (auto& of_pack : found) {
    packed_.insert(packed_.end(), of_pack.begin(), of_pack.end());
    of_pack = {};
  }
  std::sort(packed_.begin(), packed_.end(),
            [](const Packed& a, const Packed& b) { return a.digest < b.digest; });
  std::sort(objects_.begin(), objects_.end(), [](const ObjectItem& a, const ObjectItem& b) {
    return a.digest != b.digest ? a.digest < b.digest : a.recipe < b.recipe;
  });
}

bool Inventory::has(const Digest& digest) const {
  return find_packed(digest) != nullptr || find_object(digest) != nullptr;
}

const Inventory::Packed* Inventory::find_packed(const Digest& digest) const {
  const auto at = std::lower_bound(packed_.begin(), packed_.end(), digest,
                                   [](const Packed& a, const Digest& d) { return a.digest < d; });
  return at == packed_.end() || at->digest != digest ? nullptr : &*at;
}

const ObjectItem* Inventory::find_object(const Digest& digest) const {
  const auto at = std::lower_bound(objects_.begin(), objects_.end(), digest,
                                   [](const ObjectItem& a, const Digest& d) { return a.digest < d; });
  return at == objects_.end() || at->digest != digest ? nullptr : &*at;
}

}  // namespace mlops::remote
