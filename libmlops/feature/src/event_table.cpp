#include "src/event_table.hpp"

#include <mlops/base/error.hpp>

#include <cmath>
#include <cstring>
#include <limits>

namespace mlops::feature {
namespace {

/// SQLite keeps NaN as NULL, and promises nothing of -0: these are blobs of the double's 8 bytes, the highest
/// first.
bool as_blob(double value) { return std::isnan(value) || (value == 0 && std::signbit(value)); }

std::string bytes_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(bits >> shift));
  return out;
}

[[noreturn]] void fail_damaged(const db::Database& database) {
  throw error(Code::corrupt, "the database '{}' is damaged: an event has a value of another type",
              database.path().native());
}

double from_bytes(std::string_view bytes, const db::Database& database) {
  if (bytes.size() != sizeof(double)) fail_damaged(database);
  std::uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  return std::bit_cast<double>(bits);
}

std::int64_t low_integer(std::string_view bytes) {
  std::int64_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// What KeyReader makes of whole numbers beyond BIGINT: the low half, then `u` or the high half.
Int128 wide_integer(std::string_view bytes, const db::Database& database) {
  if (bytes.size() != 9 && bytes.size() != 16) fail_damaged(database);
  return {static_cast<std::uint64_t>(low_integer(bytes)),
          bytes.size() == 9 ? 0 : low_integer(bytes.substr(8))};
}

const char* declared_key(KeyKind kind) {
  if (kind == KeyKind::text) return "TEXT";
  return kind == KeyKind::integer ? "ANY" : "INTEGER";
}

const char* declared_input(const Input& input) {
  switch (cell_of(input_type(input.type))) {
    case Cell::whole:
      return "INTEGER";
    case Cell::real:
      return "ANY";
    default:
      return "TEXT";
  }
}

}  // namespace

EventTable::EventTable(db::Database& database, std::int64_t id, const View& view)
    : database_(database), name_(fmt::format("events_{}", id)), view_(view) {}

std::string EventTable::key_columns() const {
  std::string out;
  for (std::size_t i = 0; i < view_.key.size(); ++i) out += fmt::format("key{}, ", i);
  return out;
}

std::string EventTable::columns() const {
  std::string out = key_columns() + "at";
  if (!view_.known.empty()) out += ", known";
  for (std::size_t i = 0; i < view_.inputs.size(); ++i) out += fmt::format(", input{}", i);
  return out;
}

void EventTable::create() {
  std::string sql = fmt::format(
      "CREATE TABLE {}(sequence INTEGER PRIMARY KEY AUTOINCREMENT, pushed INTEGER NOT NULL", name_);
  for (std::size_t i = 0; i < view_.key.size(); ++i)
    sql += fmt::format(", key{} {} NOT NULL", i, declared_key(view_.key[i].kind));
  sql += ", at INTEGER NOT NULL";
  if (!view_.known.empty()) sql += ", known INTEGER NOT NULL";
  for (std::size_t i = 0; i < view_.inputs.size(); ++i)
    sql += fmt::format(", input{} {}", i, declared_input(view_.inputs[i]));
  database_.execute(sql + ") STRICT");
  database_.execute(fmt::format("CREATE INDEX {0}_by_key ON {0}({1}at)", name_, key_columns()));
  database_.execute(fmt::format("CREATE INDEX {0}_pushed ON {0}(sequence) WHERE pushed", name_));
}

void EventTable::drop() { database_.execute("DROP TABLE " + name_); }
void EventTable::clear() { database_.execute("DELETE FROM " + name_); }

void EventTable::bind_key(db::Statement& statement, std::string_view key, int first) const {
  if (view_.key.empty()) return;
  const auto parts = key_parts(key, view_.key.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const int position = first + static_cast<int>(i);
    if (view_.key[i].kind == KeyKind::text) statement.set(position, parts[i]);
    else if (parts[i].size() == sizeof(std::int64_t)) statement.set(position, low_integer(parts[i]));
    else statement.set(position, db::Blob{parts[i]});
  }
}

void EventTable::insert(const EventRows& rows, std::size_t row, std::string_view key, bool pushed) {
  if (!insert_) {
    std::string marks = "?, ?";
    for (std::size_t i = 0; i < view_.key.size() + view_.inputs.size() + rows.has_known(); ++i)
      marks += ", ?";
    insert_ =
        database_.prepare(fmt::format("INSERT INTO {}(pushed, {}) VALUES ({})", name_, columns(), marks));
  }
  db::Statement& statement = insert_->start();
  statement.set(1, pushed ? 1 : 0);
  bind_key(statement, key, 2);
  int position = 2 + static_cast<int>(view_.key.size());
  statement.set(position++, rows.at(row));
  if (rows.has_known()) statement.set(position++, rows.known(row));
  for (std::size_t i = 0; i < rows.inputs(); ++i, ++position) {
    if (!rows.has(row, i)) statement.set(position, nullptr);
    else if (rows.cell(i) == Cell::whole) statement.set(position, rows.whole(row, i));
    else if (rows.cell(i) == Cell::text) statement.set(position, rows.text(row, i));
    else if (const double value = rows.real(row, i); !as_blob(value)) statement.set(position, value);
    else statement.set(position, db::Blob{bytes_of(value)});
  }
  statement.run();
}

