#include "src/online_file.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/feature/json.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/volume.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <array>

namespace mlops::feature {
namespace {

constexpr std::array<std::string_view, 1> schema = {R"(
CREATE TABLE views(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,        -- JSON, as in view-version/1
  reads TEXT NOT NULL,             -- JSON: columns of the table's rows, and their SQL types
  "table" TEXT,                    -- record of the version that was materialized last
  materialized INTEGER NOT NULL,   -- microseconds since 1970, UTC, as are the next and the newest
  complete_from INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  taken INTEGER NOT NULL,          -- grows: the definition of a name with the greatest was materialized last
  events INTEGER NOT NULL,
  pushed INTEGER NOT NULL,
  keys INTEGER NOT NULL,
  newest INTEGER) STRICT;
CREATE INDEX views_by_name ON views(name, taken DESC);
CREATE TABLE pushes(id TEXT PRIMARY KEY, time INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX pushes_by_time ON pushes(time))"};

constexpr const char* select_views =
    "SELECT id, definition, reads, \"table\", materialized, complete_from, generation, events, pushed, keys, "
    "newest FROM views ";

[[noreturn]] void fail_missing(const std::filesystem::path& file) {
  throw error(Code::not_found, "there is no online store '{}'", file.native())
      .with_id("features.not_online")
      .with_hint("make it: `mlops features materialize`");
}

/// The write-ahead log wants memory that all users of the file share.
void refuse_network(const std::filesystem::path& file) {
  const fs::Volume volume = fs::volume(std::filesystem::absolute(file).parent_path());
  if (!volume.network) return;
  throw error(Code::failed, "the online store '{}' lies on a network file system ({})", file.native(),
              volume.type)
      .with_id("features.network")
      .with_hint("keep the project that is served on a disk of its machine");
}

const std::filesystem::path& usable(const std::filesystem::path& file, OnlineStore::Mode mode) {
  if (mode == OnlineStore::Mode::read && !fs::find_stamp(file)) fail_missing(file);
  refuse_network(file);
  return file;
}

std::string text_of(const std::vector<RowColumn>& reads) {
  json::Array out;
  for (const RowColumn& one : reads) out.push_back(json::Object{{"name", one.name}, {"type", one.type}});
  return json::dump(json::Value(std::move(out)));
}

std::vector<RowColumn> reads_from(const std::string& text) {
  const json::Value value = json::parse(text);
  std::vector<RowColumn> out;
  if (value.as_array() == nullptr) throw error(Code::corrupt, "no list of columns: {}", text);
  for (const json::Value& one : *value.as_array()) {
    const store::RecordFields fields(one, "of a view in the online store");
    out.push_back({fields.text("name"), fields.text("type")});
  }
  return out;
}

std::uint64_t count(const db::Statement& query, int column) {
  return static_cast<std::uint64_t>(query.integer(column));
}

OnlineView read_row(const db::Statement& query) {
  OnlineView out{.id = query.integer(0),
                 .view = view_from(json::parse(query.text(1)), "of a view in the online store"),
                 .reads = reads_from(query.text(2)),
                 .materialized = {query.integer(4)},
                 .complete_from_us = query.integer(5),
                 .events = count(query, 7),
                 .pushed = count(query, 8),
                 .keys = count(query, 9),
                 .generation = count(query, 6)};
  if (!query.is_null(3)) out.table = Digest::parse(query.text(3));
  if (!query.is_null(10)) out.newest_us = query.integer(10);
  return out;
}

/// What a row holds that no program of ours wrote is named with its file.
OnlineView view_of(const db::Database& database, const db::Statement& query) {
  try {
    return read_row(query);
  } catch (const Error& e) {
    throw error(Code::corrupt, "the database '{}' is damaged: {}", database.path().native(), e.message());
  }
}

std::vector<OnlineView> all_of(const db::Database& database, db::Statement& query) {
  std::vector<OnlineView> out;
  while (query.step()) out.push_back(view_of(database, query));
  return out;
}

[[noreturn]] void fail_unknown(const std::string& name, const std::vector<OnlineView>& there) {
  std::vector<std::string> names;
  for (const OnlineView& one : there) {
    if (names.empty() || names.back() != one.view.name) names.push_back(one.view.name);
  }
  const auto near = near_misses(name, names);
  const std::string hint = near.empty() ? fmt::format("put it there: `mlops features materialize {}`", name)
                                        : fmt::format("similar views are there: {}", one_of(near));
  throw error(Code::not_found, "the online store has no view '{}'", name)
      .with_id("features.not_online")
      .with_hint("{}", hint);
}

/// With `columns` alone.
View narrowed(View view, const std::vector<std::string>& columns) {
  if (columns.empty()) return view;
  std::vector<ViewColumn> kept;
  for (const std::string& name : columns) {
    if (const ViewColumn* column = view.find(name)) kept.push_back(*column);
  }
  view.columns = std::move(kept);
  return view;
}

std::vector<Change> differences(const View& there, const View& wanted,
                                const std::vector<std::string>& columns) {
  std::vector<std::string> names = columns;
  if (names.empty()) {
    for (const ViewColumn& column : wanted.columns) names.push_back(column.name);
  }
  return changes(narrowed(there, names), narrowed(wanted, names));
}

[[noreturn]] void fail_changed(const OnlineView& there, const View& wanted,
                               const std::vector<std::string>& columns) {
  std::string what;
  for (const Change& change : differences(there.view, wanted, columns)) {
    const auto side = [](const std::string& text) { return text.empty() ? "none" : "`" + text + "`"; };
    what += fmt::format("{}{} is {} there, {} is wanted", what.empty() ? "" : "; ", change.what,
                        side(change.before), side(change.after));
  }
  throw error(Code::conflict, "the online store has another view '{}': {}", wanted.name, what)
      .with_id("features.changed")
      .with_hint("`mlops features materialize {}` puts this one beside it", wanted.name);
}

std::int64_t version_of(db::Database& database) {
  db::Statement query = database.prepare("PRAGMA user_version");
  query.step();
  return query.integer(0);
}

}  // namespace

bool covers(const View& there, const View& wanted, const std::vector<std::string>& columns) {
  const auto known = [&](const std::string& name) { return wanted.find(name) != nullptr; };
  return there.name == wanted.name && std::all_of(columns.begin(), columns.end(), known) &&
         differences(there, wanted, columns).empty();
}

OnlineFile::OnlineFile(const std::filesystem::path& file, OnlineStore::Mode mode)
    : database_(usable(file, mode),
                mode == OnlineStore::Mode::write ? db::Database::Mode::write : db::Database::Mode::read) {
  // Another process may have made the file just now, and not its tables yet.
  if (mode == OnlineStore::Mode::read && version_of(database_) == 0) fail_missing(file);
  database_.migrate(schema);
}

std::vector<OnlineView> OnlineFile::views() {
  db::Statement query = database_.prepare(std::string(select_views) + "ORDER BY name, taken DESC, id DESC");
  return all_of(database_, query);
}

std::optional<OnlineView> OnlineFile::view(std::int64_t id) {
  db::Statement query = database_.prepare(std::string(select_views) + "WHERE id = ?");
  if (!query.bind(id).step()) return std::nullopt;
  return view_of(database_, query);
}

OnlineView OnlineFile::require(std::int64_t id) {
  auto found = view(id);
  if (found) return *std::move(found);
  throw error(Code::not_found, "a view of the online store is gone meanwhile")
      .with_id("features.not_online")
      .with_hint("see what is there: `mlops features list`");
}

OnlineView OnlineFile::find(const View& wanted, const std::vector<std::string>& columns) {
  const std::vector<OnlineView> there = views();
  const OnlineView* newest = nullptr;
  for (const OnlineView& one : there) {
    if (one.view.name != wanted.name) continue;
    if (covers(one.view, wanted, columns)) return one;
    if (newest == nullptr) newest = &one;
  }
  if (newest == nullptr) fail_unknown(wanted.name, there);
  fail_changed(*newest, wanted, columns);
}

std::int64_t OnlineFile::add(const View& view) {
  db::Statement insert = database_.prepare(
      "INSERT INTO views(name, definition, reads, materialized, complete_from, generation, taken, events, "
      "pushed, keys) VALUES (?, ?, '[]', 0, ?, 0, 0, 0, 0, 0) RETURNING id");
  insert.bind(view.name, json::dump(to_json(view)), INT64_MIN).step();
  const std::int64_t id = insert.integer(0);
  insert.run();
  return id;
}

void OnlineFile::put_first(std::int64_t id) {
  database_.prepare("UPDATE views SET taken = (SELECT max(taken) + 1 FROM views) WHERE id = ?")
      .bind(id)
      .run();
}

void OnlineFile::update(const OnlineView& view) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  const auto table = view.table ? std::optional(view.table->text()) : std::nullopt;
  database_
      .prepare(
          "UPDATE views SET reads = ?, \"table\" = ?, materialized = ?, complete_from = ?, generation = ?, "
          "events = ?, pushed = ?, keys = ?, newest = ? WHERE id = ?")
      .bind(text_of(view.reads), table, view.materialized.us, view.complete_from_us, number(view.generation),
            number(view.events), number(view.pushed), number(view.keys), view.newest_us, view.id)
      .run();
}

void OnlineFile::remove(std::int64_t id) {
  database_.prepare("DELETE FROM views WHERE id = ?").bind(id).run();
}

}  // namespace mlops::feature
