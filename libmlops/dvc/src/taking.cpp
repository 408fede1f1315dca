#include "src/taking.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/folder.hpp>

#include <algorithm>

#include "src/cache.hpp"

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;
using Lane = store::Objects::Batch::Lane;

/// So many are asked for at once.
constexpr unsigned connections = 8;
/// What comes over the network and is smaller goes through memory.
constexpr std::uint64_t small = 256 * 1024;

}  // namespace

/// Each thread takes one and gives it back.
class Taking::Lanes {
 public:
  explicit Lanes(store::Objects::Batch& batch) : batch_(batch) {}

  void with(const std::function<void(Lane& lane)>& work) {
    std::unique_ptr<Lane> lane;
    {
      const std::lock_guard guard(mutex_);
      if (!free_.empty()) {
        lane = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (!lane) lane = std::make_unique<Lane>(batch_);
    work(*lane);  // One whose work failed is dropped, and what it has.
    const std::lock_guard guard(mutex_);
    free_.push_back(std::move(lane));
  }

  void finish() {
    for (auto& lane : free_) lane->finish();
    free_.clear();
  }

 private:
  store::Objects::Batch& batch_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Lane>> free_;
};

Taking::Taking(const worktree::Place& place, Origin& origin, Linker& linker, Known& known, const Out& out)
    : place_(place),
      objects_(place.store.objects()),
      origin_(origin),
      linker_(linker),
      known_(known),
      out_(out),
      batch_(objects_),
      lanes_(std::make_unique<Lanes>(batch_)) {}

Taking::~Taking() {
  for (const Path& scrap : scraps_) fs::remove_file(scrap);
}

void Taking::finish() { lanes_->finish(); }

void Taking::take(std::vector<Wanted*> wanted) {
  take_known(wanted);
  std::vector<Wanted*> twice;  // Contents that stand under several names are read once.
  std::map<Name, Wanted*> first;
  std::erase_if(wanted, [&](Wanted* one) {
    if (first.emplace(one->name, one).second) return false;
    twice.push_back(one);
    return true;
  });
  std::vector<Wanted*> fresh = wanted;
  take_here(wanted);
  if (!wanted.empty()) take_there(wanted);
  for (const Wanted* one : fresh) known_.add(one->name, *one->meaning);
  for (Wanted* one : twice) one->meaning = first.at(one->name)->meaning;
}

/// Of those that are left, nobody knows what they are, or the store lacks it.
void Taking::take_known(std::vector<Wanted*>& wanted) {
  std::vector<Digest> known;
  for (Wanted* one : wanted) {
    one->meaning = known_.find(one->name);
    if (one->meaning) known.push_back(one->meaning->digest);
  }
  const std::vector<Digest> lost = batch_.lacks(std::move(known));
  std::erase_if(wanted, [&](Wanted* one) {
    if (!one->meaning) return false;
    if (!std::binary_search(lost.begin(), lost.end(), one->meaning->digest)) return true;
    one->meaning.reset();
    return false;
  });
}

/// From the cache, the work tree, and a remote that is a folder.
void Taking::take_here(std::vector<Wanted*>& wanted) {
  const auto all = [&](const OpenRemote* folder) {
    in_parallel(wanted.size(), {place_.threads, place_.cancel}, [&](std::size_t i) {
      lanes_->with([&](Lane& lane) { take_one(*wanted[i], folder, lane); });
    });
    std::erase_if(wanted, [](const Wanted* one) { return one->meaning.has_value(); });
  };
  all(nullptr);
  if (wanted.empty()) return;
  const OpenRemote* remote = origin_.remote_of(out_);
  if (remote != nullptr && remote->folder) all(remote);
}

/// From a bucket.
void Taking::take_there(std::vector<Wanted*>& wanted) {
  const OpenRemote* remote = origin_.remote_of(out_);
  if (remote != nullptr && remote->space) {
    in_parallel(wanted.size(), {connections, place_.cancel},
                [&](std::size_t i) { lanes_->with([&](Lane& lane) { fetch(*wanted[i], *remote, lane); }); });
    std::erase_if(wanted, [](const Wanted* one) { return one->meaning.has_value(); });
  }
  if (!wanted.empty()) missing(wanted);
}

void Taking::missing(const std::vector<Wanted*>& wanted) {
  const Wanted& one = *wanted.front();
  const std::string of = one.below.empty() ? out_.path : out_.path + "/" + one.below;
  const bool many = wanted.size() > 1;
  const std::string more = many ? fmt::format(", and {} more", count_text(wanted.size() - 1)) : "";
  throw error(Code::not_found, "'{}' cannot be imported: DVC's cache lacks {} of '{}'{}{}", out_.path,
              one.name.hex, of, more, origin_.has_remote(out_) ? ", and so does the remote" : "")
      .with_id("dvc.missing")
      .with_hint("{}", origin_.has_remote(out_)
                           ? "`dvc push` where the data are brings it to the remote"
                           : fmt::format("`dvc fetch {}` brings it, or `mlops import dvc --remote NAME`",
                                         out_.path));
}

void Taking::check(const Wanted& wanted, Hasher& hasher, const std::string& where) const {
  const std::string seen = hasher.finish();
  if (seen != wanted.name.hex.substr(0, seen.size()))
    throw damaged(wanted.name, seen, where, out_, wanted.below);
}

bool Taking::take_one(Wanted& wanted, const OpenRemote* folder, Lane& lane) {
  const auto kept =
      folder != nullptr ? find_object(*folder->folder, wanted.name) : origin_.in_cache(wanted.name);
  std::uint64_t bytes = 0;
  if (kept && folder == nullptr && kept->look.stamp.size >= Linker::worth_a_link) {
    wanted.meaning = take_large(wanted, *kept, lane);
    return true;
  }
  std::optional<Path> file = kept ? std::optional(kept->file) : std::nullopt;
  if (!file && folder == nullptr) file = origin_.in_work_tree(out_, wanted.below, wanted.name);
  if (!file) return false;
  const Digest digest = take_file(wanted, *file, lane, base, bytes);
  wanted.meaning = {.digest = digest, .files = 1, .bytes = bytes};
  const std::lock_guard guard(mutex_);
  (folder != nullptr ? counts_.fetched : counts_.copied) += bytes;
  return true;
}

/// Of the cache: without a copy, if that can be.
Meaning Taking::take_large(const Wanted& wanted, const Kept& kept, Lane& lane) {
  const bool shared = linker_.reflinks(kept.file);
  std::uint64_t bytes = kept.look.stamp.size;
  std::optional<Digest> digest;
  if (!shared) {
    digest = linker_.link(kept, [&](const Path& name) {
      const std::string seen = hash_file(name, wanted.name.dos, place_.cancel);
      if (seen != wanted.name.hex) throw damaged(wanted.name, seen, kept.file.native(), out_, wanted.below);
    });
  }
  const bool linked = shared || digest;
  if (!digest) digest = take_file(wanted, kept.file, lane, shared ? std::nullopt : base, bytes);
  const std::lock_guard guard(mutex_);
  (linked ? counts_.linked : counts_.copied) += bytes;
  return {.digest = *digest, .files = 1, .bytes = bytes};
}

Digest Taking::take_file(const Wanted& wanted, const Path& file, Lane& lane,
                         const std::optional<Digest>& before, std::uint64_t& bytes) const {
  Hasher hasher(wanted.name.dos);
  const Digest digest = lane.put_file(
      file, {.look = [&](std::string_view piece) { hasher.update(piece); }, .base = before, .stamp = {}});
  bytes = hasher.size();
  check(wanted, hasher, file.native());
  return digest;
}

bool Taking::fetch(Wanted& wanted, const OpenRemote& remote, Lane& lane) {
  const auto item = find_item(*remote.space, wanted.name);
  if (!item) return false;
  Digest digest;
  if (item->size < small) {
    const auto bytes = remote.space->find(item->key);
    if (!bytes) return false;
    Hasher hasher(wanted.name.dos);
    hasher.update(*bytes);
    check(wanted, hasher, remote.space->name());
    digest = lane.put(*bytes);
  } else {
    digest = objects_.adopt(fetch_file(wanted.name, wanted.below, remote, *item));
  }
  wanted.meaning = {.digest = digest, .files = 1, .bytes = item->size};
  const std::lock_guard guard(mutex_);
  counts_.fetched += item->size;
  return true;
}

Path Taking::fetch_file(const Name& name, const std::string& below, const OpenRemote& remote,
                        const mlops::remote::Item& item) {
  const Path place = objects_.temporary_path(".fetched");
  try {
    fs::File file(place, fs::File::Mode::create_new);
    Hasher hasher(name.dos);
    remote.space->get(item.key, 0, item.size, [&](std::string_view bytes) {
      hasher.update(bytes);
      file.write(bytes);
    });
    check({.name = name, .below = below}, hasher, remote.space->name());
  } catch (...) {
    fs::remove_file(place);
    throw;
  }
  return place;
}

Path Taking::file_of(const Name& name) {
  Wanted wanted{.name = name};
  auto kept = origin_.in_cache(name);
  const OpenRemote* remote = kept ? nullptr : origin_.remote_of(out_);
  if (remote != nullptr && remote->folder) kept = find_object(*remote->folder, name);
  if (remote != nullptr && remote->space) {
    if (const auto item = find_item(*remote->space, name)) {
      scraps_.push_back(fetch_file(name, "", *remote, *item));
      counts_.fetched += item->size;
      return scraps_.back();
    }
  }
  if (!kept) missing({&wanted});
  const std::string seen = hash_file(kept->file, name.dos, place_.cancel);
  if (seen != name.hex.substr(0, seen.size())) throw damaged(name, seen, kept->file.native(), out_, "");
  return kept->file;
}

}  // namespace mlops::dvc
