#pragma once
/// A project on disk: the folder with `mlops.yaml`, `mlops.lock` and `.mlops/`. Finds it, opens its parts
/// when they are first asked for, and is the only writer of the two files. Used by one thread.

#include <mlops/base/error.hpp>
#include <mlops/config/settings.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/manifest/lock.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/store/store.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::project {

/// The nearest folder, from `start` upwards, that holds a folder `.mlops` or a file `mlops.yaml`; links in
/// `start` are resolved first. Throws Error(not_found) when there is no `start`.
std::optional<std::filesystem::path> find_root(const std::filesystem::path& start);

/// What `settings:` of the project around `start` says; nothing where there is no project. Reads no other
/// part of `mlops.yaml` and opens no store. Throws as manifest::parse_settings() does.
std::vector<config::Said> find_settings(const std::filesystem::path& start);

class Project {
 public:
  /// open: Error(not_found) when there is no project around `start`. create: one is begun in `start` itself
  /// when there is none around it; nothing is written before the first thing is. begin: likewise, and in
  /// `start` itself even where there is one above it.
  enum class Mode { open, create, begin };
  Project(const std::filesystem::path& start, Mode mode);
  ~Project();
  Project(const Project&) = delete;
  Project& operator=(const Project&) = delete;

  const std::filesystem::path& root() const;

  /// Opened on first use; created then unless in Mode::open. Throws as store::Store does, and Error(usage)
  /// when
  /// `.mlops` is not a folder.
  store::Store& store();
  /// True when `.mlops/` is there already.
  bool has_store() const;

  /// Where the online store of features is, or would be: a file in `.mlops/`, made by who first writes there.
  std::filesystem::path online_file() const;

  /// `mlops.yaml` as it stands; an empty one, named after the folder, when there is no file.
  const manifest::Manifest& manifest();

  /// The text that manifest() was read from; empty when there is no file.
  const std::string& manifest_text();

  /// `serve:` of `mlops.yaml` as it stands, whatever is wrong with other parts of it. Throws as
  /// manifest::parse_serve() does.
  std::vector<manifest::ServeSpec> serve() const;
  /// The folder of the prediction log, whether it is there or not.
  std::filesystem::path predictions() const;
  /// The folder of the journals of schedules, whether it is there or not.
  std::filesystem::path schedules() const;

  /// The error for what is wrong with assertions of `mlops.yaml` now that the data are known.
  Error error_of(const std::vector<manifest::AssertionFault>& faults);

  /// `mlops.lock` as it stands; empty when there is no file.
  const manifest::Lock& lock();

  /// Changes `mlops.lock` under the project's lock: read again, changed, written atomically unless it is as
  /// before; when `change` throws, nothing is written. The store is there afterwards. Throws Error: busy
  /// (locked for over 10 s), not_found (Mode::open and no store).
  void update_lock(const std::function<void(manifest::Lock& lock)>& change);

  /// Whether there is a file `mlops.yaml`.
  bool has_manifest() const;

  /// Makes `mlops.yaml`, and the store around its lock. Throws as update_lock(), and Error: conflict when
  /// there is one, usage when the text has faults.
  void write_manifest(const std::string& text);

  /// Adds an entry to `mlops.yaml` (made if need be) unless one of that name is there; true when it was
  /// written. Throws as update_lock() and manifest::with_source() do.
  bool add_source(const manifest::SourceSpec& source);

  /// Adds to `mlops.yaml` what `edit` has and the file has not; true when it was written. Throws as
  /// update_lock() and manifest::with_training() do.
  bool add_training(const manifest::TrainingEdit& edit);

  /// Adds an entry to `remotes:` of `mlops.yaml` (made if need be); true when it was written, false when an
  /// equal one is there. Throws as update_lock() and manifest::with_remote() do.
  bool add_remote(const manifest::RemoteSpec& remote);

  /// Removes an entry of `remotes:`; what the remote holds stays. Throws as update_lock() and
  /// manifest::without_remote() do.
  void remove_remote(std::string_view name);

  /// The texts of `mlops.yaml` and `mlops.lock`, by name, as far as they are there.
  std::map<std::string, std::string> files() const;
  /// Puts one of the two in place, whatever it was, and reads it when it is asked for next.
  void put_file(const std::string& name, const std::string& text);

  /// `path` as the project's files write it: relative to the root where it is below it, else absolute. A link
  /// below the root keeps its name, wherever it leads.
  std::string relative(const std::filesystem::path& path) const;

 private:
  /// The file that writers of the two files lock; the store around it is made if need be.
  std::filesystem::path lock_file();

  /// Changes the text of `mlops.yaml` under the project's lock; true when it was written.
  bool update_manifest(
      const std::function<std::string(const manifest::Manifest& manifest, std::string text)>& change);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlops::project
