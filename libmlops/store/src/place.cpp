#include "src/place.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>

#include <unistd.h>

#include <vector>

#include "src/layout.hpp"

namespace mlops::store {

Scrap::~Scrap() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Digest hash_rest(fs::File& file, const Look& look) {
  crypto::Sha256 hash;
  std::vector<char> block(block_size);
  while (const std::size_t count = file.read(block.data(), block.size())) {
    hash.update(block.data(), count);
    if (look) look({block.data(), count});
  }
  return hash.finish();
}

std::string text_of(const fs::Stamp& stamp) {
  return fmt::format("{} {} {} {} {}\n", stamp.device, stamp.inode, stamp.size, stamp.modified_ns,
                     stamp.changed_ns);
}

bool is_noted(const Path& root, const Digest& digest, const fs::Stamp& stamp) {
  if (stamp.size < large) return false;
  return fs::find_file(marker_path(root, digest)) == text_of(stamp);
}

void note(const Path& root, const Digest& digest) {
  const auto stamp = fs::find_stamp(object_path(root, digest));
  if (!stamp || stamp->size < large || is_noted(root, digest, *stamp)) return;
  try {
    fs::make_folders(root / "verified");
    // Written in place and not synced: a torn note is no note, and then the object is hashed once more.
    fs::File file(marker_path(root, digest), fs::File::Mode::append);
    file.truncate(0);
    file.write(text_of(*stamp));
  } catch (const Error&) {
    // A note saves time and nothing else; not being able to make one is no fault.
  }
}

bool is_whole(const Path& root, const Digest& digest, std::uint64_t size) {
  const Path path = object_path(root, digest);
  const auto stamp = fs::find_stamp(path);
  if (!stamp || stamp->size != size) return false;
  if (is_noted(root, digest, *stamp)) return true;
  fs::File file(path);
  if (hash_rest(file) != digest) return false;
  note(root, digest);
  return true;
}

void put_in_place(const Path& root, const Path& file, const Digest& digest) {
  const Path path = object_path(root, digest);
  if (!fs::find_stamp(path.parent_path())) fs::make_folders(path.parent_path());
  fs::rename_file(file, path);
  note(root, digest);
}

void sync_place(const Path& root, const Digest& digest) {
  fs::sync_folder(object_path(root, digest).parent_path());
}

void place(const Path& root, fs::File& file, const Digest& digest, std::uint64_t size) {
  if (is_whole(root, digest, size)) {
    fs::remove_file(file.path());
  } else {
    file.set_permissions(0444);
    file.sync();
    put_in_place(root, file.path(), digest);
  }
  // In the first case too: whoever put it there may be killed before this step, and we would have named it.
  sync_place(root, digest);
}

}  // namespace mlops::store
