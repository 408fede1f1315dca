#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/pack/bundle.hpp>

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "src/bundle.hpp"

namespace mlops::pack {
namespace {

namespace stdfs = std::filesystem;

constexpr int level = 15;

std::string bytes_of(const stdfs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw error(Code::failed, "cannot read '{}'", file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<stdfs::path> files_under(const stdfs::path& folder) {
  std::vector<stdfs::path> files;
  for (const auto& entry : stdfs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void append(std::string& out, const FileHeader& header) {
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
}

std::string plain(const stdfs::path& folder) {
  std::string out;
  for (const stdfs::path& file : files_under(folder)) {
    const std::string path = file.lexically_relative(folder).string();
    const std::string bytes = bytes_of(file);
    append(out, {.path_bytes = static_cast<std::uint32_t>(path.size()), .mode = 0755, .bytes = bytes.size()});
    out += path;
    out += bytes;
  }
  append(out, {});
  return out;
}

}  // namespace

std::string frame_of(const stdfs::path& folder) {
  const std::string bytes = plain(folder);
  const Handle<ZSTD_CCtx, ZSTD_freeCCtx> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) throw error(Code::failed, "zstd says '{}'", ZSTD_getErrorName(size));
  out.resize(size);
  return out;
}

void append_bundle(const stdfs::path& file, const std::string& frame, const std::string& name) {
  if (name.size() != Trailer::name_bytes)
    throw error(Code::internal, "a bundle's name has {} digits, not {}", Trailer::name_bytes, name.size());
  Trailer trailer{.begin = stdfs::file_size(file), .size = frame.size()};
  std::memcpy(trailer.name, name.data(), name.size());
  std::memcpy(trailer.magic, Trailer::expected, sizeof trailer.magic);
  std::ofstream out(file, std::ios::binary | std::ios::app);
  out << frame;
  out.write(reinterpret_cast<const char*>(&trailer), sizeof trailer);
  out.close();
  if (!out) throw error(Code::failed, "cannot write '{}'", file.string());
}

}  // namespace mlops::pack
