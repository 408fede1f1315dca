#pragma once
/// Files and folders of a project as versions (`mlops data add`): what no source produces. An added path is a
/// reference `files/<path>`, each version of it a record "files-version/1" that names a tree, or the content
/// of a file; `mlops.lock` pins one (`files/<path>`), and a checkout makes the work tree what is pinned.
///
/// Paths are relative to the project's root, with '/' and without '.' and '..'. Plain files and symbolic
/// links are versioned, as git does it: of the mode only whether a file may be executed, no empty folders, no
/// times; links are kept as links and never followed. What `.mlopsignore` files leave out (gitignore(5)),
/// folders
/// `.git` and `.mlops`, are not seen, but for files that a version has already. Memory does not grow with the
/// number of files or their sizes.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mlops::worktree {

/// Where it happens.
struct Place {
  store::Store& store;
  std::filesystem::path root;  ///< Of the project.
  unsigned threads = 1;
  const Cancel* cancel = nullptr;
  Progress& progress;
};

/// What an added path is: the entry of `mlops.lock`.
struct Pin {
  Digest digest = {};  ///< Of the tree, or of the file's content.
  bool folder = false;
  bool executable = false;  ///< Of a file.
  std::uint64_t files = 1;
  std::uint64_t bytes = 0;

  bool operator==(const Pin&) const = default;
};

json::Object to_entry(const Pin& pin);
/// Throws Error(usage) for what is no entry of an added path; `address` names it.
Pin pin_from(const json::Object& entry, const std::string& address);

struct Version {
  std::string path = {};
  std::int64_t number = 0;
  Digest record = {};
  Pin pin = {};
  Time time = {};
  std::string who = {};
};

/// Oldest first; empty when the path was never added. Throws Error(corrupt).
std::vector<Version> history(const store::Store& store, const std::string& path);

/// The version that a selector as `v2` selects (store::select). Throws Error: not_found, usage.
Version version_of(const store::Store& store, const std::string& path, const std::string& selector);

/// The newest one of everything that was ever added, by path.
std::vector<Version> latest(const store::Store& store);

// ---- add

struct Added {
  Version version = {};
  bool fresh = false;            ///< It is a version that was not there.
  std::uint64_t files_read = 0;  ///< The others were known to be as they were.
  std::uint64_t bytes_read = 0;
};

struct Intent {
  Time time = {};
  std::string who = {};
};

/// Makes what lies at the path a version, unless it is the newest one. Throws Error: not_found, conflict (a
/// file changed while it was read), failed (something that cannot be versioned or read), busy (no room).
Added add(const Place& place, const std::string& path, const Intent& intent);

/// Makes what the store holds already, a tree or the content of a file, the next version of the path, unless
/// it is the newest one. Nothing is looked at in the work tree. Throws as store::Store::publish().
Added publish(store::Store& store, const std::string& path, const Pin& pin, const Intent& intent);

/// How much would be added; `digest` is that of nothing. No file is read. Throws Error: not_found.
Pin measure(const std::filesystem::path& root, const std::string& path);

/// Where the project lies in a git work tree and its `.gitignore` files do not leave the path out: adds it to
/// the one beside it, and returns the file, relative to the root. What is versioned here is not for git, too.
std::optional<std::string> hide_from_git(const std::filesystem::path& root, const std::string& path);
/// Takes such a line back; the file when it had one.
std::optional<std::string> show_to_git(const std::filesystem::path& root, const std::string& path);

// ---- status

enum class State {
  added,     ///< Not pinned.
  modified,  ///< Another content or mode.
  deleted,
  renamed,  ///< Added with the content of one that was deleted.
  missing,  ///< The store lacks the content that is pinned.
};
std::string_view name_of(State state);

struct Difference {
  State state = State::added;
  std::string file = {};  ///< Below the path; empty for the path itself.
  std::string from = {};  ///< Of what was renamed.
  std::uint64_t bytes = 0;
};

struct Compared {
  std::uint64_t files = 0;  ///< That are pinned.
  std::uint64_t differences = 0;
};

/// Tells each file that is not as pinned, in the order of the paths; renamed ones last. Nothing is changed
/// but the index. Throws Error: corrupt (the tree is damaged), failed.
Compared compare(const Place& place, const std::string& path, const Pin& pin,
                 const std::function<void(const Difference& difference)>& tell);

// ---- checkout

struct CheckoutOptions {
  bool force = false;       ///< What nobody has versioned is overwritten and removed, too.
  bool hard_links = false;  ///< Large files are the store's own, read-only, until unprotect().
  bool dry_run = false;
};

struct CheckedOut {
  std::uint64_t written = 0;
  std::uint64_t removed = 0;
  std::uint64_t kept = 0;
  std::uint64_t bytes = 0;      ///< Of what was written.
  std::uint64_t reflinked = 0;  ///< Of what was written: without a copy of the bytes.
  std::uint64_t linked = 0;
};

/// Makes the work tree what is pinned. Before the first change it is known that everything is there and that
/// nothing is lost; a file is replaced at once, so that a killed checkout leaves old and new files, which the
/// next one completes. Throws Error: conflict (contents that no version has would be lost: they are named;
/// see `force`), corrupt (objects are missing or damaged), busy (no room), failed.
CheckedOut checkout(const Place& place, const std::string& path, const Pin& pin,
                    const CheckoutOptions& options);

/// Files that are the store's own become files that may be written; their number. With `dry_run` it is only
/// told.
std::uint64_t unprotect(const Place& place, const std::string& path, bool dry_run);

}  // namespace mlops::worktree
