#include "src/entry.hpp"
#include "src/readers.hpp"

#include <zlib.h>
#include <zstd.h>

namespace mlops::pack {
namespace {

std::unique_ptr<Reader> reader_of(const std::filesystem::path& file) {
  Input input(file);
  switch (detect(input.peek())) {
    case Compression::gzip:
      return gzip_reader(std::move(input));
    case Compression::zstd:
      return zstd_reader(std::move(input));
    case Compression::none:
      break;
  }
  throw error(Code::corrupt, "'{}' is neither gzip nor zstd", file.string());
}

}  // namespace
}  // namespace mlops::pack

extern "C" mlops::pack::Reader* mlops_pack_open(const std::filesystem::path& file) {
  return mlops::pack::reader_of(file).release();
}

extern "C" const char* mlops_engine_version() {
  static const std::string text = fmt::format("zlib {}, zstd {}", zlibVersion(), ZSTD_versionString());
  return text.c_str();
}
