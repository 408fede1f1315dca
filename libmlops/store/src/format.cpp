#include "src/format.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>

namespace mlops::store {
namespace {

constexpr std::int64_t known_format = 1;

std::int64_t format_in(const std::string& text) {
  try {
    return json::parse(text)["format"].int_or(0);
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

bool is_store(const std::filesystem::path& root) {
  const auto text = fs::find_file(root / "format");
  if (!text) return false;
  const std::int64_t format = format_in(*text);
  if (format == known_format) return true;
  if (format > known_format) {
    throw error(Code::usage, "the store '{}' has format {}, this program knows format {}", root.native(),
                format, known_format)
        .with_id("store.newer")
        .with_hint("use the newer program that wrote it");
  }
  throw error(Code::corrupt, "the file '{}' does not name a format: it should hold {{\"format\":{}}}",
              (root / "format").native(), known_format);
}

void make_store(const std::filesystem::path& root) {
  for (const char* folder : {"objects/sha256", "refs", "tmp", "locks"}) fs::make_folders(root / folder);
  fs::write_atomic(root / ".gitignore", "*\n");
  fs::write_atomic(root / "format", fmt::format("{{\"format\":{}}}\n", known_format));
}

}  // namespace mlops::store
