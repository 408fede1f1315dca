#include <mlops/pack/stream.hpp>

namespace mlops::pack {
namespace {

// A zstd stream may begin with skippable frames: 0x184D2A50 to 0x184D2A5F, little-endian.
bool is_skippable_frame(std::string_view bytes) {
  return bytes.size() >= 4 && (bytes[0] & '\xF0') == '\x50' && bytes.substr(1, 3) == "\x2A\x4D\x18";
}

}  // namespace

Compression detect(std::string_view first_bytes) {
  if (first_bytes.starts_with("\x1F\x8B")) return Compression::gzip;
  if (first_bytes.starts_with("\x28\xB5\x2F\xFD") || is_skippable_frame(first_bytes))
    return Compression::zstd;
  return Compression::none;
}

std::string_view name(Compression compression) {
  switch (compression) {
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
    case Compression::none:
      break;
  }
  return "none";
}

}  // namespace mlops::pack
