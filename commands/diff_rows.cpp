#include "diff_rows.hpp"

#include "row_values.hpp"

#include <fmt/format.h>

namespace mlops::commands {
namespace {

using dataset::TableDiff;

template <typename T>
json::Value value_or_null(const std::optional<T>& value) {
  return value ? json::Value(*value) : json::Value();
}

json::Value object_or_null(const json::Object& object) {
  return object.empty() ? json::Value() : json::Value(object);
}

json::Object object_of(const TableDiff::ColumnDiff& column) {
  return {{"column", column.column},
          {"state", std::string(dataset::name_of(column.state))},
          {"type_before", value_or_null(column.type_before)},
          {"type_after", value_or_null(column.type_after)},
          {"place_before", value_or_null(column.place_before)},
          {"place_after", value_or_null(column.place_after)}};
}

json::Object object_of(const TableDiff::RowDiff& row) {
  return {{"state", std::string(dataset::name_of(row.state))},
          {"count", row.count},
          {"key", object_or_null(row.key)},
          {"before", object_or_null(row.before)},
          {"after", object_or_null(row.after)}};
}

json::Object object_of(const TableDiff::ColumnCount& column) {
  return {{"column", column.column}, {"changed", column.rows}};
}

template <typename Items>
json::Array objects_of(const Items& items) {
  json::Array out;
  for (const auto& item : items) out.push_back(object_of(item));
  return out;
}

std::string mode_text(std::uint32_t mode) { return fmt::format("{:04o}", mode); }

/// "content", "mode" or both, of a file that both have.
json::Value what_changed(const worktree::Change& change) {
  if (!change.before || !change.after) return {};
  const bool content = change.before->digest != change.after->digest;
  const bool mode = change.before->mode != change.after->mode;
  if (!content && !mode) return {};
  return content && mode ? "content and mode" : content ? "content" : "mode";
}

std::string_view state_of(worktree::State state) {
  return state == worktree::State::deleted ? "removed" : worktree::name_of(state);
}

std::string_view name_of(worktree::ContentDiff::Kind kind) {
  switch (kind) {
    case worktree::ContentDiff::Kind::same:
      return "same";
    case worktree::ContentDiff::Kind::text:
      return "text";
    case worktree::ContentDiff::Kind::large:
      return "large text";
    case worktree::ContentDiff::Kind::binary:
      return "binary";
  }
  return "";
}

}  // namespace

ui::Row diff_row(const TableDiff& diff, const dataset::TableDiffRequest& request, const std::string& before,
                 const std::string& after) {
  return {{"old", before},
          {"new", after},
          {"identical", diff.identical},
          {"blobs_changed", diff.blobs_changed},
          {"key", request.key.empty() ? json::Value() : texts_json(request.key)},
          {"rows_before", diff.rows_before, ui::Show::count},
          {"rows_after", diff.rows_after, ui::Show::count},
          {"added", diff.added, ui::Show::count},
          {"removed", diff.removed, ui::Show::count},
          {"changed", request.key.empty() ? json::Value() : json::Value(diff.changed), ui::Show::count},
          {"schema", objects_of(diff.schema)},
          {"columns", objects_of(diff.columns)},
          {"rows", objects_of(diff.rows)}};
}

ui::Row diff_row(const worktree::Change& change, const std::string& path, const std::string& from) {
  const auto of = [](const std::optional<store::TreeFile>& file, auto value) {
    return file ? json::Value(value(*file)) : json::Value();
  };
  const auto bytes = [](const store::TreeFile& file) { return file.size; };
  const auto mode = [](const store::TreeFile& file) { return mode_text(file.mode); };
  const auto digest = [](const store::TreeFile& file) { return file.digest.text(); };
  return {{"state", std::string(worktree::name_of(change.state()))},
          {"path", path},
          {"from", or_null(from)},
          {"changed", what_changed(change)},
          {"bytes_before", of(change.before, bytes), ui::Show::bytes},
          {"bytes_after", of(change.after, bytes), ui::Show::bytes},
          {"mode_before", of(change.before, mode), ui::Show::hidden},
          {"mode_after", of(change.after, mode), ui::Show::hidden},
          {"digest_before", of(change.before, digest), ui::Show::hidden},
          {"digest_after", of(change.after, digest), ui::Show::hidden}};
}

ui::Row diff_row(const worktree::Difference& difference, const std::string& path, const std::string& from) {
  const bool gone =
      difference.state == worktree::State::deleted || difference.state == worktree::State::missing;
  return {{"state", std::string(state_of(difference.state))},
          {"path", path},
          {"from", or_null(from)},
          {"changed", json::Value()},
          {"bytes_before", gone ? json::Value(difference.bytes) : json::Value(), ui::Show::bytes},
          {"bytes_after", gone ? json::Value() : json::Value(difference.bytes), ui::Show::bytes},
          {"mode_before", json::Value(), ui::Show::hidden},
          {"mode_after", json::Value(), ui::Show::hidden},
          {"digest_before", json::Value(), ui::Show::hidden},
          {"digest_after", json::Value(), ui::Show::hidden}};
}

ui::Row diff_row(const worktree::ContentDiff& diff, const DiffSubject& before, const DiffSubject& after) {
  using Kind = worktree::ContentDiff::Kind;
  const bool same = diff.kind == Kind::same;
  const bool lines = diff.kind == Kind::text;
  const bool same_mode = before.pin->executable == after.pin->executable;
  const auto mode = [](const DiffSubject& subject) {
    return mode_text(subject.pin->executable ? 0755 : 0644);
  };
  const auto told = [](bool known, std::uint64_t value) {
    return known ? json::Value(value) : json::Value();
  };
  return {{"old", before.name},
          {"new", after.name},
          {"state", same && same_mode ? "same" : "modified"},
          {"content", std::string(name_of(diff.kind))},
          {"bytes_before", before.pin->bytes, ui::Show::bytes},
          {"bytes_after", after.pin->bytes, ui::Show::bytes},
          {"mode_before", mode(before)},
          {"mode_after", mode(after)},
          {"first_byte", told(!same, diff.first_byte)},
          {"first_line", told(!same && diff.kind != Kind::binary, diff.first_line)},
          {"lines_added", told(lines, diff.lines_added)},
          {"lines_removed", told(lines, diff.lines_removed)},
          {"digest_before", before.pin->digest.text()},
          {"digest_after", after.pin->digest.text()}};
}

}  // namespace mlops::commands
