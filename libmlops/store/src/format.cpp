#include "src/format.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/json/value.hpp>

namespace mlops::store {
namespace {

constexpr std::int64_t known_format = format_with_packs;
constexpr std::int64_t first_format = 1;

std::string text_of(std::int64_t format) { return fmt::format("{{\"format\":{}}}\n", format); }

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
  if (format >= first_format && format <= known_format) return true;
  if (format > known_format) {
    throw error(Code::usage, "the store '{}' has format {}, this program knows format {}", root.native(),
                format, known_format)
        .with_id("store.newer")
        .with_hint("use the newer program that wrote it");
  }
  throw error(Code::corrupt, "the file '{}' does not name a format: it should hold {{\"format\":{}}}",
              (root / "format").native(), first_format);
}

void make_store(const std::filesystem::path& root) {
  for (const char* folder : {"objects/sha256", "refs", "tmp", "locks"}) fs::make_folders(root / folder);
  // Who was killed in this place has left names that were not synced, and nobody looks again once there is a
  // format.
  for (const auto& folder : {root / "objects", root, std::filesystem::absolute(root).parent_path()})
    fs::sync_folder(folder);
  fs::write_atomic(root / ".gitignore", "*\n");
  fs::write_atomic(root / "format", text_of(first_format));
}

void need_format(const std::filesystem::path& root, std::int64_t format) {
  if (format_in(fs::read_file(root / "format")) < format) fs::write_atomic(root / "format", text_of(format));
  else fs::sync_folder(root);  // Who wrote it may have been killed before that.
}

}  // namespace mlops::store
