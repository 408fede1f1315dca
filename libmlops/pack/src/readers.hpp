#pragma once
/// One reader per compression. zlib and libzstd are used directly because libarchive's gzip filter does not
/// compare the checksum at the end of a member: a flipped bit would be read as data.

#include "src/input.hpp"

#include <mlops/pack/stream.hpp>

#include <memory>

namespace mlops::pack {

std::unique_ptr<Reader> gzip_reader(Input input);
std::unique_ptr<Reader> zstd_reader(Input input);

}  // namespace mlops::pack
