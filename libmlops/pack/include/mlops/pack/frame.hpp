#pragma once
/// Single zstd frames in memory (RFC 8878). Each says how large its content is, so that the space is known
/// before it is unpacked. Owned by one thread; a Packer and an Unpacker keep their tables between frames,
/// which for small contents costs more than the packing.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::pack {

class Packer {
 public:
  explicit Packer(int level = 1);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  /// The frame of the content, good until the next call. What does not shrink is stored as it is, in a frame
  /// that is some 13 bytes and 3 for each 128 KiB longer.
  std::string_view frame(std::string_view content);
  /// A frame that stores the content as it is, for who knows that it does not shrink.
  std::string_view stored(std::string_view content);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

class Unpacker {
 public:
  Unpacker();
  ~Unpacker();
  Unpacker(const Unpacker&) = delete;
  Unpacker& operator=(const Unpacker&) = delete;

  /// Whether the frame is whole and holds exactly `size` bytes, which are at `content` then.
  bool unpack(std::string_view frame, char* content, std::size_t size);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

struct FrameSizes {
  std::size_t frame = 0;    ///< Bytes from its first to its last.
  std::size_t content = 0;  ///< Bytes that it unpacks to; 0 for a frame that is to be skipped.
  bool skippable = false;
};

/// What the bytes begin with; nothing when that is no whole frame of a known content size.
std::optional<FrameSizes> frame_sizes(std::string_view bytes);

/// The eight bytes before `size` bytes that every reader of zstd skips. `size` is below 4 GiB.
std::string skippable_header(std::size_t size);

}  // namespace mlops::pack