std::string EventTable::key_is(const std::string& a, const std::string& b) const {
  std::string out;
  for (std::size_t i = 0; i < view_.key.size(); ++i) {
    const std::string name = fmt::format("key{}", i);
    out += fmt::format("{}{} = {} AND ", a, name, b.empty() ? "?" : b + name);
  }
  return out;
}

bool EventTable::has_key(std::string_view key) {
  if (!has_key_)
    has_key_ = database_.prepare(fmt::format("SELECT 1 FROM {} WHERE {} 1 LIMIT 1", name_, key_is("", "")));
  bind_key(has_key_->start(), key, 1);
  const bool has = has_key_->step();
  has_key_->start();
  return has;
}

void EventTable::take(db::Statement& query, int column, EventBuilder& out, std::size_t to) const {
  switch (query.storage(column)) {
    case db::Storage::null:
      return out.null(to);
    case db::Storage::integer:
      if (out.cell(to) != Cell::whole && to >= view_.key.size()) fail_damaged(database_);
      return out.integer(to, query.integer(column));
    case db::Storage::real:
      if (out.cell(to) != Cell::real) fail_damaged(database_);
      return out.real(to, query.number(column));
    case db::Storage::text:
      if (out.cell(to) != Cell::text) fail_damaged(database_);
      return out.text(to, query.bytes(column));
    case db::Storage::blob:
      if (to < view_.key.size()) return out.wide(to, wide_integer(query.bytes(column), database_));
      if (out.cell(to) != Cell::real) fail_damaged(database_);
      return out.real(to, from_bytes(query.bytes(column), database_));
  }
}

Columns EventTable::collect(db::Statement& query, std::size_t limit, std::int64_t& last) {
  EventBuilder builder(view_);
  for (std::size_t row = 0; row < limit && query.step(); ++row) {
    last = query.integer(0);
    for (std::size_t i = 0; i < builder.width(); ++i) take(query, static_cast<int>(i) + 1, builder, i);
  }
  return builder.build();
}

EventTable::Read EventTable::read(std::int64_t after, std::size_t limit, bool pushed_only) {
  Read out{.events = {}, .last = after};
  db::Statement query =
      database_.prepare(fmt::format("SELECT sequence, {} FROM {} WHERE {} sequence > ? ORDER BY sequence",
                                    columns(), name_, pushed_only ? "pushed AND" : ""));
  query.bind(after);
  out.events = collect(query, limit, out.last);
  return out;
}

Columns EventTable::of_key(std::string_view key) {
  db::Statement query = database_.prepare(fmt::format(
      "SELECT sequence, {} FROM {} WHERE {} 1 ORDER BY sequence", columns(), name_, key_is("", "")));
  bind_key(query.start(), key, 1);
  std::int64_t last = 0;
  return collect(query, std::numeric_limits<std::size_t>::max(), last);
}

std::uint64_t EventTable::prune(std::int64_t complete_from) {
  const std::string known = view_.known.empty() ? "at" : "known";
  const std::string later = view_.known.empty() ? "(b.at, b.sequence) > (a.at, a.sequence)"
                                                : "(b.at, b.known, b.sequence) > (a.at, a.known, a.sequence)";
  db::Statement statement = database_.prepare(
      fmt::format("DELETE FROM {0} AS a WHERE at < ?1 - ?2 AND {1} <= ?1 AND EXISTS (SELECT 1 FROM {0} AS b "
                  "WHERE {2} b.at <= ?1 AND b.{1} <= ?1 AND {3})",
                  name_, known, key_is("a.", "b."), later));
  statement.bind(complete_from, view_.longest_window_us()).run();
  return static_cast<std::uint64_t>(database_.changes());
}

EventTable::Counts EventTable::counts() {
  Counts out;
  db::Statement all =
      database_.prepare(fmt::format("SELECT count(*), total(pushed), max(at) FROM {}", name_));
  all.step();
  out.events = static_cast<std::uint64_t>(all.integer(0));
  out.pushed = static_cast<std::uint64_t>(all.number(1));
  if (out.events == 0) return out;
  out.newest = all.integer(2);
  out.keys = 1;
  if (view_.key.empty()) return out;
  std::string keys = key_columns();
  keys.resize(keys.size() - 2);
  db::Statement distinct =
      database_.prepare(fmt::format("SELECT count(*) FROM (SELECT DISTINCT {} FROM {})", keys, name_));
  distinct.step();
  out.keys = static_cast<std::uint64_t>(distinct.integer(0));
  return out;
}

}  // namespace mlops::feature
