/// The hot path of ingest: a file into the store.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <cstdint>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

/// Looking for an object of the same size costs a look at each; copying as much costs more.
constexpr std::uint64_t worth_looking = 64 << 20;

/// How much may wait in memory before the disk is told to begin.
constexpr std::uint64_t writeback_step = 8 << 20;

void ensure_room(const fs::File& target, std::uint64_t size) {
  if (size < large) return;
  const std::uint64_t free = fs::volume(target.path()).free_bytes;
  if (free >= size) return;
  throw error(Code::busy, "no room in the store: {} are needed, {} are free", size_text(size),
              size_text(free));
}

void ensure_unchanged(const fs::File& source, const fs::Stamp& before) {
  if (source.stamp() != before || fs::find_stamp(source.path()) != before) throw changed(source.path());
}

/// Sees every byte of `source`, and no end where somebody writes to it as fast as it is read.
Digest hash_while(fs::File& source, const fs::Stamp& before, const Look& look) {
  std::uint64_t seen = 0;
  const Digest digest = hash_rest(source, [&](std::string_view bytes) {
    if ((seen += bytes.size()) > before.size) throw changed(source.path());
    if (look) look(bytes);
  });
  ensure_unchanged(source, before);
  return digest;
}

/// Whether a write that comes now could leave the stamp as it is: the clock of stamps ticks some hundred
/// times a second, and on some file systems once in two seconds. `now` is by the same clock.
bool is_fresh(const fs::Stamp& stamp, std::int64_t now_ns) {
  constexpr std::int64_t coarsest_ns = 3'000'000'000;
  return std::max(stamp.modified_ns, stamp.changed_ns) > now_ns - coarsest_ns;
}

/// What both are, when `target` shares the blocks of `source` as it was at `before`. The source is read,
/// whose pages are in memory more often than those of a file that was made this moment; if somebody has
/// written to it since, or might have unseen, the copy says what it is, which is of one moment and not torn.
Digest hash_shared(fs::File& source, fs::File& target, const fs::Stamp& before, const Look& look) {
  if (is_fresh(before, target.stamp().changed_ns)) return hash_rest(target, look);
  try {
    return hash_while(source, before, look);
  } catch (const Error& e) {
    if (e.code() != Code::conflict || look) throw;  // Who looked has seen bytes of two moments.
    return hash_rest(target);
  }
}

bool has_object_of_size(const Path& root, std::uint64_t size) {
  for (const std::string& shard : fs::names_in(objects_folder(root))) {
    for (const std::string& name : fs::names_in(objects_folder(root) / shard)) {
      const auto stamp = fs::find_stamp(objects_folder(root) / shard / name);
      if (stamp && stamp->size == size) return true;
    }
  }
  return false;
}

}  // namespace

Digest copy_hashed(fs::File& source, fs::File& target, const Look& look) {
  const fs::Stamp before = source.stamp();
  if (fs::reflink(source, target)) return hash_shared(source, target, before, look);
  ensure_room(target, before.size);
  std::uint64_t done = 0;
  std::uint64_t told = 0;
  return hash_while(source, before, [&](std::string_view bytes) {
    if (look) look(bytes);
    target.write(bytes);
    done += bytes.size();
    if (done - told < writeback_step) return;
    target.start_writeback(told, done - told);
    told = done;
  });
}

std::optional<Digest> hash_first(const Path& root, fs::File& source, const Look& look) {
  const fs::Stamp before = source.stamp();
  if (before.size < worth_looking || !has_object_of_size(root, before.size)) return std::nullopt;
  return hash_while(source, before, look);
}

Error changed(const Path& source) {
  return error(Code::conflict, "'{}' changed while it was read", source.native())
      .with_hint("try again when nothing writes to it");
}

}  // namespace mlops::store
