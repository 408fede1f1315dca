#include "src/walk.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

namespace mlops::worktree {
namespace {

constexpr std::string_view rules_name = ".mlopsignore";

/// Those above, and those that lie in the folder.
Ignore rules_in(const std::filesystem::path& folder, const std::string& path, const Ignore& above) {
  const auto text = fs::find_file(folder / rules_name);
  return text ? Ignore(above, path, *text) : above;
}

}  // namespace

Walk::Walk(const std::filesystem::path& root, const std::string& path) : top_(path) {
  const auto look = fs::find_look(root / path);
  if (!look) return;
  if (look->type != fs::Type::folder) {
    const std::filesystem::path file = root / path;
    single_.push_back({.folder = std::make_shared<const fs::Folder>(file.parent_path()),
                       .name = file.filename().native(),
                       .path = "",
                       .type = look->type});
    return;
  }
  Ignore rules;
  for (std::size_t at = 0; at <= path.size();) {  // The root's, and those of the folders on the way.
    const std::string folder = at == 0 ? "" : path.substr(0, at - 1);
    rules = rules_in(root / folder, folder, rules);
    const std::size_t slash = path.find('/', at);
    if (slash == std::string::npos) break;
    at = slash + 1;
  }
  enter(std::make_shared<const fs::Folder>(root / path), "", rules);
}

std::string Walk::project_path(const std::string& path) const {
  return path.empty() ? top_ : top_ + "/" + path;
}

void Walk::enter(std::shared_ptr<const fs::Folder> folder, std::string prefix, const Ignore& above) {
  Level level;
  level.list = folder->list();
  const std::string own = prefix.empty() ? "" : prefix.substr(0, prefix.size() - 1);
  level.ignore = above;
  for (std::size_t i = 0; i < level.list.size(); ++i) {
    if (level.list.name(i) == rules_name) level.ignore = rules_in(folder->path(), project_path(own), above);
  }
  level.folder = std::move(folder);
  level.prefix = std::move(prefix);
  levels_.push_back(std::move(level));
}

bool Walk::is_left_out(const Level& level, const std::string& path, std::string_view name,
                       fs::Type type) const {
  if (name.starts_with(temporary_prefix)) return true;
  const bool folder = type == fs::Type::folder;
  if (folder && (name == ".git" || name == ".mlops")) return true;
  return level.ignore.has_rules() && level.ignore.ignored(project_path(path), folder);
}

bool Walk::next(Walked& walked) {
  if (!single_.empty()) {
    walked = std::move(single_.back());
    single_.pop_back();
    return true;
  }
  while (!levels_.empty()) {
    Level& level = levels_.back();
    if (level.at == level.list.size()) {
      levels_.pop_back();
      continue;
    }
    const std::size_t i = level.at++;
    const std::string_view name = level.list.name(i);
    const fs::Type type = level.list.type(i);
    std::string path;
    path.reserve(level.prefix.size() + name.size());
    path.append(level.prefix).append(name);
    if (is_left_out(level, path, name, type)) continue;
    if (type == fs::Type::folder) {
      auto folder = std::make_shared<const fs::Folder>(*level.folder, name);
      enter(std::move(folder), path + "/", level.ignore);
      continue;
    }
    walked.folder = level.folder;
    walked.name = name;
    walked.path = std::move(path);
    walked.type = type;
    return true;
  }
  return false;
}

}  // namespace mlops::worktree
