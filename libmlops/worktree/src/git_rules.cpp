/// What is versioned here is left out of git by a line in `.gitignore`.
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/worktree/ignore.hpp>
#include <mlops/worktree/worktree.hpp>

#include <algorithm>

namespace mlops::worktree {
namespace {

namespace stdfs = std::filesystem;

constexpr std::string_view file_name = ".gitignore";

/// The work tree of git around the folder.
std::optional<stdfs::path> git_root(const stdfs::path& folder) {
  for (stdfs::path at = folder;; at = at.parent_path()) {
    if (fs::find_look(at / ".git")) return at;
    if (at == at.parent_path()) return std::nullopt;
  }
}

/// By the files `.gitignore` alone: what a user leaves out everywhere is nobody else's rule.
bool left_out(const stdfs::path& git, const std::string& path, bool folder) {
  Ignore rules;
  for (std::size_t at = 0;;) {
    const std::string above = at == 0 ? "" : path.substr(0, at - 1);
    if (const auto text = fs::find_file(git / above / file_name)) rules = Ignore(rules, above, *text);
    const std::size_t slash = path.find('/', at);
    const bool last = slash == std::string::npos;
    if (rules.ignored(path.substr(0, slash), !last || folder)) return true;
    if (last) return false;
    at = slash + 1;
  }
}

/// The line that names this entry of its folder and no other.
std::string line_of(const stdfs::path& path) {
  std::string line = "/";
  const std::string name = path.filename().native();
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool trails = name[i] == ' ' && name.find_first_not_of(' ', i) == std::string::npos;
    if (std::string_view("*?[\\").find(name[i]) != std::string_view::npos || trails) line += '\\';
    line += name[i];
  }
  return line;
}

std::string from_root(const stdfs::path& root, const stdfs::path& file) {
  return file.lexically_relative(root).generic_string();
}

}  // namespace

std::optional<std::string> hide_from_git(const stdfs::path& root, const std::string& path) {
  const auto git = git_root(root);
  if (!git) return std::nullopt;
  const auto look = fs::find_look(root / path);
  const bool folder = look && look->type == fs::Type::folder;
  if (left_out(*git, from_root(*git, root / path), folder)) return std::nullopt;
  const stdfs::path file = (root / path).parent_path() / file_name;
  std::string text = fs::find_file(file).value_or("");
  if (!text.empty() && text.back() != '\n') text += '\n';
  fs::write_atomic(file, text + line_of(path) + "\n");
  return from_root(root, file);
}

std::optional<std::string> show_to_git(const stdfs::path& root, const std::string& path) {
  const stdfs::path file = (root / path).parent_path() / file_name;
  const auto text = fs::find_file(file);
  const std::string line = line_of(path) + "\n";
  if (!text) return std::nullopt;
  const std::size_t at = text->starts_with(line) ? 0 : text->find("\n" + line);
  if (at == std::string::npos) return std::nullopt;
  std::string rest = *text;
  rest.erase(at == 0 ? 0 : at + 1, line.size());
  if (rest.empty()) {
    fs::remove_file(file);
  } else {
    fs::write_atomic(file, rest);
  }
  return from_root(root, file);
}

}  // namespace mlops::worktree
