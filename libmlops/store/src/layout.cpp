#include "src/layout.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>

#include <algorithm>

namespace mlops::store {
namespace {

constexpr std::size_t longest_file_name = 255;

bool is_kind(std::string_view kind) {
  return !kind.empty() &&
         std::all_of(kind.begin(), kind.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void check(const ReferenceName& name) {
  if (!is_kind(name.kind)) {
    throw error(Code::internal, "'{}' is no kind of reference: lower-case letters and '-' are", name.kind);
  }
  if (name.name.empty()) throw error(Code::usage, "a name is empty");
  if (!is_utf8(name.name) || std::any_of(name.name.begin(), name.name.end(), is_control)) {
    throw error(Code::usage, "a name is not UTF-8 or holds control characters");
  }
  if (const auto size = escaped(name.name).size(); size > longest_file_name) {
    throw error(Code::usage, "the name '{}' is too long: {} bytes as a file name, {} is the limit", name.name,
                size, longest_file_name);
  }
}

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Path objects_folder(const Path& root) { return root / "objects" / "sha256"; }

Path object_path(const Path& root, const Digest& digest) {
  const std::string hex = digest.hex();
  return objects_folder(root) / hex.substr(0, 2) / hex.substr(2);
}

Path packs_folder(const Path& root) { return root / "packs"; }

Path recipes_folder(const Path& root) { return root / "recipes"; }

Path recipe_path(const Path& root, const Digest& digest) {
  const std::string hex = digest.hex();
  return recipes_folder(root) / hex.substr(0, 2) / hex.substr(2);
}

Path marks_path(const Path& root) { return root / "gc" / "marks"; }

Path marked_path(const Path& root) { return root / "gc" / "marked"; }

Path sweep_lock_path(const Path& root) { return root / "locks" / "sweep"; }

Path trash_folder(const Path& root) { return root / "gc" / "trash"; }

Path marker_path(const Path& root, const Digest& digest) { return root / "verified" / digest.hex(); }

Path references_folder(const Path& root) { return root / "refs"; }

Path reference_path(const Path& root, const ReferenceName& name) {
  check(name);
  return references_folder(root) / name.kind / escaped(name.name);
}

std::optional<Digest> object_digest(std::string_view shard, std::string_view file) {
  if (shard.size() != 2 || file.size() != 62) return std::nullopt;
  return Digest::parse(std::string(shard) + std::string(file));
}

std::string escaped(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '%' || c == '/' || (c == '.' && out.empty())) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view file) {
  std::string out;
  for (std::size_t i = 0; i < file.size(); ++i) {
    if (file[i] != '%') {
      out += file[i];
      continue;
    }
    if (i + 2 >= file.size() || nibble(file[i + 1]) < 0 || nibble(file[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(nibble(file[i + 1]) * 16 + nibble(file[i + 2]));
    i += 2;
  }
  // What escaped() would not have written is not a reference: an editor's leftover, say.
  if (out.empty() || escaped(out) != file) return std::nullopt;
  return out;
}

void each_below(const Path& folder,
                const std::function<void(const Digest& digest, const fs::Stamp& stamp)>& visit) {
  for (const std::string& shard : fs::names_in(folder)) {
    for (const std::string& name : fs::names_in(folder / shard)) {
      const auto digest = object_digest(shard, name);
      const auto stamp = digest ? fs::find_stamp(folder / shard / name) : std::nullopt;
      if (stamp) visit(*digest, *stamp);
    }
  }
}

std::vector<ReferenceFile> reference_files(const Path& root) {
  std::vector<ReferenceFile> files;
  const Path folder = references_folder(root);
  for (const std::string& kind : fs::names_in(folder)) {
    for (const std::string& file : fs::names_in(folder / kind)) {
      const auto name = unescaped(file);
      const auto stamp = fs::find_stamp(folder / kind / file);
      if (name && stamp) files.push_back({{kind, *name}, stamp->size});
    }
  }
  std::sort(files.begin(), files.end(),
            [](const ReferenceFile& a, const ReferenceFile& b) { return a.name < b.name; });
  return files;
}

}  // namespace mlops::store
