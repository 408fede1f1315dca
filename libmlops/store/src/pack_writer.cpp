/// The writing half of packs.
#include <mlops/crypto/sha256.hpp>

#include <algorithm>

#include "src/packed.hpp"

namespace mlops::store {
namespace {

constexpr std::size_t write_size = 256 * 1024;

template <typename Number>
void append(std::string& out, Number number) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> 8 * i & 0xff);
}

std::string index_of(const std::vector<PackEntry>& entries) {
  std::string out;
  out.reserve(pack_index_bytes(entries.size()));
  for (const PackEntry& entry : entries)
    out.append(reinterpret_cast<const char*>(entry.digest.bytes.data()), pack_key_size);
  for (const PackEntry& entry : entries) {
    out.append(reinterpret_cast<const char*>(entry.digest.bytes.data()) + pack_key_size, 32 - pack_key_size);
    append(out, entry.offset);
    append(out, entry.stored);
    append(out, entry.size);
  }
  return out;
}

}  // namespace

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
  return content_in_pack(file_, *entry, unpacker);
}

std::string PackWriter::seal() {
  std::sort(entries_.begin(), entries_.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.digest < b.digest; });
  std::string index = index_of(entries_);
  const Digest name = crypto::sha256(index);
  index.append(reinterpret_cast<const char*>(name.bytes.data()), name.bytes.size());
  append(index, std::uint64_t{entries_.size()});
  index += pack_mark;
  write(pack::skippable_header(index.size()));
  write(index);
  flush();
  file_.set_permissions(0444);
  return name.hex();
}

}  // namespace mlops::store
