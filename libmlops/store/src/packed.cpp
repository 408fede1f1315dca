#include "src/packed.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>

#include <algorithm>
#include <cstring>

namespace mlops::store {
namespace {

constexpr std::string_view mark = "mlopspk1";
constexpr std::size_t key_size = 8;
constexpr std::size_t rest_size = 40;
constexpr std::size_t footer_size = 48;
constexpr std::size_t header_size = 8;  // Of the frame that is skipped.
constexpr std::size_t write_size = 256 * 1024;

template <typename Number>
void append(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> 8 * i & 0xff);
}

template <typename Number>
Number number_at(const char* bytes) {
  Number out = 0;
  for (std::size_t i = sizeof out; i-- > 0;)
    out = static_cast<Number>(out << 8 | static_cast<unsigned char>(bytes[i]));
  return out;
}

std::uint64_t key_of(const std::uint8_t* bytes) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < key_size; ++i) key = key << 8 | bytes[i];
  return key;
}

std::string index_of(const std::vector<PackEntry>& entries) {
  std::string out;
  out.reserve(entries.size() * (key_size + rest_size) + footer_size);
  for (const PackEntry& entry : entries)
    out.append(reinterpret_cast<const char*>(entry.digest.bytes.data()), key_size);
  for (const PackEntry& entry : entries) {
    out.append(reinterpret_cast<const char*>(entry.digest.bytes.data()) + key_size, 32 - key_size);
    append(out, entry.offset);
    append(out, entry.stored);
    append(out, entry.size);
  }
  return out;
}

PackEntry entry_from(std::uint64_t key, const char* rest) {
  PackEntry out;
  for (std::size_t i = 0; i < key_size; ++i)
    out.digest.bytes[i] = static_cast<std::uint8_t>(key >> 8 * (7 - i));
  std::memcpy(out.digest.bytes.data() + key_size, rest, 32 - key_size);
  out.offset = number_at<std::uint64_t>(rest + 24);
  out.stored = number_at<std::uint32_t>(rest + 32);
  out.size = number_at<std::uint32_t>(rest + 36);
  return out;
}

std::vector<PackEntry> entries_in(std::string_view index, std::size_t count) {
  std::vector<PackEntry> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto* const key = reinterpret_cast<const std::uint8_t*>(index.data()) + i * key_size;
    out.push_back(entry_from(key_of(key), index.data() + count * key_size + i * rest_size));
  }
  return out;
}

std::optional<std::string> content_in(const fs::File& file, const PackEntry& entry,
                                      pack::Unpacker& unpacker) {
  std::string frame(entry.stored, '\0');
  std::string out(entry.size, '\0');
  if (file.read_at(frame.data(), frame.size(), entry.offset) != frame.size()) return std::nullopt;
  if (!unpacker.unpack(frame, out.data(), out.size())) return std::nullopt;
  return out;
}

}  // namespace

std::uint64_t pack_index_bytes(std::uint64_t objects) {
  return header_size + objects * (key_size + rest_size) + footer_size;
}

std::optional<std::vector<PackEntry>> entries_of_index(std::string_view tail, const std::string& id) {
  if (tail.size() < header_size + footer_size || !tail.ends_with(mark)) return std::nullopt;
  const auto count = number_at<std::uint64_t>(tail.data() + tail.size() - footer_size + 32);
  if (count > tail.size() || tail.size() != pack_index_bytes(count)) return std::nullopt;
  const std::string_view index = tail.substr(header_size, count * (key_size + rest_size));
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
      std::string_view(footer + 40, mark.size()) != mark) {
    damaged("it does not end as packs do");
  }
  const auto count = number_at<std::uint64_t>(footer + 32);
  if (count > (size_ - header_size - footer_size) / (key_size + rest_size))
    damaged("its index is larger than it is");
  index_ = size_ - footer_size - count * (key_size + rest_size);
  std::vector<std::uint8_t> keys(count * key_size);
  if (file_.read_at(keys.data(), keys.size(), index_) != keys.size()) damaged("its index ends too early");
  keys_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) keys_.push_back(key_of(keys.data() + i * key_size));
}

void PackFile::damaged(std::string_view why) const {
  throw error(Code::corrupt, "the pack '{}' is damaged: {}", path().native(), why)
      .with_id("pack.corrupt")
      .with_hint("`mlops store fsck` tells what it still holds");
}

PackEntry PackFile::entry(std::size_t at) const {
  char rest[rest_size];
  if (file_.read_at(rest, rest_size, index_ + keys_.size() * key_size + at * rest_size) != rest_size)
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
  for (auto at = std::lower_bound(keys_.begin(), keys_.end(), key); at != keys_.end() && *at == key; ++at) {
    const PackEntry found = entry(static_cast<std::size_t>(at - keys_.begin()));
    if (found.digest == digest) return found;
  }
  return std::nullopt;
}

