#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/store/objects.hpp>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

[[noreturn]] void missing(const Digest& digest) {
  throw error(Code::corrupt, "the store has no object {}", digest.text())
      .with_id("object.missing")
      .with_hint("`mlops store fsck` checks the whole store");
}

[[noreturn]] void damaged(const Digest& digest, const Digest& seen) {
  throw error(Code::corrupt, "object {} is damaged: its content is {}", digest.text(), seen.text())
      .with_id("object.corrupt")
      .with_hint("`mlops store fsck` checks the whole store");
}

fs::File opened(const Path& root, const Digest& digest) {
  try {
    return fs::File(object_path(root, digest));
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
  }
  missing(digest);
}

}  // namespace

Objects::Objects(std::filesystem::path root) : root_(std::move(root)), state_(std::make_unique<State>()) {}

Objects::~Objects() = default;

bool Objects::has(const Digest& digest) const {
  return fs::find_stamp(object_path(root_, digest)).has_value();
}

std::optional<std::uint64_t> Objects::size(const Digest& digest) const {
  const auto stamp = fs::find_stamp(object_path(root_, digest));
  return stamp ? std::optional(stamp->size) : std::nullopt;
}

bool Objects::sound(const Digest& digest) const {
  try {
    file(digest);
    return true;
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return false;
  }
}

std::optional<std::string> Objects::stamp(const Digest& digest) const {
  const auto stamp = fs::find_stamp(object_path(root_, digest));
  return stamp ? std::optional(text_of(*stamp)) : std::nullopt;
}

std::string Objects::get(const Digest& digest) const {
  fs::File file = opened(root_, digest);
  std::string bytes(file.stamp().size, '\0');
  bytes.resize(file.read(bytes.data(), bytes.size()));
  if (const Digest seen = crypto::sha256(bytes); seen != digest) damaged(digest, seen);
  return bytes;
}

Path Objects::file(const Digest& digest) const {
  fs::File file = opened(root_, digest);
  {
    const std::lock_guard guard(state_->mutex);
    if (state_->verified.contains(digest)) return file.path();
  }
  if (!is_noted(root_, digest, file.stamp())) {
    if (const Digest seen = hash_rest(file); seen != digest) damaged(digest, seen);
    note(root_, digest);
  }
  const std::lock_guard guard(state_->mutex);
  state_->verified.insert(digest);
  return file.path();
}

void Objects::each(const std::function<void(const Digest& digest, std::uint64_t stored_bytes)>& visit) const {
  const Path folder = objects_folder(root_);
  for (const std::string& shard : fs::names_in(folder)) {
    for (const std::string& name : fs::names_in(folder / shard)) {
      const auto digest = object_digest(shard, name);
      const auto stamp = digest ? fs::find_stamp(folder / shard / name) : std::nullopt;
      if (stamp) visit(*digest, stamp->size);
    }
  }
}

void Objects::doubt(const Digest& digest) {
  fs::remove_file(marker_path(root_, digest));
  try {
    fs::File(object_path(root_, digest)).set_permissions(0444);  // Its stamp is another one from now on.
  } catch (const Error&) {
    // It is gone, or somebody else's: its stamp cannot be changed.
  }
  const std::lock_guard guard(state_->mutex);
  state_->verified.erase(digest);
}

}  // namespace mlops::store
