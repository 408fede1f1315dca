#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/objects.hpp>

#include "src/encodings.hpp"
#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

[[noreturn]] void damaged(const Digest& digest, const Digest& seen) {
  throw error(Code::corrupt, "object {} is damaged: its content is {}", digest.text(), seen.text())
      .with_id("object.corrupt")
      .with_hint("`mlops store fsck` checks the whole store");
}

}  // namespace

void no_object(const Path& root, const Digest& digest) {
  Error fault = error(Code::corrupt, "the store has no object {}", digest.text()).with_id("object.missing");
  if (elsewhere(root).empty()) throw std::move(fault).with_hint("`mlops store fsck` checks the whole store");
  throw std::move(fault).with_hint(
      "`mlops fetch WHAT` brings what only a remote has: a dataset, view, model, run or path");
}

void Objects::require(const std::vector<Digest>& digests) { state_->hold_fast(digests); }

void Objects::keep(const Digest& digest) {
  try {
    state_->renew(digest);
  } catch (const Error& e) {
    const bool unwritten = e.code() == Code::failed || e.code() == Code::busy;
    if (!unwritten && e.code() != Code::not_found) throw;  // It is gone meanwhile: who reads it finds out.
  }
}

Objects::Objects(std::filesystem::path root)
    : root_(std::move(root)), state_(std::make_unique<State>(root_)) {}

Objects::~Objects() = default;

const Encodings& Objects::encodings() const { return state_->encodings; }

bool Objects::has(const Digest& digest) const { return encodings().place(digest).has_value(); }

std::optional<std::uint64_t> Objects::size(const Digest& digest) const {
  const auto place = encodings().place(digest);
  return place ? std::optional(place->size) : std::nullopt;
}

std::vector<Digest> Objects::missing(std::vector<Digest> digests) const {
  return encodings().missing(std::move(digests), nullptr);
}

bool Objects::sound(const Digest& digest) const {
  try {
    const auto place = encodings().place(digest);
    if (!place) return false;
    if (place->kind == Encodings::Kind::whole) {
      file(digest);
      return true;
    }
    const auto content = encodings().find(digest);
    return content && hash_content(*content) == digest;
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return false;
  }
}

std::optional<std::string> Objects::stamp(const Digest& digest) const {
  auto place = encodings().place(digest);
  return place ? std::optional(std::move(place->stamp)) : std::nullopt;
}

std::string Objects::get(const Digest& digest) const {
  const auto content = encodings().find(digest);
  if (!content) no_object(root_, digest);
  std::string bytes(content->size(), '\0');
  bytes.resize(content->read_at(bytes.data(), bytes.size(), 0));
  if (const Digest seen = crypto::sha256(bytes); seen != digest) damaged(digest, seen);
  return bytes;
}

Path Objects::file(const Digest& digest) const {
  const auto place = encodings().place(digest);
  if (!place) no_object(root_, digest);
  if (place->kind != Encodings::Kind::whole) return plain(digest);
  fs::File file(object_path(root_, digest));
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

fs::Copied Objects::copy(const Digest& digest, fs::File& to) const {
  const auto place = encodings().place(digest);
  if (!place) no_object(root_, digest);
  if (place->kind == Encodings::Kind::whole && place->size >= large) {
    fs::File from(file(digest));
    return fs::copy_content(from, to);
  }
  const auto content = encodings().find(digest);
  if (!content) no_object(root_, digest);
  const Digest seen = hash_content(*content, [&](std::string_view bytes) { to.write(bytes); });
  if (seen != digest) damaged(digest, seen);
  return fs::Copied::plain;
}

Path Objects::plain(const Digest& digest) const {
  {
    const std::lock_guard guard(state_->mutex);
    if (const auto made = state_->plain.find(digest); made != state_->plain.end()) return made->second;
  }
  const auto content = encodings().find(digest);
  if (!content) no_object(root_, digest);
  Scrap scrap(state_->temporary_path(""));
  fs::File file(scrap.path(), fs::File::Mode::create_new);
  const Digest seen = hash_content(*content, [&](std::string_view bytes) { file.write(bytes); });
  if (seen != digest) damaged(digest, seen);
  file.set_permissions(0444);
  const std::lock_guard guard(state_->mutex);
  const auto [made, fresh] = state_->plain.try_emplace(digest, scrap.path());
  if (fresh) scrap.let_go();
  return made->second;
}

void Objects::each(const std::function<void(const Digest& digest, std::uint64_t stored_bytes)>& visit) const {
  for (const Path& folder : {objects_folder(root_), recipes_folder(root_)}) {
    for (const std::string& shard : fs::names_in(folder)) {
      for (const std::string& name : fs::names_in(folder / shard)) {
        const auto digest = object_digest(shard, name);
        const auto stamp = digest ? fs::find_stamp(folder / shard / name) : std::nullopt;
        if (stamp) visit(*digest, stamp->size);
      }
    }
  }
  for (const auto& pack : encodings().packs().all()) {
    for (const PackEntry& entry : pack->entries()) visit(entry.digest, entry.stored);
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
