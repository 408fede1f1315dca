#pragma once
/// Compressed files as streams of plain bytes. What compresses a file is read off its first bytes (gzip,
/// zstd), never off its name. The heavy half is the engine `pack`.

#include <mlops/base/engines.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>

namespace mlops::pack {

enum class Compression { none, gzip, zstd };

/// What the first bytes of a file say.
Compression detect(std::string_view first_bytes);

/// "none", "gzip", "zstd".
std::string_view name(Compression compression);

class Reader {
 public:
  virtual ~Reader() = default;
  /// Fills up to `size` bytes; 0 at the end. Throws Error(corrupt) for a damaged or truncated stream, naming
  /// the file.
  virtual std::size_t read(void* buffer, std::size_t size) = 0;
};

/// A reader of the plain content of a gzip or zstd file (several members or frames after each other
/// included). Throws Error: not_found, failed (engine missing), corrupt.
std::unique_ptr<Reader> open(Engines& engines, const std::filesystem::path& file);

}  // namespace mlops::pack
