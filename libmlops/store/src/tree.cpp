#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>

namespace mlops::store {
namespace {

bool is_safe(std::string_view path) {
  if (path.empty() || !is_utf8(path) || path.find('\0') != std::string_view::npos) return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = slash + 1;
  }
  return true;
}

/// A file that is also a folder of another ("a" beside "a/b") could not be written out again.
bool is_folder_of(std::string_view folder, std::string_view path) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

/// Of files sorted by path. Between "a" and "a/b" others may stand ("a b"), so each looks for its own
/// folders.
void check(const std::vector<TreeFile>& files) {
  std::vector<std::string_view> open;  // Files whose path begins that of the one looked at.
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path;
    if (!is_safe(path)) throw error(Code::corrupt, "a tree holds the path '{}', which leads out of it", path);
    if (i > 0 && files[i - 1].path == path) throw error(Code::corrupt, "a tree holds '{}' twice", path);
    while (!open.empty() && !path.starts_with(open.back())) open.pop_back();
    for (const std::string_view file : open) {
      if (is_folder_of(file, path))
        throw error(Code::corrupt, "a tree holds '{}' as a file and as a folder", file);
    }
    open.push_back(path);
  }
}

json::Value json_of(const TreeFile& file) {
  return json::Object{{"digest", file.digest.text()},
                      {"mode", std::int64_t{file.mode}},
                      {"path", file.path},
                      {"size", file.size}};
}

TreeFile file_of(const json::Value& value, const Digest& tree) {
  const auto digest = Digest::parse(value["digest"].text_or(""));
  const std::int64_t mode = value["mode"].int_or(-1);
  const std::int64_t size = value["size"].int_or(-1);
  if (!digest || mode < 0 || mode > 07777 || size < 0) {
    throw error(Code::corrupt, "object {} is no tree: an entry has no digest, mode or size", tree.text());
  }
  return {.path = value["path"].text_or(""),
          .mode = static_cast<std::uint32_t>(mode),
          .size = static_cast<std::uint64_t>(size),
          .digest = *digest};
}

/// The object's bytes.
std::string text_of(Tree tree) {
  std::sort(tree.files.begin(), tree.files.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.path < b.path; });
  check(tree.files);
  json::Array files;
  for (const TreeFile& file : tree.files) files.push_back(json_of(file));
  return json::canonical(json::Object{{"files", std::move(files)}, {"tree", 1}});
}

}  // namespace

Digest put_tree(Objects& objects, Tree tree) { return objects.put(text_of(std::move(tree))); }

Digest tree_digest(Tree tree) { return crypto::sha256(text_of(std::move(tree))); }

Tree get_tree(const Objects& objects, const Digest& digest) {
  const json::Value value = json::parse(objects.get(digest));
  const json::Array* files = value["files"].as_array();
  if (value["tree"].int_or(0) != 1 || files == nullptr) {
    throw error(Code::corrupt, "object {} is no tree", digest.text());
  }
  Tree tree;
  for (const json::Value& file : *files) tree.files.push_back(file_of(file, digest));
  check(tree.files);
  return tree;
}

}  // namespace mlops::store
