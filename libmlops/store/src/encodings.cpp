#include "src/encodings.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstring>

#include "src/layout.hpp"
#include "src/place.hpp"

namespace mlops::store {
namespace {

/// A folder that changed so lately may change again without another stamp: the clock of file systems ticks.
bool changed_just_now(const fs::Stamp& folder) {
  using std::chrono::system_clock;
  constexpr auto tick = std::chrono::milliseconds(20);
  return std::chrono::nanoseconds(folder.modified_ns) > system_clock::now().time_since_epoch() - tick;
}

std::optional<fs::File> open_object(const Path& path) {
  if (!fs::find_stamp(path)) return std::nullopt;  // What lies in packs is looked for by the thousand.
  try {
    return fs::File(path);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    return std::nullopt;
  }
}

/// A pack, or nothing where it went meanwhile.
std::shared_ptr<const PackFile> find_pack(const Path& path) {
  try {
    return std::make_shared<const PackFile>(path);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    return nullptr;
  }
}

/// The first copy that is whole, and its pack; else the last, and none.
std::pair<std::string, std::shared_ptr<const PackFile>> read(const std::vector<Packs::Found>& copies,
                                                             const Digest& digest) {
  thread_local pack::Unpacker unpacker;
  std::string last;
  for (const auto& [pack, entry] : copies) {
    last = pack->content(entry, unpacker).value_or("");
    if (crypto::sha256(last) == digest) return {std::move(last), pack};
  }
  return {std::move(last), nullptr};
}

std::uint64_t first_bytes(const Digest& digest) {
  std::uint64_t first = 0;
  std::memcpy(&first, digest.bytes.data(), sizeof first);
  return std::endian::native == std::endian::little ? __builtin_bswap64(first) : first;
}

/// As digests are ordered; most are told apart by their first bytes.
bool is_before(const Digest& a, const Digest& b) {
  const std::uint64_t of_a = first_bytes(a);
  const std::uint64_t of_b = first_bytes(b);
  return of_a == of_b ? a < b : of_a < of_b;
}

bool is_pack(std::string_view name) { return name.size() == 68 && name.ends_with(".zst"); }

}  // namespace

/// A pack that was mended has the name that it had, and is another file.
std::shared_ptr<const PackFile> Packs::known(const std::string& name) const {
  if (!list_) return nullptr;
  const auto at = std::find_if(list_->begin(), list_->end(),
                               [&](const auto& pack) { return pack->path().filename() == name; });
  if (at == list_->end()) return nullptr;
  const auto now = fs::find_stamp(folder_ / name);
  return now && now->inode == (*at)->inode() ? *at : nullptr;
}

std::shared_ptr<const Packs::List> Packs::list() {
  const auto stamp = fs::find_stamp(folder_);
  std::optional<std::string> seen = stamp ? std::optional(text_of(*stamp)) : std::nullopt;
  const std::lock_guard guard(mutex_);
  if (list_ && seen == stamp_) return list_;
  auto fresh = std::make_shared<List>();
  for (const std::string& name : fs::names_in(folder_)) {
    if (!is_pack(name)) continue;
    if (auto known = this->known(name)) {
      fresh->push_back(std::move(known));
      continue;
    }
    try {
      if (auto pack = find_pack(folder_ / name)) fresh->push_back(std::move(pack));
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;  // What is in it is missing then; fsck tells why.
    }
  }
  list_ = std::move(fresh);
  stamp_ = stamp && changed_just_now(*stamp) ? "" : std::move(seen);
  return list_;
}

std::shared_ptr<const Packs::List> Packs::list_as_it_was() {
  {
    const std::lock_guard guard(mutex_);
    if (list_) return list_;
  }
  return list();
}

std::vector<Packs::Found> Packs::find(const Digest& digest, bool new_ones) {
  std::vector<Found> out;
  const auto packs = new_ones ? list() : list_as_it_was();
  std::optional<Error> fault;
  for (const auto& pack : *packs) {
    try {
      if (const auto entry = pack->find(digest)) out.push_back({pack, *entry});
    } catch (const Error& e) {
      if (e.code() != Code::corrupt) throw;
      fault = e;
    }
  }
  if (out.empty() && fault) throw *fault;
  return out;
}

std::vector<std::shared_ptr<const PackFile>> Packs::all(
    const std::function<void(const Path& pack, const std::string& why)>& complain) {
  if (complain) {
    for (const std::string& name : fs::names_in(folder_)) {
      if (!is_pack(name)) continue;
      try {
        if (const auto pack = find_pack(folder_ / name)) pack->entries();
      } catch (const Error& e) {
        if (e.code() != Code::corrupt) throw;
        complain(folder_ / name, e.message());
      }
    }
  }
  return *list();
}

void Packs::forget() {
  const std::lock_guard guard(mutex_);
  list_ = nullptr;
  stamp_.reset();
}

bool Shards::may_have(const Digest& digest) {
  constexpr unsigned often = 16;
  Shard& shard = shards_[digest.bytes[0]];
  if (shard.asked.fetch_add(1, std::memory_order_relaxed) < often) return true;
  std::call_once(shard.once, [&] { read(shard, digest.bytes[0]); });
  return shard.names[digest.bytes[1] << 8U | digest.bytes[2]];
}

void Shards::read(Shard& shard, std::uint8_t number) const {
  std::vector<bool> names(1 << 16);
  const std::string folder = fmt::format("{:02x}", number);
  for (const std::string& name : fs::names_in(folder_ / folder)) {
    const auto digest = object_digest(folder, name);
    if (digest) names[digest->bytes[1] << 8U | digest->bytes[2]] = true;
  }
  shard.names = std::move(names);
}

Encodings::Encodings(std::filesystem::path root)
    : root_(std::move(root)), packs_(packs_folder(root_)), shards_(objects_folder(root_)) {}

std::unique_ptr<Content> Encodings::find(const Digest& digest) const {
  if (auto file = open_object(object_path(root_, digest))) return content_of(std::move(*file));
  const auto copies = packs_.find(digest);
  if (!copies.empty()) {
    auto [bytes, at] = read(copies, digest);
    return content_of(std::move(bytes));
  }
  auto recipe = this->recipe(digest);
  return recipe ? content_of(std::move(*recipe), digest, *this) : nullptr;
}

std::optional<Path> Encodings::find_sound(const Digest& digest) const {
  auto file = shards_.may_have(digest) ? open_object(object_path(root_, digest)) : std::nullopt;
  if (file) {
    if (hash_rest(*file) == digest) return file->path();
    return std::nullopt;  // It would be read before a copy in a pack.
  }
  const auto copies = packs_.find(digest, false);
  const auto at = copies.empty() ? nullptr : read(copies, digest).second;
  return at ? std::optional(at->path()) : std::nullopt;
}

std::vector<Digest> Encodings::missing(std::vector<Digest> digests,
                                       const std::function<void(const Path& file)>& found) const {
  std::sort(digests.begin(), digests.end(), is_before);
  digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
  for (const auto& pack : packs_.all()) {  // What comes in numbers lies in them.
    const std::size_t before = digests.size();
    pack->take_away(digests);
    if (found && digests.size() < before) found(pack->path());
  }
  std::erase_if(digests, [&](const Digest& digest) {
    const Path file = object_path(root_, digest);
    const bool whole = fs::find_stamp(file).has_value();
    if (found && whole) found(file);
    return whole || is_made(digest, found);
  });
  return digests;
}

bool Encodings::is_made(const Digest& digest, const std::function<void(const Path& file)>& found) const {
  if (!fs::find_stamp(recipe_path(root_, digest))) return false;
  try {
    const auto recipe = this->recipe(digest);
    if (!recipe) return false;
    std::vector<Digest> parts;
    for (const Part& part : recipe->parts) parts.push_back(part.from);
    if (found) found(recipe_path(root_, digest));
    return missing(std::move(parts), found).empty();  // Parts are never recipes themselves.
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return false;
  }
}

std::optional<Recipe> Encodings::recipe(const Digest& digest) const {
  const auto text = fs::find_file(recipe_path(root_, digest));
  return text ? std::optional(recipe_from(*text, digest)) : std::nullopt;
}

std::int64_t Encodings::written_ns(const Digest& digest) const {
  std::int64_t out = 0;
  const auto see = [&](const Path& path) {
    if (const auto stamp = fs::find_stamp(path)) out = std::max(out, stamp->modified_ns);
  };
  see(object_path(root_, digest));
  see(recipe_path(root_, digest));
  for (const Packs::Found& found : packs_.find(digest)) see(found.pack->path());
  return out;
}

bool Encodings::is_sound(const Digest& digest, Kind kind, const PackFile* pack) const {
  try {
    if (kind == Kind::packed) {
      pack::Unpacker unpacker;
      const auto entry = pack->find(digest);
      const auto bytes = entry ? pack->content(*entry, unpacker) : std::nullopt;
      return bytes && crypto::sha256(*bytes) == digest;
    }
    if (kind == Kind::whole) {
      auto file = open_object(object_path(root_, digest));
      return file && hash_rest(*file) == digest;
    }
    const auto recipe = this->recipe(digest);
    return recipe && hash_content(*content_of(*recipe, digest, *this)) == digest;
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return false;
  }
}

bool Encodings::has_other(const Digest& digest, Kind kind, const PackFile* pack) const {
  if (kind != Kind::whole && is_sound(digest, Kind::whole)) return true;
  const auto packs = packs_.all();
  if (std::any_of(packs.begin(), packs.end(), [&](const auto& other) {
        return !(pack && other->path() == pack->path()) && is_sound(digest, Kind::packed, other.get());
      })) {
    return true;
  }
  return kind != Kind::recipe && is_sound(digest, Kind::recipe);
}

std::optional<Encodings::Place> Encodings::place(const Digest& digest) const {
  if (const auto stamp = fs::find_stamp(object_path(root_, digest)))
    return Place{Kind::whole, stamp->size, stamp->size, text_of(*stamp)};
  if (const auto copies = packs_.find(digest); !copies.empty()) {
    const auto& [pack, entry] = copies.front();
    return Place{Kind::packed, entry.size, entry.stored,
                 fmt::format("{} {}\n", pack->path().filename().native(), entry.offset)};
  }
  const auto stamp = fs::find_stamp(recipe_path(root_, digest));
  if (!stamp) return std::nullopt;
  Place out{Kind::recipe, 0, stamp->size, text_of(*stamp)};
  try {
    const auto recipe = this->recipe(digest);
    if (!recipe) return std::nullopt;
    out.size = recipe->size;
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;  // It is there; who reads it is told that it is damaged.
  }
  return out;
}

}  // namespace mlops::store
