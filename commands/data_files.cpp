/// Files and folders that are versioned as they are.
#include "data_files.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "pinned_files.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>
#include <mlops/worktree/worktree.hpp>

#include <algorithm>
#include <set>

namespace mlops::commands {

void pin_path(project::Project& project, const std::string& path, const worktree::Pin& pin) {
  project.update_lock([&](manifest::Lock& lock) { lock.entries["files/" + path] = worktree::to_entry(pin); });
}

cli::Option paths_option(std::vector<std::string>& target, std::string help, bool required) {
  return {"path", "PATH", std::move(help), &target, cli::Offer::file, required};
}

namespace {

// ---- add

struct AddArgs {
  std::vector<std::string> paths;
};

/// `planned`: nothing was read, so that there is no digest.
ui::Row added_row(const std::string& path, std::int64_t version, const worktree::Pin& pin, const char* state,
                  bool planned = true) {
  return {{"path", path},
          {"version", version},
          {"files", pin.files, ui::Show::count},
          {"bytes", pin.bytes, ui::Show::bytes},
          {"state", state},
          {"digest", planned ? json::Value() : json::Value(pin.digest.text()),
           planned ? ui::Show::hidden : ui::Show::digest}};
}

ui::Row planned_row(project::Project& project, const worktree::Place* place, const std::string& path) {
  worktree::Pin pin = worktree::measure(project.root(), path);
  if (place == nullptr) return added_row(path, 1, pin, "would be added");
  const auto versions = worktree::history(project.store(), path);
  if (versions.empty()) return added_row(path, 1, pin, "would be added");
  bool same = versions.back().pin.folder == pin.folder;
  if (same) {
    const auto differs = [&same](const worktree::Difference&) { same = false; };
    worktree::compare(*place, path, versions.back().pin, differs);
  }
  return added_row(path, versions.back().number + (same ? 0 : 1), pin, same ? "unchanged" : "would be added");
}

void add_files(const AddArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  const std::vector<std::string> paths = paths_to_add(project, args.paths);
  std::vector<ui::Row> rows;
  std::vector<std::string> rules;
  std::uint64_t read = 0;
  std::uint64_t files = 0;
  const auto add = [&](const std::string& path) {
    if (invocation.dry_run()) {
      const bool has_store = project.has_store();
      const auto place = has_store ? std::optional(files_place(invocation, project)) : std::nullopt;
      rows.push_back(planned_row(project, place ? &*place : nullptr, path));
      return;
    }
    const worktree::Place place = files_place(invocation, project);
    const worktree::Added added =
        worktree::add(place, path, {.time = invocation.clock().now(), .who = user_of(invocation)});
    pin_path(project, path, added.version.pin);
    if (const auto file = worktree::hide_from_git(project.root(), path)) rules.push_back(*file);
    rows.push_back(
        added_row(path, added.version.number, added.version.pin, added.fresh ? "added" : "unchanged", false));
    files += added.version.pin.files;
    read += added.files_read;
    if (added.version.pin.files == 0)
      invocation.warning(fmt::format("'{}' has no files, or '.mlopsignore' leaves all of them out", path));
  };
  for (const std::string& path : paths) {
    try {
      add(path);
    } catch (const Error&) {
      if (!rows.empty()) invocation.rows("mlops.files-version/1", rows);  // They are pinned.
      throw;
    }
  }
  invocation.rows("mlops.files-version/1", rows);
  if (invocation.dry_run()) return;
  if (read < files)
    invocation.note(fmt::format("{} of {} were read, the others are as they were", count_text(read),
                                count_of(files, "file")));
  for (const std::string& file : rules)
    invocation.note_once(fmt::format("wrote a line into {}: what is versioned here is not for git", file));
}

struct PathsArgs {
  std::vector<std::string> paths;
};

// ---- checkout

struct CheckoutArgs {
  std::vector<std::string> paths;
  bool force = false;
  std::optional<std::string> link;
};

/// A path can be one version at a time.
void check_once(const std::vector<Pinned>& pinned) {
  std::set<std::string> paths;
  for (const Pinned& one : pinned) {
    if (!paths.insert(one.path).second) throw error(Code::usage, "'{}' is named twice", one.path);
  }
}

void checkout_files(const CheckoutArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const std::vector<Pinned> pinned = pinned_files(project, args.paths);
  check_once(pinned);
  const worktree::CheckoutOptions options{
      .force = args.force, .hard_links = args.link == "hard", .dry_run = invocation.dry_run()};
  invocation.rows("mlops.files-checkout/1", check_out(invocation, project, pinned, options));
  if (pinned.empty())
    invocation.note("nothing was added: `mlops data add PATH` makes files and folders versions");
}

// ---- unprotect, rm

void unprotect_files(const PathsArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows;
  for (const Pinned& one : pinned_files(project, args.paths)) {
    const bool dry = invocation.dry_run();
    const std::uint64_t files = worktree::unprotect(files_place(invocation, project), one.path, dry);
    const char* const state = files == 0 ? "unchanged" : dry ? "would be unprotected" : "unprotected";
    rows.push_back({{"path", one.path}, {"files", files, ui::Show::count}, {"state", state}});
  }
  invocation.rows("mlops.files-unprotect/1", rows);
}

void remove_files(const PathsArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows;
  for (const Pinned& one : pinned_files(project, args.paths)) {
    if (one.chosen) {
      throw error(Code::usage, "a version is not removed alone")
          .with_hint("`mlops data rm {}` takes the path out of mlops.lock; versions stay", one.path);
    }
    if (!invocation.dry_run()) {
      project.update_lock([&](manifest::Lock& lock) { lock.entries.erase("files/" + one.path); });
      if (const auto file = worktree::show_to_git(project.root(), one.path))
        invocation.note(fmt::format("took the line of '{}' out of {}", one.path, *file));
    }
    rows.push_back({{"path", one.path}, {"state", invocation.dry_run() ? "would be removed" : "removed"}});
  }
  invocation.rows("mlops.files-removed/1", rows);
  if (!invocation.dry_run()) invocation.note("files and versions stay: `mlops data add` brings them back");
}

}  // namespace

worktree::Place files_place(cli::Invocation& invocation, project::Project& project) {
  return {.store = project.store(),
          .root = project.root(),
          .threads = resources_of(invocation).threads,
          .cancel = &invocation.cancel(),
          .progress = invocation.progress()};
}

std::vector<ui::Row> check_out(cli::Invocation& invocation, project::Project& project,
                               const std::vector<Pinned>& pinned, const worktree::CheckoutOptions& options) {
  std::vector<ui::Row> rows;
  if (pinned.size() > 1) {  // Nothing is changed when one of them cannot be.
    worktree::CheckoutOptions rehearsal = options;
    rehearsal.dry_run = true;
    for (const Pinned& one : pinned)
      worktree::checkout(files_place(invocation, project), one.path, one.pin, rehearsal);
  }
  for (const Pinned& one : pinned) {
    const worktree::CheckedOut out =
        worktree::checkout(files_place(invocation, project), one.path, one.pin, options);
    if (one.chosen && !options.dry_run) pin_path(project, one.path, one.pin);
    const bool changed = out.written + out.removed > 0;
    rows.push_back({{"path", one.path},
                    {"written", out.written, ui::Show::count},
                    {"bytes", out.bytes, ui::Show::bytes},
                    {"removed", out.removed, ui::Show::count},
                    {"kept", out.kept, ui::Show::count},
                    {"reflinked", out.reflinked, ui::Show::count},
                    {"linked", out.linked, ui::Show::count},
                    {"state", !changed          ? "unchanged"
                              : options.dry_run ? "would be checked out"
                                                : "checked out"}});
  }
  return rows;
}

cli::Command add_files_spec() {
  const auto args = std::make_shared<AddArgs>();
  return {.name = "add",
          .summary = "make files and folders versions as they are",
          .options = {paths_option(args->paths, "a file or a folder of the project", true)},
          .examples = {{"mlops data add images", "Make the folder images a version and pin it in mlops.lock"},
                       {"mlops data add images labels.csv -n", "Show what would be added"}},
          .exits = {{Code::not_found, "there is no such file or folder"},
                    {Code::conflict, "a file changed while it was read"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { add_files(*args, invocation); }};
}

cli::Command checkout_files_spec() {
  const auto args = std::make_shared<CheckoutArgs>();
  return {
      .name = "checkout",
      .summary = "make added files what mlops.lock pins",
      .options = {paths_option(args->paths,
                               "an added path, or a version of it such as images@v2; all without", false),
                  {"--force", "", "overwrite and remove contents that no version has", &args->force},
                  {"--link",
                   "HOW",
                   "how large files come: by reflink or copy, or as read-only links into the store",
                   &args->link,
                   cli::Offer::none,
                   false,
                   {"auto", "hard"}}},
      .examples = {{"mlops data checkout", "Restore everything that mlops.lock pins, after git checkout"},
                   {"mlops data checkout images@v1", "Go back to the first version of images, and pin it"}},
      .exits = {{Code::not_found, "the path was not added"},
                {Code::conflict, "contents that no version has would be lost"},
                {Code::corrupt, "the store lacks contents"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { checkout_files(*args, invocation); }};
}

cli::Command unprotect_files_spec() {
  const auto args = std::make_shared<PathsArgs>();
  return {.name = "unprotect",
          .summary = "make files that are links into the store files of their own",
          .options = {paths_option(args->paths, "an added path", true)},
          .examples = {{"mlops data unprotect images", "Make the files of images writable copies"}},
          .exits = {{Code::not_found, "the path was not added"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { unprotect_files(*args, invocation); }};
}

cli::Command remove_files_spec() {
  const auto args = std::make_shared<PathsArgs>();
  return {.name = "rm",
          .summary = "pin an added path no longer; its files and versions stay",
          .options = {paths_option(args->paths, "an added path", true)},
          .examples = {{"mlops data rm images", "Take images out of mlops.lock"}},
          .exits = {{Code::not_found, "the path was not added"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { remove_files(*args, invocation); }};
}

}  // namespace mlops::commands
