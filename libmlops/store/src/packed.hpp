#pragma once
/// Packs: many small objects in one file, so that they cost neither a sync nor an inode each.
///
/// A pack is a valid zstd file: one frame for each object, which says the size of its content, and behind
/// them one frame that readers of zstd skip, the index. All numbers are little-endian but the keys:
///
///   keys     8 bytes each: the beginning of each digest, sorted as bytes are
///   rest     40 bytes each, in the same order: the other 24 bytes of the digest, where its frame begins (8),
///            the frame's size (4), the content's size (4)
///   footer   48 bytes: SHA-256 of keys and rest, their number (8), "mlopspk1"
///
/// It is packs/<that SHA-256 in hex>.zst: the same objects in the same order make the same pack.

#include <mlops/base/digest.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/pack/frame.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace mlops::store {

/// Objects below this size are small: they go into packs when they come in numbers.
constexpr std::uint64_t small_object = 256 * 1024;

/// A pack is ended when it holds so many bytes, or objects.
constexpr std::uint64_t full_pack_bytes = 64 << 20;
constexpr std::size_t full_pack_objects = 100'000;

constexpr std::string_view pack_mark = "mlopspk1";
constexpr std::size_t pack_key_size = 8;

struct PackEntry {
  Digest digest = {};
  std::uint64_t offset = 0;  ///< Of its frame.
  std::uint32_t stored = 0;  ///< Bytes of the frame.
  std::uint32_t size = 0;    ///< Bytes of the content.

  bool operator==(const PackEntry&) const = default;
};

/// The content as the file has it, not yet compared with its digest; nothing when its frame is damaged.
std::optional<std::string> content_in_pack(const fs::File& file, const PackEntry& entry,
                                           pack::Unpacker& unpacker);

/// What stands behind the last frame of a pack of so many objects, in bytes.
std::uint64_t pack_index_bytes(std::uint64_t objects);

/// The objects of the pack `id`, by their digests, from the last bytes of its file; nothing for other bytes.
std::optional<std::vector<PackEntry>> entries_of_index(std::string_view tail, const std::string& id);

/// A pack that is read, by any number of threads. Its keys are in memory, the rest is read when it is asked
/// for. Throws Error(corrupt), id "pack.corrupt", for an index that cannot be one.
class PackFile {
 public:
  explicit PackFile(std::filesystem::path path);

  const std::filesystem::path& path() const { return file_.path(); }
  std::uint64_t size() const { return size_; }
  std::uint64_t inode() const { return inode_; }
  std::size_t count() const { return keys_.size(); }
  /// What the pack is to be called, by its own footer.
  std::string name() const;

  std::optional<PackEntry> find(const Digest& digest) const;

  /// Leaves of these, which are sorted, what it has not.
  void take_away(std::vector<Digest>& digests) const;

  /// All of them, in the order of their digests. Whether the index is what it was when it was written is
  /// checked, and that it stands where readers of zstd skip it.
  std::vector<PackEntry> entries() const;

  /// The content of each of its entries in the order of their frames, nothing where the frame is damaged:
  /// read in large pieces, for who wants them all.
  void each(std::vector<PackEntry> entries,
            const std::function<void(const PackEntry& entry, std::optional<std::string_view> content)>& visit)
      const;

  /// The content as the pack has it, not yet compared with its digest; nothing when its frame is damaged.
  std::optional<std::string> content(const PackEntry& entry, pack::Unpacker& unpacker) const;

  /// The bytes of its frame.
  std::string frame(const PackEntry& entry) const;

 private:
  PackEntry entry(std::size_t at) const;
  std::string index() const;
  PackEntry checked(const PackEntry& entry) const;
  [[noreturn]] void damaged(std::string_view why) const;

  fs::File file_;
  std::uint64_t size_ = 0;
  std::uint64_t inode_ = 0;
  std::uint64_t index_ = 0;          ///< Where the keys begin.
  std::vector<std::uint64_t> keys_;  ///< As numbers, so that they sort as their bytes do.
  mutable bool sound_ = false;       ///< The index was seen to be whole; std::atomic_ref.
};

/// A pack that is written, by one thread, into a fresh file. Nothing is synced here.
class PackWriter {
 public:
  explicit PackWriter(const std::filesystem::path& temporary);

  /// Whether it went in: false when it is there already.
  bool add(const Digest& digest, std::string_view content);
  /// The same, of a frame that another pack has.
  bool add_frame(const PackEntry& entry, std::string_view frame);
  bool holds(const Digest& digest) const { return held_.contains(digest); }
  /// The content of what it holds.
  std::optional<std::string> find(const Digest& digest);
  std::size_t count() const { return entries_.size(); }
  bool full() const { return offset_ >= full_pack_bytes || entries_.size() >= full_pack_objects; }

  /// Writes the index; nothing can be added then. The pack's name.
  std::string seal();
  fs::File& file() { return file_; }

 private:
  std::string_view frame_of(std::string_view content);
  void write(std::string_view bytes);
  void flush();

  fs::File file_;
  pack::Packer packer_;
  std::string buffer_;
  std::uint64_t offset_ = 0;
  std::vector<PackEntry> entries_;
  std::unordered_set<Digest, DigestHash> held_;
  unsigned stubborn_ = 0;  ///< How many in a row did not shrink.
};

/// The objects of a pack whose index is damaged, by its frames, in their order; those whose content is whole.
/// `lost` counts the bytes that are no frame.
std::vector<PackEntry> salvage(const std::filesystem::path& pack, std::uint64_t& lost);

}  // namespace mlops::store
