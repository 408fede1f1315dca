#include "data_diff.hpp"

#include "cli/invocation.hpp"
#include "data_files.hpp"
#include "dataset_rows.hpp"
#include "diff_rows.hpp"
#include "diff_subject.hpp"
#include "diff_text.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/diff.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/project/project.hpp>
#include <mlops/worktree/diff.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace mlops::commands {
namespace {

struct DiffArgs {
  std::string before;
  std::optional<std::string> after;
  std::optional<std::string> key;
  std::int64_t rows = 10;
  bool work_tree = false;
  bool exit_code = false;
};

// ---- tables

dataset::TableDiffRequest request_of(const DiffArgs& args) {
  if (args.rows < 0) throw error(Code::usage, "'--rows' wants 0 or more, not {}", args.rows);
  dataset::TableDiffRequest request{.rows = static_cast<std::uint64_t>(args.rows)};
  std::istringstream names(args.key.value_or(""));
  for (std::string name; std::getline(names, name, ',');) request.key.push_back(name);
  if (args.key && request.key.empty()) throw error(Code::usage, "'--key' names no column");
  return request;
}

/// A column that the other table has not.
bool has_own_columns(const dataset::TableDiff& diff) {
  return std::any_of(diff.schema.begin(), diff.schema.end(), [](const auto& column) {
    return column.state == dataset::TableDiff::ColumnState::added ||
           column.state == dataset::TableDiff::ColumnState::removed;
  });
}

bool tell_tables(const dataset::TableDiff& diff, const dataset::TableDiffRequest& request,
                 const DiffSubject& before, const DiffSubject& after, cli::Invocation& invocation) {
  if (invocation.format() == ui::Format::human) {
    const ui::Stream& stream = invocation.output().settings().terminal.out;
    invocation.output().long_text(text_of(diff, before.name, after.name, stream));
  } else {
    invocation.record("mlops.table-diff/1", diff_row(diff, request, before.name, after.name));
  }
  if (!diff.comparable) invocation.note("no column is in both: rows are not compared");
  else if (diff.added + diff.removed + diff.changed > 0 && has_own_columns(diff))
    invocation.note("rows are compared by the columns that are in both");
  if (request.key.empty() && diff.added > 0 && diff.removed > 0 && diff.comparable)
    invocation.note("with `--key COLUMN` rows that changed are told apart from those that came and went");
  if (diff.blobs_changed)
    invocation.note(fmt::format("files that rows name differ: `mlops data diff {} {}` shows them",
                                before.table->blobs->text(), after.table->blobs->text()));
  if (!diff.any() && !diff.identical)
    invocation.note("the tables differ in the order of their rows, or not at all");
  return diff.any();
}

bool diff_tables(const DiffArgs& args, const DiffSubject& before, const DiffSubject& after,
                 cli::Invocation& invocation) {
  store::Objects& objects = invocation.project().store().objects();
  const dataset::TableDiffRequest request = request_of(args);
  const dataset::TablePlace place = tables_of(invocation);
  const dataset::TableDiff diff =
      dataset::diff(objects, place.engines, place.resources, dataset::side_of(place, *before.table),
                    dataset::side_of(place, *after.table), request, place.cancel);
  return tell_tables(diff, request, before, after, invocation);
}

// ---- folders

/// "images/a" of the added path `images`; as it is of what a digest named.
std::string whole_path(const std::string& path, const std::string& file) {
  if (path.empty() || file.empty()) return path + file;
  return path + "/" + file;
}

std::string summary_of(const worktree::Changes& changes) {
  std::string out;
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count_text(count), what);
  };
  add(changes.added, "added");
  add(changes.removed, "removed");
  add(changes.modified, "modified");
  add(changes.renamed, "renamed");
  if (changes.bytes != 0)
    out += fmt::format(", {} {}", size_text(static_cast<std::uint64_t>(std::abs(changes.bytes))),
                       changes.bytes > 0 ? "more" : "less");
  return out;
}

bool diff_folders(const DiffSubject& before, const DiffSubject& after, cli::Invocation& invocation) {
  ui::Output& output = invocation.output();
  output.begin("mlops.files-diff/1");
  const auto tell = [&](const worktree::Change& change) {
    const auto& now = change.after ? change.after : change.before;
    const bool renamed = change.state() == worktree::ChangeState::renamed;
    output.row(diff_row(change, whole_path(change.after ? after.path : before.path, now->path),
                        renamed ? whole_path(before.path, change.before->path) : ""));
  };
  const worktree::Changes changes = worktree::diff(invocation.project().store().objects(), *before.pin,
                                                   *after.pin, tell, &invocation.cancel());
  output.end();
  invocation.note(changes.any() ? fmt::format("{} -> {}: {}", before.name, after.name, summary_of(changes))
                                : fmt::format("{} and {} are the same", before.name, after.name));
  return changes.any();
}

bool diff_work_tree(const DiffSubject& before, cli::Invocation& invocation) {
  ui::Output& output = invocation.output();
  output.begin("mlops.files-diff/1");
  const auto compared = worktree::compare(
      files_place(invocation, invocation.project()), before.path, *before.pin,
      [&](const worktree::Difference& difference) {
        output.row(diff_row(difference, whole_path(before.path, difference.file),
                            difference.from.empty() ? "" : whole_path(before.path, difference.from)));
      });
  output.end();
  invocation.note(compared.differences > 0 ? fmt::format("{} -> work tree: {}", before.name,
                                                         count_of(compared.differences, "difference"))
                                           : fmt::format("{} and the work tree are the same", before.name));
  return compared.differences > 0;
}

// ---- single files

