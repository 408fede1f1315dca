#include "src/packed.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

namespace mlops::store {
namespace {

constexpr std::size_t rest_size = 40;
constexpr std::size_t footer_size = 48;
constexpr std::size_t header_size = 8;  // Of the frame that is skipped.

template <typename Number>
Number number_at(const char* bytes) {
  Number out = 0;
  for (std::size_t i = sizeof out; i-- > 0;)
    out = static_cast<Number>(out << 8 | static_cast<unsigned char>(bytes[i]));
  return out;
}

std::uint64_t key_of(const std::uint8_t* bytes) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < pack_key_size; ++i) key = key << 8 | bytes[i];
  return key;
}

/// std::lower_bound for keys that are spread evenly, as those of digests are: it begins near the place.
std::size_t first_not_below(const std::vector<std::uint64_t>& keys, std::uint64_t key) {
  constexpr std::size_t near = 64;
  const auto size = keys.size();
  const auto guess = static_cast<std::size_t>((key >> 32) * size >> 32);
  std::size_t begin = guess > near ? guess - near : 0;
  std::size_t end = std::min(size, guess + near);
  if (begin > 0 && keys[begin - 1] >= key) begin = 0;
  if (end < size && keys[end] < key) end = size;
  const auto at = [&](std::size_t i) { return keys.begin() + static_cast<std::ptrdiff_t>(i); };
  return static_cast<std::size_t>(std::lower_bound(at(begin), at(end), key) - keys.begin());
}

PackEntry entry_from(std::uint64_t key, const char* rest) {
  PackEntry out;
  for (std::size_t i = 0; i < pack_key_size; ++i)
    out.digest.bytes[i] = static_cast<std::uint8_t>(key >> 8 * (7 - i));
  std::memcpy(out.digest.bytes.data() + pack_key_size, rest, 32 - pack_key_size);
  out.offset = number_at<std::uint64_t>(rest + 24);
  out.stored = number_at<std::uint32_t>(rest + 32);
  out.size = number_at<std::uint32_t>(rest + 36);
  return out;
}

std::vector<PackEntry> entries_in(std::string_view index, std::size_t count) {
  std::vector<PackEntry> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const key = reinterpret_cast<const std::uint8_t*>(index.data()) + i * pack_key_size;
    out.push_back(entry_from(key_of(key), index.data() + count * pack_key_size + i * rest_size));
  }
  return out;
}

/// How many bytes are read at once for these, in the order of their frames: as many as lie close together and
/// stay in the processor's cache.
std::size_t together(std::span<const PackEntry> entries) {
  constexpr std::uint64_t most = 256 * 1024;
  constexpr std::uint64_t gap = 16 * 1024;
  const std::uint64_t begin = entries.front().offset;
  std::uint64_t end = begin + entries.front().stored;
  for (const PackEntry& entry : entries) {
    const std::uint64_t next = entry.offset + entry.stored;
    if (entry.offset > end + gap || next > begin + most) break;
    end = std::max(end, next);
  }
  return static_cast<std::size_t>(end - begin);
}

}  // namespace

std::optional<std::string> content_in_pack(const fs::File& file, const PackEntry& entry,
                                           pack::Unpacker& unpacker) {
  std::string frame(entry.stored, '\0');
  std::string out(entry.size, '\0');
  if (file.read_at(frame.data(), frame.size(), entry.offset) != frame.size()) return std::nullopt;
  if (!unpacker.unpack(frame, out.data(), out.size())) return std::nullopt;
  return out;
}

std::uint64_t pack_index_bytes(std::uint64_t objects) {
  return header_size + objects * (pack_key_size + rest_size) + footer_size;
}

std::optional<std::vector<PackEntry>> entries_of_index(std::string_view tail, const std::string& id) {
  if (tail.size() < header_size + footer_size || !tail.ends_with(pack_mark)) return std::nullopt;
  const auto count = number_at<std::uint64_t>(tail.data() + tail.size() - footer_size + 32);
  if (count > tail.size() || tail.size() != pack_index_bytes(count)) return std::nullopt;
  const std::string_view index = tail.substr(header_size, count * (pack_key_size + rest_size));
  if (crypto::sha256(index).hex() != id) return std::nullopt;
  return entries_in(index, count);
}

PackFile::PackFile(std::filesystem::path path) : file_(std::move(path)) {
  const fs::Stamp stamp = file_.stamp();
  size_ = stamp.size;
  inode_ = stamp.inode;
  char footer[footer_size];
  if (size_ < header_size + footer_size ||
      file_.read_at(footer, footer_size, size_ - footer_size) != footer_size ||
      std::string_view(footer + 40, pack_mark.size()) != pack_mark) {
    damaged("it does not end as packs do");
  }
  const auto count = number_at<std::uint64_t>(footer + 32);
  if (count > (size_ - header_size - footer_size) / (pack_key_size + rest_size))
    damaged("its index is larger than it is");
  index_ = size_ - footer_size - count * (pack_key_size + rest_size);
  std::vector<std::uint8_t> keys(count * pack_key_size);
  if (file_.read_at(keys.data(), keys.size(), index_) != keys.size()) damaged("its index ends too early");
  keys_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) keys_.push_back(key_of(keys.data() + i * pack_key_size));
}

void PackFile::damaged(std::string_view why) const {
  throw error(Code::corrupt, "the pack '{}' is damaged: {}", path().native(), why)
      .with_id("pack.corrupt")
      .with_hint("`mlops store fsck` tells what it still holds");
}

PackEntry PackFile::entry(std::size_t at) const {
  char rest[rest_size];
  if (file_.read_at(rest, rest_size, index_ + keys_.size() * pack_key_size + at * rest_size) != rest_size)
    damaged("its index ends too early");
  return checked(entry_from(keys_[at], rest));
}

