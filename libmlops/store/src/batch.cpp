/// A batch writes all files first, syncs them together, and gives them their names then: a name never stands
/// for bytes that a power cut could still take.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>

#include <map>
#include <set>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

/// From here on one sync of the whole file system is cheaper than one of each file (measured on ext4: 2,000
/// files a second one by one, 36,000 together); below it others' unwritten data is not worth waiting for.
constexpr std::size_t many = 32;

}  // namespace

struct Objects::Batch::Impl {
  explicit Impl(Objects& to) : objects(to) {}

  /// The file becomes the object at commit(); of two that are the same the second is dropped.
  Digest hold(std::unique_ptr<Scrap> scrap, fs::File& file, const Digest& digest) {
    if (is_whole(objects.root_, digest, file.stamp().size)) {
      places.insert(digest);
    } else if (!files.contains(digest)) {
      file.set_permissions(0444);
      files.emplace(digest, std::move(scrap));
    }
    return digest;
  }

  void sync() const {
    if (files.size() >= many) return fs::sync_volume(files.begin()->second->path());
    for (const auto& [digest, scrap] : files) fs::File(scrap->path()).sync();
  }

  void name() {
    for (auto& [digest, scrap] : files) {
      put_in_place(objects.root_, scrap->path(), digest);
      scrap->let_go();
      places.insert(digest);
    }
    files.clear();
  }

  Objects& objects;
  std::map<Digest, std::unique_ptr<Scrap>> files;  ///< Written, without a name.
  std::set<Digest> places;                         ///< Named, the name not durable.
};

Objects::Batch::Batch(Objects& objects) : impl_(std::make_unique<Impl>(objects)) {}

Objects::Batch::~Batch() = default;

Digest Objects::Batch::put(std::string_view bytes) {
  auto scrap = std::make_unique<Scrap>(impl_->objects.temporary_path());
  fs::File file(scrap->path(), fs::File::Mode::create_new);
  file.write(bytes);
  return impl_->hold(std::move(scrap), file, crypto::sha256(bytes));
}

Digest Objects::Batch::put_file(const Path& path, const Look& look) {
  fs::File source(path);
  auto scrap = std::make_unique<Scrap>(impl_->objects.temporary_path());
  fs::File file(scrap->path(), fs::File::Mode::create_new);
  const Digest digest = copy_hashed(source, file, look);
  return impl_->hold(std::move(scrap), file, digest);
}

Path Objects::Batch::file(const Digest& digest) const {
  const auto held = impl_->files.find(digest);
  return held == impl_->files.end() ? impl_->objects.file(digest) : held->second->path();
}

bool Objects::Batch::holds_new() const { return !impl_->files.empty(); }

void Objects::Batch::commit() {
  impl_->sync();
  impl_->name();
  std::string synced;
  for (const Digest& digest : impl_->places) {
    std::string shard = digest.hex().substr(0, 2);
    if (shard != synced) sync_place(impl_->objects.root_, digest);
    synced = std::move(shard);
  }
  impl_->places.clear();
}

}  // namespace mlops::store
