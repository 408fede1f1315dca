#pragma once
/// DVC's configuration: where its cache and its remotes are. Of the four files `.dvc/config.local`,
/// `.dvc/config`, the user's and the system's, the first one that has a value has the say.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::dvc {

using Environment = std::map<std::string, std::string>;

/// What a file says: by section as "core" or `remote "name"`, by key; both in lower case.
using Sections = std::map<std::string, std::map<std::string, std::string>>;

/// Reads one file; `name` is for faults. Paths are absolute afterwards: relative ones start at `folder`.
/// Throws Error(usage) with file and line.
Sections parse_config(std::string_view text, const std::string& name, const std::filesystem::path& folder);

/// A place of objects beside the cache. Values may be secrets: they are for who opens it and for nobody else.
struct Remote {
  std::string name = {};
  std::string url = {};
  std::map<std::string, std::string> options = {};

  std::string option(const std::string& key) const;
  bool is_on(const std::string& key) const;
  bool is_s3() const { return url.starts_with("s3://"); }
  /// The folder that it is, if it is one.
  std::optional<std::filesystem::path> folder() const;
};

class Config {
 public:
  explicit Config(Sections sections) : sections_(std::move(sections)) {}

  /// Of the project whose root (the folder with `.dvc`) it is. Throws Error(usage).
  static Config read(const std::filesystem::path& root, const Environment& environment);

  std::filesystem::path cache(const std::filesystem::path& root) const;
  /// That of `core.remote`; nothing where none is said.
  std::optional<std::string> usual_remote() const;
  /// The remote of that name, or the place that a URL or a path (from `folder`) says. Throws
  /// Error(not_found).
  Remote remote(const std::string& word, const std::filesystem::path& folder) const;

 private:
  std::optional<std::string> find(const std::string& section, const std::string& key) const;
  Remote named(const std::string& name, int depth) const;

  Sections sections_;
};

}  // namespace mlops::dvc