PackEntry PackFile::checked(const PackEntry& entry) const {
  if (entry.offset > index_ || entry.stored > index_ - entry.offset) damaged("an object lies outside of it");
  if (entry.size >= small_object) damaged("an object in it is larger than those of packs are");
  return entry;
}

std::string PackFile::name() const {
  Digest name;
  if (file_.read_at(name.bytes.data(), name.bytes.size(), size_ - footer_size) != name.bytes.size())
    damaged("its index ends too early");
  return name.hex();
}

std::optional<PackEntry> PackFile::find(const Digest& digest) const {
  const std::uint64_t key = key_of(digest.bytes.data());
  for (std::size_t at = first_not_below(keys_, key); at < keys_.size() && keys_[at] == key; ++at) {
    const PackEntry found = entry(at);
    if (found.digest == digest) return found;
  }
  return std::nullopt;
}

void PackFile::take_away(std::vector<Digest>& digests) const {
  constexpr std::size_t few = 8;  // Of so many one, and the whole index is read at once.
  if (digests.size() < count() / few) {
    std::erase_if(digests, [&](const Digest& digest) { return find(digest).has_value(); });
    return;
  }
  const std::string index = this->index();
  const char* const rests = index.data() + keys_.size() * pack_key_size;
  std::size_t at = 0;
  std::erase_if(digests, [&](const Digest& digest) {
    const std::uint64_t key = key_of(digest.bytes.data());
    while (at < keys_.size() && keys_[at] < key) ++at;
    for (std::size_t i = at; i < keys_.size() && keys_[i] == key; ++i) {
      if (std::memcmp(rests + i * rest_size, digest.bytes.data() + pack_key_size, 32 - pack_key_size) == 0)
        return true;
    }
    return false;
  });
}

/// Keys and rest. Whether they are whole is looked at once.
std::string PackFile::index() const {
  std::string index(keys_.size() * (pack_key_size + rest_size), '\0');
  if (file_.read_at(index.data(), index.size(), index_) != index.size()) damaged("its index ends too early");
  if (std::atomic_ref<bool>(sound_).load()) return index;
  if (crypto::sha256(index).hex() != name()) damaged("its index is not what it was");
  const std::string header = pack::skippable_header(index.size() + footer_size);
  std::string seen(header.size(), '\0');
  if (index_ < seen.size() || file_.read_at(seen.data(), seen.size(), index_ - seen.size()) != seen.size() ||
      seen != header) {
    damaged("readers of zstd would not skip its index");
  }
  std::atomic_ref<bool>(sound_).store(true);
  return index;
}

std::vector<PackEntry> PackFile::entries() const {
  std::vector<PackEntry> out = entries_in(index(), keys_.size());
  for (const PackEntry& entry : out) checked(entry);
  return out;
}

void PackFile::each(
    std::vector<PackEntry> entries,
    const std::function<void(const PackEntry& entry, std::optional<std::string_view> content)>& visit) const {
  std::sort(entries.begin(), entries.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.offset < b.offset; });
  pack::Unpacker unpacker;
  std::string window;
  std::string content(small_object, '\0');
  std::uint64_t begin = 0;
  for (auto next = entries.begin(); next != entries.end(); ++next) {
    const PackEntry& entry = *next;
    if (entry.offset < begin || entry.offset + entry.stored > begin + window.size()) {
      begin = entry.offset;
      window.resize(together({next, entries.end()}));
      window.resize(file_.read_at(window.data(), window.size(), begin));
    }
    const std::size_t at = entry.offset - begin;
    const bool whole = at + entry.stored <= window.size() &&
                       unpacker.unpack({window.data() + at, entry.stored}, content.data(), entry.size);
    visit(entry, whole ? std::optional(std::string_view(content.data(), entry.size)) : std::nullopt);
  }
}

std::optional<std::string> PackFile::content(const PackEntry& entry, pack::Unpacker& unpacker) const {
  return content_in_pack(file_, entry, unpacker);
}

std::string PackFile::frame(const PackEntry& entry) const {
  std::string out(entry.stored, '\0');
  out.resize(file_.read_at(out.data(), out.size(), entry.offset));
  return out;
}

std::vector<PackEntry> salvage(const std::filesystem::path& pack, std::uint64_t& lost) {
  constexpr std::string_view begins = "\x28\xb5\x2f\xfd";  // RFC 8878.
  constexpr std::size_t window_size = 2 * small_object;
  const fs::File file(pack);
  const std::uint64_t size = file.stamp().size;
  pack::Unpacker unpacker;
  std::vector<PackEntry> out;
  std::string window(window_size, '\0');
  std::string content;
  for (std::uint64_t at = 0; at < size;) {
    const std::string_view seen(window.data(), file.read_at(window.data(), window_size, at));
    if (seen.starts_with(pack::skippable_header(0).substr(0, 4))) break;  // The index.
    const auto sizes = pack::frame_sizes(seen);
    content.resize(sizes && sizes->content <= window_size ? sizes->content : 0);
    if (sizes && unpacker.unpack(seen.substr(0, sizes->frame), content.data(), content.size())) {
      out.push_back({.digest = crypto::sha256(content),
                     .offset = at,
                     .stored = static_cast<std::uint32_t>(sizes->frame),
                     .size = static_cast<std::uint32_t>(content.size())});
      at += sizes->frame;
    } else {
      const std::size_t next =
          std::min(seen.find(begins, 1), seen.size() - (at + seen.size() < size ? 3 : 0));
      lost += next;
      at += next;
    }
  }
  return out;
}

}  // namespace mlops::store
