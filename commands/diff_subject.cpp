#include "diff_subject.hpp"

#include "address.hpp"
#include "cli/invocation.hpp"
#include "up_to_date.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/store/selector.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace mlops::commands {
namespace {

DiffSubject subject_of(dataset::Version version) {
  return {.name = fmt::format("{}@v{}", version.address(), version.number), .table = std::move(version)};
}

DiffSubject subject_of(const worktree::Version& version) {
  return {.name = fmt::format("{}@v{}", version.path, version.number),
          .pin = version.pin,
          .path = version.path,
          .number = version.number};
}

/// What mlops.lock pins is the newest version that is the same.
DiffSubject subject_of(store::Store& store, const Pinned& pinned) {
  const auto versions = worktree::history(store, pinned.path);
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (pinned.chosen ? version->number == pinned.number : version->pin == pinned.pin)
      return subject_of(*version);
  }
  return {.name = pinned.path, .pin = pinned.pin, .path = pinned.path};
}

// ---- digests

std::optional<DiffSubject> files_of_record(store::Store& store, const Digest& record) {
  for (const worktree::Version& newest : worktree::latest(store)) {
    for (const worktree::Version& version : worktree::history(store, newest.path)) {
      if (version.record == record) return subject_of(version);
    }
  }
  return std::nullopt;
}

bool is_tree(const store::Objects& objects, const Digest& digest) {
  try {
    store::TreeFile file;
    store::TreeReader(objects, digest).next(file);
    return true;
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    return false;
  }
}

/// A record by its first digits, or an object.
std::optional<DiffSubject> subject_of_digest(store::Store& store, const std::string& word) {
  const std::string digits = word.starts_with("sha256:") ? word.substr(7) : word;
  if (!store::is_digits(digits)) return std::nullopt;
  for (const Digest& record : store.catalogue().records_with_prefix(digits)) {
    if (auto found = files_of_record(store, record)) return found;
  }
  const auto digest = Digest::parse("sha256:" + digits);
  const auto size = digest ? store.objects().size(*digest) : std::nullopt;
  if (!size) return std::nullopt;
  const bool folder = is_tree(store.objects(), *digest);
  return DiffSubject{.name = digest->brief(),
                     .pin = worktree::Pin{.digest = *digest, .folder = folder, .bytes = *size}};
}

// ---- names

template <typename Find>
auto found_or_fault(std::optional<Error>& fault, Find find) -> std::optional<decltype(find())> {
  try {
    return find();
  } catch (const Error& e) {
    if (e.code() != Code::not_found && e.code() != Code::usage) throw;
    fault = e;
    return std::nullopt;
  }
}

/// "churn" of "churn@v2".
std::string base_of(const std::string& word) { return word.substr(0, word.rfind('@')); }

[[noreturn]] void fail_unnamed(cli::Invocation& invocation, const std::string& word, const Error& no_table,
                               const Error& no_files) {
  project::Project& project = invocation.project();
  std::set<std::string> names;
  std::set<std::string> paths;
  for (const dataset::Version& version : dataset::latest(project.store())) {
    names.insert(version.name);
    names.insert(version.address());
  }
  for (const worktree::Version& version : worktree::latest(project.store())) {
    paths.insert(version.path);
    paths.insert("files/" + version.path);
  }
  if (names.contains(word) || names.contains(base_of(word)) || no_table.code() == Code::usage) throw no_table;
  if (paths.contains(word) || paths.contains(base_of(word))) throw no_files;
  require_made(invocation, word);
  std::vector<std::string> known(names.begin(), names.end());
  known.insert(known.end(), paths.begin(), paths.end());
  Error fault =
      error(Code::not_found, "no dataset and no added path '{}'", word).with_id("address.not_found");
  const auto near = near_misses(base_of(word), known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  throw std::move(fault).with_hint("`mlops data list` and `mlops data status` show what there is");
}

/// What a fault calls it.
std::string_view kind_of(const DiffSubject& subject) {
  if (subject.table) return "a dataset";
  return subject.pin->folder ? "a folder" : "a file";
}

[[noreturn]] void fail_first(const std::string& name) {
  throw error(Code::not_found, "{} is the first version: there is none before it", name)
      .with_id("diff.first")
      .with_hint("`mlops data diff OLD NEW` compares any two");
}

}  // namespace

DiffSubject diff_subject(cli::Invocation& invocation, const std::string& word) {
  project::Project& project = invocation.project();
  store::Store& store = project.store();
  std::optional<Error> no_table;
  std::optional<Error> no_files;
  if (!word.starts_with("files/")) {
    if (auto table = found_or_fault(no_table, [&] { return dataset::resolve(store, word); }))
      return subject_of(std::move(*table));
  }
  if (const auto files = found_or_fault(no_files, [&] { return pinned_files(project, {word}).front(); }))
    return subject_of(store, *files);
  if (auto found = subject_of_digest(store, word)) return std::move(*found);
  fail_unnamed(invocation, word, no_table ? *no_table : *no_files, *no_files);
}

DiffSubject diff_predecessor(cli::Invocation& invocation, const DiffSubject& subject) {
  store::Store& store = invocation.project().store();
  if (subject.table) {
    const auto versions = dataset::history(store, {subject.table->section, subject.table->name});
    std::optional<dataset::Version> before;
    for (const dataset::Version& version : versions) {
      if (version.number < subject.table->number) before = version;
    }
    if (!before) fail_first(subject.name);
    return subject_of(std::move(*before));
  }
  if (subject.number == 0) {
    throw error(Code::not_found, "'{}' is no version that is known here, so that none is before it",
                subject.name)
        .with_hint("`mlops data diff OLD NEW` compares any two; `mlops fetch` brings versions from a remote");
  }
  std::optional<worktree::Version> before;
  for (const worktree::Version& version : worktree::history(store, subject.path)) {
    if (version.number < subject.number) before = version;
  }
  if (!before) fail_first(subject.name);
  return subject_of(*before);
}

void check_comparable(const DiffSubject& before, const DiffSubject& after) {
  const auto kind = [](const DiffSubject& subject) { return kind_of(subject); };
  if (kind(before) == kind(after)) return;
  throw error(Code::usage, "'{}' is {}, and '{}' is {}: they cannot be compared", before.name, kind(before),
              after.name, kind(after))
      .with_hint("two datasets can, two folders, and two files");
}

}  // namespace mlops::commands
