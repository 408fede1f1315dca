#include "pinned_files.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

constexpr std::string_view section = "files/";

}  // namespace

std::vector<std::string> added_paths(project::Project& project) {
  std::vector<std::string> out;
  for (const auto& [address, entry] : project.lock().entries) {
    if (address.starts_with(section)) out.push_back(address.substr(section.size()));
  }
  return out;
}

namespace {

bool is_within(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string path_of(project::Project& project, const std::string& word) {
  const std::string path = project.relative(word);
  return path.starts_with("./") ? path.substr(2) : path;
}

/// Any text that references can be called, of a place below the root.
void check_place(const std::string& word, const std::string& path) {
  if (path == "." || path.empty() || path.starts_with("/") || path.starts_with("../") || path == "..") {
    const bool root = path == "." || path.empty();
    throw error(Code::usage, "'{}' {}", word, root ? "is the project itself" : "lies outside of the project")
        .with_hint(
            "{}", root ? "name the folders in it that hold data" : "`mlops ingest` reads data from anywhere");
  }
  const bool control = std::any_of(path.begin(), path.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  if (control || !is_utf8(path)) {
    throw error(Code::usage,
                "the name of '{}' cannot be an address: it is not UTF-8, or has control characters", word)
        .with_hint("add the folder that it lies in");
  }
  const auto is_own = [&](std::string_view name) {
    return ("/" + path + "/").find(fmt::format("/{}/", name)) != std::string::npos;
  };
  for (const std::string_view own : {".git", ".gitignore", ".gitattributes", ".gitmodules"}) {
    if (is_own(own)) throw error(Code::usage, "'{}' belongs to git", word);
  }
  for (const std::string_view own : {".mlops", ".mlopsignore", "mlops.yaml", "mlops.lock"}) {
    if (is_own(own)) throw error(Code::usage, "'{}' belongs to mlops", word);
  }
}

/// No name on the way may lead elsewhere.
void check_way(project::Project& project, const std::string& word, const std::string& path) {
  std::error_code ignored;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (!std::filesystem::is_symlink(project.root() / path.substr(0, slash), ignored)) continue;
    throw error(Code::usage, "'{}' lies behind the symbolic link '{}'", word, path.substr(0, slash))
        .with_hint(
            "what is versioned lies in the project itself; a link to the outside can be in an added folder");
  }
}

void check_alone(const std::string& path, const std::vector<std::string>& added) {
  for (const std::string& other : added) {
    if (is_within(path, other)) {
      throw error(Code::usage, "'{}' is a part of '{}', which was added", path, other)
          .with_hint("`mlops data add {}` makes a version of all of it; what is as it was is not read again",
                     other);
    }
    if (is_within(other, path)) {
      throw error(Code::usage, "'{}' was added, which lies in '{}'", other, path)
          .with_hint("`mlops data rm {}` first, if all of it is to be one version", other);
    }
  }
}

[[noreturn]] void unknown(project::Project& project, const std::string& word, const std::string& path) {
  const std::vector<std::string> added = added_paths(project);
  Error fault = error(Code::not_found, "'{}' was not added", word).with_id("files.not_found");
  for (const std::string& other : added) {
    if (is_within(path, other))
      throw std::move(fault).with_hint("it is a part of '{}', which is versioned as a whole", other);
  }
  const auto near = near_misses(path, added);
  if (!near.empty()) throw std::move(fault).with_hint("a similar path was: {}", one_of(near));
  std::error_code ignored;
  if (std::filesystem::exists(project.root() / path, ignored))
    throw std::move(fault).with_hint("`mlops data add {}` makes it a version", word);
  throw std::move(fault).with_hint("`mlops data status` compares everything that was");
}

/// mlops.lock comes from others: a line that `data add` would not write is not followed.
void check_line(project::Project& project, const std::string& path) {
  try {
    if (std::filesystem::path(path).lexically_normal().generic_string() != path)
      throw error(Code::usage, "'{}' is no plain path", path);
    check_place(path, path);
    check_way(project, path, path);
    std::vector<std::string> others = added_paths(project);
    std::erase(others, path);
    check_alone(path, others);
  } catch (const Error& e) {
    throw error(Code::usage, "mlops.lock has a line 'files/{}' that cannot be: {}", path, e.message())
        .with_hint("restore mlops.lock from git, or remove the line");
  }
}

std::optional<Pinned> find_pinned(project::Project& project, const std::string& path) {
  const auto& entries = project.lock().entries;
  const auto entry = entries.find(std::string(section) + path);
  if (entry == entries.end()) return std::nullopt;
  check_line(project, path);
  return Pinned{.path = path, .pin = worktree::pin_from(entry->second, entry->first)};
}

/// What stands before the last `@`, and behind it.
std::optional<std::pair<std::string, std::string>> versioned(const std::string& word) {
  const std::size_t at = word.rfind('@');
  if (at == std::string::npos || at == 0) return std::nullopt;
  return std::pair(word.substr(0, at), word.substr(at + 1));
}

/// As a path, else as an address.
std::vector<std::string> meanings_of(project::Project& project, const std::string& word) {
  std::vector<std::string> out{path_of(project, word)};
  if (word.starts_with(section)) out.push_back(word.substr(section.size()));
  return out;
}

Pinned pinned_by(project::Project& project, const std::string& word) {
  for (const std::string& path : meanings_of(project, word)) {
    if (auto found = find_pinned(project, path)) return std::move(*found);
  }
  if (const auto named = versioned(word)) {
    for (const std::string& path : meanings_of(project, named->first)) {
      if (worktree::history(project.store(), path).empty()) continue;
      const auto version = worktree::version_of(project.store(), path, named->second);
      return {.path = path, .pin = version.pin, .chosen = true, .number = version.number};
    }
  }
  unknown(project, word, path_of(project, word));
}

}  // namespace

void require_place(project::Project& project, const std::string& path,
                   const std::vector<std::string>& others) {
  check_place(path, path);
  check_way(project, path, path);
  check_alone(path, others);
}

std::vector<std::string> paths_to_add(project::Project& project, const std::vector<std::string>& words) {
  std::vector<std::string> added = added_paths(project);
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const std::string path = path_of(project, word);
    check_place(word, path);
    check_way(project, word, path);
    std::error_code ignored;
    if (std::filesystem::is_symlink(project.root() / path, ignored)) {
      throw error(Code::usage, "'{}' is a symbolic link", word)
          .with_hint("add what it leads to, or the folder that it lies in");
    }
    if (!std::filesystem::exists(project.root() / path, ignored))
      throw error(Code::not_found, "there is no '{}'", word);
    check_alone(path, added);
    if (std::find(out.begin(), out.end(), path) == out.end()) out.push_back(path);
    added.push_back(path);
  }
  return out;
}

std::string find_added(project::Project& project, const std::string& word) {
  for (const std::string& path : meanings_of(project, word)) {
    if (!worktree::history(project.store(), path).empty()) return path;
  }
  return "";
}

std::vector<Pinned> pinned_files(project::Project& project, const std::vector<std::string>& words) {
  std::vector<Pinned> out;
  if (!project.has_store() && !added_paths(project).empty()) {
    throw error(Code::not_found, "the store of this project is not here: '{}'",
                (project.root() / ".mlops").string())
        .with_hint("copy the folder .mlops from where the files were added");
  }
  if (words.empty()) {
    for (const std::string& path : added_paths(project)) out.push_back(*find_pinned(project, path));
  }
  for (const std::string& word : words) out.push_back(pinned_by(project, word));
  return out;
}

}  // namespace mlops::commands