std::vector<PackEntry> PackFile::entries() const {
  std::string index(keys_.size() * (key_size + rest_size), '\0');
  char named[32];
  if (file_.read_at(index.data(), index.size(), index_) != index.size() ||
      file_.read_at(named, sizeof named, size_ - footer_size) != sizeof named ||
      std::memcmp(crypto::sha256(index).bytes.data(), named, sizeof named) != 0) {
    damaged("its index is not what it was");
  }
  const std::string header = pack::skippable_header(index.size() + footer_size);
  std::string seen(header.size(), '\0');
  if (index_ < seen.size() || file_.read_at(seen.data(), seen.size(), index_ - seen.size()) != seen.size() ||
      seen != header) {
    damaged("readers of zstd would not skip its index");
  }
  std::vector<PackEntry> out = entries_in(index, keys_.size());
  for (const PackEntry& entry : out) checked(entry);
  return out;
}

void PackFile::each(
    std::vector<PackEntry> entries,
    const std::function<void(const PackEntry& entry, std::optional<std::string_view> content)>& visit) const {
  constexpr std::size_t window_size = 1 << 20;
  std::sort(entries.begin(), entries.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.offset < b.offset; });
  pack::Unpacker unpacker;
  std::string window;
  std::string content(small_object, '\0');
  std::uint64_t begin = 0;
  for (const PackEntry& entry : entries) {
    if (entry.offset < begin || entry.offset + entry.stored > begin + window.size()) {
      begin = entry.offset;
      window.resize(std::max<std::size_t>(window_size, entry.stored));
      window.resize(file_.read_at(window.data(), window.size(), begin));
    }
    const std::size_t at = entry.offset - begin;
    const bool whole = at + entry.stored <= window.size() &&
                       unpacker.unpack({window.data() + at, entry.stored}, content.data(), entry.size);
    visit(entry, whole ? std::optional(std::string_view(content.data(), entry.size)) : std::nullopt);
  }
}

std::optional<std::string> PackFile::content(const PackEntry& entry, pack::Unpacker& unpacker) const {
  return content_in(file_, entry, unpacker);
}

std::string PackFile::frame(const PackEntry& entry) const {
  std::string out(entry.stored, '\0');
  out.resize(file_.read_at(out.data(), out.size(), entry.offset));
  return out;
}

PackWriter::PackWriter(const std::filesystem::path& temporary)
    : file_(temporary, fs::File::Mode::create_new) {
  buffer_.reserve(2 * write_size);
}

void PackWriter::write(std::string_view bytes) {
  buffer_ += bytes;
  offset_ += bytes.size();
  if (buffer_.size() >= write_size) flush();
}

void PackWriter::flush() {
  file_.write(buffer_);
  buffer_.clear();
}

/// Images and archives come one after the other: where several in a row did not shrink, one of some is tried.
std::string_view PackWriter::frame_of(std::string_view content) {
  constexpr unsigned several = 8;
  constexpr unsigned some = 16;
  constexpr double worth = 0.94;
  if (stubborn_ >= several && stubborn_ % some != 0) {
    ++stubborn_;
    return packer_.stored(content);
  }
  const std::string_view frame = packer_.frame(content);
  const bool shrinks = static_cast<double>(frame.size()) < worth * static_cast<double>(content.size());
  stubborn_ = shrinks ? 0 : stubborn_ + 1;
  return frame;
}

bool PackWriter::add(const Digest& digest, std::string_view content) {
  if (holds(digest)) return false;
  return add_frame(
      {.digest = digest, .offset = 0, .stored = 0, .size = static_cast<std::uint32_t>(content.size())},
      frame_of(content));
}

bool PackWriter::add_frame(const PackEntry& entry, std::string_view frame) {
  if (!held_.insert(entry.digest).second) return false;
  entries_.push_back({.digest = entry.digest,
                      .offset = offset_,
                      .stored = static_cast<std::uint32_t>(frame.size()),
                      .size = entry.size});
  write(frame);
  return true;
}

std::optional<std::string> PackWriter::find(const Digest& digest) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const PackEntry& held) { return held.digest == digest; });
  if (!holds(digest) || entry == entries_.end()) return std::nullopt;
  flush();
  pack::Unpacker unpacker;
  return content_in(file_, *entry, unpacker);
}

std::string PackWriter::seal() {
  std::sort(entries_.begin(), entries_.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.digest < b.digest; });
  std::string index = index_of(entries_);
  const Digest name = crypto::sha256(index);
  index.append(reinterpret_cast<const char*>(name.bytes.data()), name.bytes.size());
  append(index, std::uint64_t{entries_.size()});
  index += mark;
  write(pack::skippable_header(index.size()));
  write(index);
  flush();
  file_.set_permissions(0444);
  return name.hex();
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