std::unique_ptr<dataset::OpenFile> open_table(const DiffSubject& subject, cli::Invocation& invocation) {
  store::Objects& objects = invocation.project().store().objects();
  const std::string name = std::filesystem::path(subject.path).extension() == ".tsv"
                               ? "tsv"
                               : *dataset::format_of_name(subject.path);
  return std::make_unique<dataset::OpenFile>(
      dataset::OpenPlace{.engines = invocation.engines(),
                         .resources = resources_of(invocation),
                         .scratch = dataset::scratch_beside(objects),
                         .progress = invocation.progress(),
                         .cancel = &invocation.cancel()},
      dataset::OpenRequest{.file = objects.file(subject.pin->digest), .format = name});
}

bool is_table(const DiffSubject& subject) {
  return std::filesystem::path(subject.path).extension() == ".tsv" ||
         dataset::format_of_name(subject.path).has_value();
}

bool diff_files_as_tables(const DiffArgs& args, const DiffSubject& before, const DiffSubject& after,
                          cli::Invocation& invocation) {
  const auto old_file = open_table(before, invocation);
  const auto new_file = open_table(after, invocation);
  const dataset::TableDiffRequest request = request_of(args);
  const dataset::TableDiff diff =
      dataset::diff(invocation.project().store().objects(), invocation.engines(), resources_of(invocation),
                    dataset::side_of(*old_file, before.name), dataset::side_of(*new_file, after.name),
                    request, &invocation.cancel());
  return tell_tables(diff, request, before, after, invocation);
}

void tell_contents(const worktree::ContentDiff& diff, const DiffSubject& before, const DiffSubject& after,
                   cli::Invocation& invocation) {
  if (invocation.format() != ui::Format::human || diff.kind != worktree::ContentDiff::Kind::text) {
    invocation.record("mlops.file-diff/1", diff_row(diff, before, after));
    return;
  }
  const ui::Stream& stream = invocation.output().settings().terminal.out;
  invocation.output().long_text(text_of(diff, before.name, after.name, stream));
  if (before.pin->executable != after.pin->executable)
    invocation.note(after.pin->executable ? "mode 0644 -> 0755" : "mode 0755 -> 0644");
}

bool diff_files(const DiffArgs& args, const DiffSubject& before, const DiffSubject& after,
                cli::Invocation& invocation) {
  const bool same = before.pin->digest == after.pin->digest;
  if (!same && is_table(before) && is_table(after)) {
    try {
      return diff_files_as_tables(args, before, after, invocation);
    } catch (const Error& fault) {
      if (args.key || (fault.code() != Code::corrupt && fault.code() != Code::usage)) throw;
      invocation.note(fmt::format("compared as files: {}", fault.message()));
    }
  } else if (args.key && !same) {
    throw error(Code::usage, "'--key' is for tables, which the name '{}' is not of",
                (is_table(before) ? after : before).name);
  }
  const store::Objects& objects = invocation.project().store().objects();
  tell_contents(worktree::diff_contents(objects, before.pin->digest, after.pin->digest, &invocation.cancel()),
                before, after, invocation);
  return !same || before.pin->executable != after.pin->executable;
}

// ---- the command

bool compare_subjects(const DiffArgs& args, cli::Invocation& invocation) {
  DiffSubject before = diff_subject(invocation, args.before);
  if (args.work_tree) {
    if (args.after) throw error(Code::usage, "'{}' and the work tree: one of them is too many", *args.after);
    if (before.table || before.path.empty())
      throw error(Code::usage, "'{}' is no added path, which '--work-tree' wants", args.before);
    return diff_work_tree(before, invocation);
  }
  DiffSubject after = args.after ? diff_subject(invocation, *args.after) : before;
  if (!args.after) before = diff_predecessor(invocation, after);
  check_comparable(before, after);
  if (before.table) return diff_tables(args, before, after, invocation);
  if (!before.pin->folder) return diff_files(args, before, after, invocation);
  if (args.key) throw error(Code::usage, "'--key' is for tables, and '{}' is a folder", after.name);
  return diff_folders(before, after, invocation);
}

void diff_data(const DiffArgs& args, cli::Invocation& invocation) {
  if (compare_subjects(args, invocation) && args.exit_code)
    invocation.set_exit_status(static_cast<int>(Code::negative));
}

}  // namespace

cli::Command diff_data_spec() {
  const auto args = std::make_shared<DiffArgs>();
  return {.name = "diff",
          .summary = "show what changed between two versions of a dataset, a folder or a file",
          .options = {{"old", "OLD", "a dataset or an added path, at a version such as churn@v1",
                       &args->before, cli::Offer::dataset, true},
                      {"new", "NEW", "what it became; without, OLD is compared with the version before it",
                       &args->after, cli::Offer::dataset},
                      {"-k,--key", "COLUMNS", "of tables: the columns that name a row, separated by commas",
                       &args->key},
                      {"-r,--rows", "COUNT",
                       "of tables: how many added, removed and changed rows are shown, each", &args->rows},
                      {"--work-tree", "", "compare the added path OLD with the files as they are now",
                       &args->work_tree},
                      {"--exit-code", "", "exit with 3 when there is a difference", &args->exit_code}},
          .examples = {{"mlops data diff churn", "Show what the newest version of churn changed"},
                       {"mlops data diff churn@v1 churn --key id --rows 3",
                        "Show which rows changed, by their key"}},
          .exits = {{Code::negative, "with `--exit-code`: there is a difference"},
                    {Code::not_found, "there is no such version, or none before it"},
                    {Code::corrupt, "the store lacks what is compared"}},
          .see_also = {"mlops-data-status(1)", "mlops-data-query(1)"},
          .run = [args](cli::Invocation& invocation) { diff_data(*args, invocation); }};
}

}  // namespace mlops::commands
