#include "src/place.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "src/layout.hpp"
#include "src/marks.hpp"

namespace mlops::store {
namespace {

/// Of now, read-only, and on the disk.
void copy_as_new(const Path& from, const Path& to) {
  fs::File source(from);
  fs::File file(to, fs::File::Mode::create_new);
  fs::copy_content(source, file);
  file.set_permissions(0444);
  file.sync();
}

}  // namespace

Scrap::~Scrap() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

fs::Lock sweep_lock(const Path& root) { return fs::Lock(sweep_lock_path(root), sweep_patience_ms); }

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

void Objects::State::begin() {
  const std::lock_guard guard(mutex);
  begin_locked();
}

void Objects::State::begin_locked() {
  if (scratch) return;
  scratch.emplace(root / "tmp");
  marks = read_marks(root);  // After the lock was taken: what is marked later waits for us.
}

Path Objects::State::temporary_path(std::string_view suffix) {
  const std::lock_guard guard(mutex);
  begin_locked();
  return scratch->path() / fmt::format("{}{}", ++names, suffix);
}

bool Objects::State::marked(const Digest& digest) {
  begin();
  return std::binary_search(marks.digests.begin(), marks.digests.end(), digest);
}

void Objects::State::hold_fast(const std::vector<Digest>& digests) {
  if (!marks_dropped && std::any_of(digests.begin(), digests.end(), [&](const Digest& digest) {
        return marked(digest) && encodings.written_ns(digest) <= marks.time_ns;
      })) {
    drop_marks();
  }
  for (const Digest& digest : digests) {
    if (!encodings.place(digest)) no_object(root, digest);
  }
}

/// A collection looks at the marks again before it removes anything (collect.hpp). Marks made since are
/// younger than this process: no collection acts on them while it lives.
void Objects::State::drop_marks() {
  const fs::Lock lock = sweep_lock(root);
  if (read_marks(root) == marks) write_marks(root, {});
  marks_dropped = true;
}

void Objects::State::renew(const Digest& digest) {
  const Path path = object_path(root, digest);
  const auto stamp = marked(digest) ? fs::find_stamp(path) : std::nullopt;
  if (!stamp || stamp->modified_ns > marks.time_ns) return;
  const Scrap scrap(temporary_path(""));
  copy_as_new(path, scrap.path());
  const auto lock = renaming();
  fs::rename_file(scrap.path(), path);  // Without a note: whoever reads it looks whether it is whole.
}

bool Objects::State::is_whole(const Digest& digest, std::uint64_t size) {
  const Path path = object_path(root, digest);
  if (marked(digest)) return false;
  const auto stamp = fs::find_stamp(path);
  if (!stamp || stamp->size != size) return false;
  if (is_noted(root, digest, *stamp)) return true;
  fs::File file(path);
  if (hash_rest(file) != digest) return false;
  note(root, digest);
  return true;
}

std::optional<Path> Objects::State::find_sound(const Digest& digest) {
  return marked(digest) ? std::nullopt : encodings.find_sound(digest);
}

std::optional<fs::Lock> Objects::State::renaming() {
  if (marks.digests.empty()) return std::nullopt;
  return std::optional<fs::Lock>(std::in_place, sweep_lock_path(root), sweep_patience_ms, nullptr,
                                 fs::Sharing::shared);
}

void Objects::State::put_in_place(const Path& file, const Digest& digest) const {
  const Path path = object_path(root, digest);
  if (!fs::find_stamp(path.parent_path())) fs::make_folders(path.parent_path());
  fs::rename_file(file, path);
  note(root, digest);
}

void sync_place(const Path& root, const Digest& digest) {
  const Path folder = object_path(root, digest).parent_path();
  fs::sync_folder(folder);
  fs::sync_folder(folder.parent_path());  // Who made the folder may have been killed before this.
}

/// A removal takes what is not younger than its marks for what was marked (collect.hpp). A file that was made
/// before, and came under a second name (adopt()), would go with it: its copy is of now, and it keeps its
/// time under the first one.
void Objects::State::place_old(const Path& old, const Digest& digest) {
  const Scrap scrap(temporary_path(""));
  copy_as_new(old, scrap.path());
  const auto lock = renaming();
  put_in_place(scrap.path(), digest);
  fs::remove_file(old);
}

void Objects::State::place(fs::File& file, const Digest& digest, std::uint64_t size) {
  if (is_whole(digest, size)) {
    fs::remove_file(file.path());
  } else if (marked(digest) && file.stamp().modified_ns <= marks.time_ns) {
    place_old(file.path(), digest);
  } else {
    file.set_permissions(0444);
    file.sync();
    const auto lock = renaming();
    put_in_place(file.path(), digest);
  }
  // In the first case too: whoever put it there may be killed before this step, and we would have named it.
  sync_place(root, digest);
}

}  // namespace mlops::store
