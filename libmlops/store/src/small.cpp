#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/store/small.hpp>

#include <algorithm>

#include "src/encodings.hpp"
#include "src/layout.hpp"

namespace mlops::store {
namespace {

static_assert(never_small == small_object);

struct Wanted {
  std::shared_ptr<const PackFile> pack;
  PackEntry entry = {};
  std::size_t number = 0;
};

}  // namespace

struct SmallObjects::Impl {
  explicit Impl(const Path& root) : packs(packs_folder(root)) {}

  /// Nothing where no pack has it, or one that does is damaged.
  std::optional<Packs::Found> find(const Digest& digest) {
    try {
      auto copies = packs.find(digest, false);
      if (!copies.empty()) return std::move(copies.front());
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
    }
    return std::nullopt;
  }

  Packs packs;
};

SmallObjects::SmallObjects(const Path& root) : impl_(std::make_unique<Impl>(root)) {}

SmallObjects::~SmallObjects() = default;

std::vector<std::size_t> SmallObjects::visit(
    const std::vector<Digest>& digests,
    const std::function<void(std::size_t number, std::string_view content)>& visit) const {
  std::vector<std::size_t> rest;
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < digests.size(); ++i) {
    if (auto found = impl_->find(digests[i])) {
      wanted.push_back({std::move(found->pack), found->entry, i});
    } else {
      rest.push_back(i);
    }
  }
  std::sort(wanted.begin(), wanted.end(), [](const Wanted& a, const Wanted& b) {
    return a.pack == b.pack ? a.entry.offset < b.entry.offset : a.pack < b.pack;
  });
  for (auto begin = wanted.begin(); begin != wanted.end();) {
    std::vector<PackEntry> entries;
    auto next = begin;
    for (; next != wanted.end() && next->pack == begin->pack; ++next) entries.push_back(next->entry);
    auto at = begin;  // They are visited in this order; where one is twice, both are the same.
    begin->pack->each(std::move(entries),
                      [&](const PackEntry& entry, std::optional<std::string_view> content) {
                        const std::size_t number = (at++)->number;
                        if (content && crypto::sha256(*content) == entry.digest) {
                          visit(number, *content);
                        } else {
                          rest.push_back(number);
                        }
                      });
    begin = next;
  }
  return rest;
}

}  // namespace mlops::store
