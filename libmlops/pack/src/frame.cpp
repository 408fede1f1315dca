#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/pack/frame.hpp>

#include <zstd.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::pack {
namespace {

constexpr std::uint32_t skippable_magic = 0x184D2A50;  // RFC 8878: this one and the 15 after it.

std::uint32_t first_word(std::string_view bytes) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4 && i < bytes.size(); ++i)
    word |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
  return word;
}

}  // namespace

struct Packer::Context {
  Handle<ZSTD_CCtx, ZSTD_freeCCtx> zstd{ZSTD_createCCtx()};
  std::vector<char> buffer = {};
};

Packer::Packer(int level) : context_(std::make_unique<Context>()) {
  if (!context_->zstd) throw error(Code::busy, "no memory to compress with");
  ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_compressionLevel, level);
}

Packer::~Packer() = default;

std::string_view Packer::frame(std::string_view content) {
  auto& buffer = context_->buffer;
  if (const std::size_t most = ZSTD_compressBound(content.size()); buffer.size() < most) buffer.resize(most);
  const std::size_t size =
      ZSTD_compress2(context_->zstd.get(), buffer.data(), buffer.size(), content.data(), content.size());
  if (ZSTD_isError(size) != 0)
    throw error(Code::busy, "cannot compress {} bytes: {}", content.size(), ZSTD_getErrorName(size));
  return {buffer.data(), size};
}

std::string_view Packer::stored(std::string_view content) {
  constexpr std::size_t most = 128 * 1024;  // RFC 8878: Block_Maximum_Size.
  constexpr std::uint32_t magic = 0xFD2FB528;
  constexpr unsigned char descriptor = 0xA0;  // A single segment, its size in four bytes.
  auto& out = context_->buffer;
  out.clear();
  const auto put = [&out](std::uint32_t word, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(word >> 8 * i & 0xff));
  };
  put(magic, 4);
  put(descriptor, 1);
  put(static_cast<std::uint32_t>(content.size()), 4);
  do {
    const std::string_view block = content.substr(0, most);
    content.remove_prefix(block.size());
    const std::uint32_t last = content.empty() ? 1 : 0;
    put(last | static_cast<std::uint32_t>(block.size()) << 3, 3);  // A Raw_Block.
    out.insert(out.end(), block.begin(), block.end());
  } while (!content.empty());
  return {out.data(), out.size()};
}

struct Unpacker::Context {
  Handle<ZSTD_DCtx, ZSTD_freeDCtx> zstd{ZSTD_createDCtx()};
};

Unpacker::Unpacker() : context_(std::make_unique<Context>()) {
  if (!context_->zstd) throw error(Code::busy, "no memory to uncompress with");
}

Unpacker::~Unpacker() = default;

bool Unpacker::unpack(std::string_view frame, char* content, std::size_t size) {
  const std::size_t got =
      ZSTD_decompressDCtx(context_->zstd.get(), content, size, frame.data(), frame.size());
  return ZSTD_isError(got) == 0 && got == size;
}

std::optional<FrameSizes> frame_sizes(std::string_view bytes) {
  const std::size_t frame = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(frame) != 0) return std::nullopt;
  if ((first_word(bytes) & ~0xfU) == skippable_magic)
    return FrameSizes{.frame = frame, .content = 0, .skippable = true};
  const unsigned long long content = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (content == ZSTD_CONTENTSIZE_ERROR || content == ZSTD_CONTENTSIZE_UNKNOWN) return std::nullopt;
  return FrameSizes{.frame = frame, .content = static_cast<std::size_t>(content), .skippable = false};
}

std::string skippable_header(std::size_t size) {
  std::string out;
  for (const std::uint32_t word : {skippable_magic | 0xe, static_cast<std::uint32_t>(size)}) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(word >> shift & 0xff);
  }
  return out;
}

}  // namespace mlops::pack
