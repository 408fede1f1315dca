#pragma once
/// Outs of a DVC project as versions of added paths (worktree.hpp), straight from DVC's cache and remotes: as
/// if they had been checked out and added. DVC's files are read only; that of the cache which becomes an
/// object as a hard link gets a second name.
///
/// Every content is compared with its MD5 while it is read. A version is made at once or not at all; an
/// import that was killed has made those of the outs before, and of the one at work nothing. Memory is a few
/// MB, and a hundred bytes for each file of a folder that is new.

#include <mlops/base/engines.hpp>
#include <mlops/dvc/config.hpp>
#include <mlops/dvc/project.hpp>
#include <mlops/worktree/worktree.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace mlops::dvc {

struct Source {
  std::filesystem::path root = {};  ///< Of the DVC project.
  Config config = Config({});
  std::optional<Remote> remote = {};  ///< Instead of those that the configuration says.
  Environment environment = {};
  Engines* engines = nullptr;
};

struct Imported {
  worktree::Added added = {};
  // Bytes of contents that the store had not:
  std::uint64_t linked = 0;   ///< Whose blocks are those of the cache.
  std::uint64_t copied = 0;   ///< Small ones, which go into packs, among them.
  std::uint64_t fetched = 0;  ///< From a remote.
};

/// What an import would make, as far as it can be told without reading contents.
struct Planned {
  std::int64_t version = 1;
  std::optional<std::uint64_t> files = {};
  std::optional<std::uint64_t> bytes = {};
  bool fresh = true;
};

class Importer {
 public:
  Importer(worktree::Place place, Source source);
  ~Importer();
  Importer(const Importer&) = delete;
  Importer& operator=(const Importer&) = delete;

  /// Makes the out a version of `path`, unless it is the newest one. Throws Error: corrupt ("dvc.corrupt": an
  /// object's content is not what its name says), not_found ("dvc.missing": objects are nowhere), usage
  /// ("dvc.remote": one that cannot be read from here), busy, conflict.
  Imported import(const Out& out, const std::string& path, const worktree::Intent& intent);

  /// The same of a moment that is past: a version that has this content and this time already is left alone.
  /// Throws Error: conflict ("dvc.history") where a path had younger versions before the first of these.
  Imported import_past(const Out& out, const std::string& path, const worktree::Intent& intent);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Nothing is written, no remote is asked. `store` is null where there is none yet. Throws Error(not_found,
/// "dvc.missing") where the out cannot be had, as far as it can be told.
Planned plan(const store::Store* store, const Source& source, const Out& out, const std::string& path);

}  // namespace mlops::dvc
