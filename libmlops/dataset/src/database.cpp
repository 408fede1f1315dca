#include "src/database.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>

#include "src/database_place.hpp"
#include "src/row_file.hpp"

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;

std::string quoted(const std::string& name) { return table::identifier(name); }

class Reading {
 public:
  Reading(store::Objects& objects, Workshop& shop, const manifest::SourceSpec& source,
          const DatabasePlace& place, const Known& known)
      : objects_(objects),
        shop_(shop),
        source_(source),
        place_(place),
        known_(known),
        database_(place.file, db::Database::Mode::read) {}

  DatabaseRows run() {
    database_.execute("BEGIN");  // one state of the database, whatever others write meanwhile
    choose_relation();
    if (!source_.cursor.empty()) require_cursor();
    const json::Value seen(known_.seen);
    const json::Value& since = seen[source_.from.front()];
    const bool more = !source_.cursor.empty() && !since.is_null() && has_same_columns();
    DatabaseRows out{
        .gathered = {}, .columns = {}, .name = place_.table.empty() ? source_.name : place_.table};
    more ? read_more(since, out) : read_all(out);
    return out;
  }

 private:
  /// Of rows with other columns nothing can be added to; all are read anew.
  bool has_same_columns() const {
    if (!known_.files || known_.files->files.empty()) return false;
    const std::string header = header_of(names_);
    return read_head(objects_.file(known_.files->files.back().digest), header.size()) == header;
  }

  /// What a user's SQL, or a view of somebody's database, is refused with is no fault of ours.
  db::Statement prepare(const std::string& sql) {
    try {
      return database_.prepare(sql);
    } catch (const Error& e) {
      if (e.code() != Code::internal) throw;
      const std::string reason = e.message().substr(e.message().rfind("statement: ") + 11);
      throw error(Code::usage, "'{}' cannot be read: {}",
                  source_.query.empty() ? place_.table : source_.name + "' by 'query", reason);
    }
  }

  std::vector<std::pair<std::string, std::string>> tables() {
    auto query = database_.prepare(
        "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' "
        "ORDER BY name");
    std::vector<std::pair<std::string, std::string>> out;
    while (query.step()) out.emplace_back(query.text(0), query.text(1));
    return out;
  }

  void choose_relation() {
    if (!source_.query.empty()) return choose_query();
    bool is_table = false;
    bool found = false;
    std::vector<std::string> names;
    for (const auto& [name, type] : tables()) {
      names.push_back(name);
      if (lowered(name) != lowered(place_.table)) continue;
      found = true;
      is_table = type == "table";
    }
    if (!found) fail_no_table(names);
    relation_ = quoted(place_.table);
    names_ = names_of("SELECT * FROM " + relation_);
    if (is_table) choose_rowid();
  }

  [[noreturn]] void fail_no_table(const std::vector<std::string>& names) {
    const auto some = std::vector<std::string>(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(names.size(), 5)));
    if (place_.table.empty()) {
      throw error(Code::usage, "'{}' names no table of the database", source_.from.front())
          .with_hint("{}", some.empty() ? "it has none"
                                        : fmt::format("write `{}/TABLE`; it has {}", source_.from.front(),
                                                      one_of(some)));
    }
    Error fault = error(Code::not_found, "the database '{}' has no table '{}'", place_.written, place_.table)
                      .with_id("database.no_table");
    const auto near = near_misses(place_.table, names);
    if (!near.empty()) throw std::move(fault).with_hint("a similar table exists: {}", one_of(near));
    throw std::move(fault).with_hint("{}", some.empty() ? "it has none" : "it has " + one_of(some));
  }

  void choose_query() {
    std::string query = source_.query;
    query.erase(query.find_last_not_of(" \t\r\n;") + 1);
    relation_ = fmt::format("({}\n)", query);
    names_ = names_of("SELECT * FROM " + relation_);
  }

  std::vector<std::string> names_of(const std::string& select) {
    const auto statement = prepare(select);
    std::vector<std::string> names;
    for (int i = 0; i < statement.width(); ++i) names.push_back(statement.name(i));
    return names;
  }

  bool has_column(const std::string& name) const {
    return std::any_of(names_.begin(), names_.end(),
                       [&](const std::string& one) { return lowered(one) == lowered(name); });
  }

  /// A column may have taken one of its names; a table may be without.
  void choose_rowid() {
    for (const char* name : {"rowid", "_rowid_", "oid"}) {
      if (has_column(name)) continue;
      try {
        database_.prepare(fmt::format("SELECT {} FROM {}", name, relation_));
        rowid_ = name;
      } catch (const Error& e) {
        if (e.code() != Code::internal) throw;
      }
      return;
    }
  }

  void require_cursor() {
    if (!has_column(source_.cursor)) {
      Error fault = error(Code::not_found, "there is no column '{}', which is the cursor of '{}'",
                          source_.cursor, source_.name);
      const auto near = near_misses(source_.cursor, names_);
      if (near.empty()) throw fault;
      throw std::move(fault).with_hint("a similar column exists: {}", one_of(near));
    }
    cursor_ = quoted(source_.cursor) + " COLLATE BINARY";
    auto nulls = prepare(
        fmt::format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} IS NULL)", relation_, quoted(source_.cursor)));
    nulls.step();
    if (nulls.integer(0) != 0) fail_cursor("rows have no value in it, and would never be seen as new");
  }

  [[noreturn]] void fail_cursor(const std::string& why) const {
    throw error(Code::negative, "'{}' cannot be the cursor of '{}': {}", source_.cursor, source_.name, why)
        .with_id("ingest.cursor")
        .with_hint(
            "leave such rows out with `query: SELECT ... WHERE ...`, or read everything each time, without "
            "`cursor`");
  }

  std::string select(const std::string& where) const {
    std::string order = rowid_;
    if (!cursor_.empty()) order = cursor_ + (rowid_.empty() ? "" : ", " + rowid_);
    return fmt::format("SELECT {}, * FROM {}{}{}", rowid_.empty() ? "0" : rowid_, relation_,
                       where.empty() ? "" : " WHERE " + where, order.empty() ? "" : " ORDER BY " + order);
  }

  static void bind(db::Statement& statement, const json::Value& value) {
    if (const auto* integer = value.as_int()) statement.bind(*integer);
    else if (const auto* number = value.as_double()) statement.bind(*number);
    else statement.bind(value.text_or(""));
  }

  void read_all(DatabaseRows& out) {
    auto statement = prepare(select(""));
    TemporaryFile file(objects_.temporary_path());
    write(statement, file.path(), out, nullptr);
    const std::string suffix = source_.cursor.empty() ? ".csv" : "/000001.csv";
    out.gathered.inputs.push_back({.path = file.path(), .name = out.name + suffix});
    out.gathered.made.push_back(std::move(file));
  }

  /// Rows from the greatest value on; those of that very value that are known are passed over.
  void read_more(const json::Value& since, DatabaseRows& out) {
    for (const store::TreeFile& part : known_.files->files) {
      out.gathered.inputs.push_back({.path = objects_.file(part.digest), .name = part.path});
    }
    const std::size_t place = static_cast<std::size_t>(
        std::find_if(names_.begin(), names_.end(),
                     [&](const std::string& name) { return lowered(name) == lowered(source_.cursor); }) -
        names_.begin());
    RowsSeen seen = rows_at(out.gathered.inputs, place, since);
    refuse_smaller_kinds(since);
    auto statement = prepare(select(cursor_ + " >= ?1"));
    bind(statement, since);
    TemporaryFile file(objects_.temporary_path());
    greatest_ = since;
    write(statement, file.path(), out, &seen);
    out.gathered.unchanged = out.rows == 0;
    if (out.rows == 0) return warn_of_smaller(since, out);
    out.gathered.inputs.push_back(
        {.path = file.path(), .name = fmt::format("{}/{:06}.csv", out.name, out.gathered.inputs.size() + 1)});
    out.gathered.made.push_back(std::move(file));
  }

  /// Numbers sort before all texts: beside a cursor of texts they would never be seen.
  void refuse_smaller_kinds(const json::Value& since) {
    if (since.as_string() == nullptr) return;
    auto numbers = prepare(fmt::format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} < '')", relation_, cursor_));
    numbers.step();
    if (numbers.integer(0) != 0) fail_cursor("it holds texts and numbers");
  }

  void warn_of_smaller(const json::Value& since, DatabaseRows& out) {
    auto count = prepare(fmt::format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} >= ?1)", relation_, cursor_));
    bind(count, since);
    count.step();
    if (count.integer(0) != 0) return;
    out.gathered.warnings.push_back(
        fmt::format("every '{}' of {} is less than {}, up to which it was read: were rows removed?",
                    source_.cursor, source_.name, json::dump(since)));
  }

  void write(db::Statement& statement, const stdfs::path& path, DatabaseRows& out, RowsSeen* seen) {
    shop_.progress.phase(fmt::format("reading {}", out.name), 0, Unit::rows);
    RowFile file(path, names_);
    const int width = static_cast<int>(names_.size());
    for (int i = 0; i < width; ++i)
      out.columns.push_back(
          {.name = names_[static_cast<std::size_t>(i)], .declared = statement.declared(i + 1)});
    const auto cursor = cursor_place();
    std::string row;
    for (std::uint64_t number = 1; step(statement); ++number) {
      if (number % 1024 == 0 && shop_.cancel != nullptr) shop_.cancel->check();
      row.clear();
      for (int i = 0; i < width; ++i) append_value(row, statement, i + 1);
      if (seen != nullptr && seen->take(row)) continue;
      if (cursor >= 0) note_cursor(statement, cursor + 1);
      for (int i = 0; i < width; ++i) tally(out.columns[static_cast<std::size_t>(i)], statement, i + 1);
      file.add(rowid_.empty() ? static_cast<std::int64_t>(number) : statement.integer(0), row);
      shop_.progress.at(++out.rows);
    }
    out.longest_row = file.close();
    if (!greatest_.is_null()) out.gathered.seen.set(source_.from.front(), greatest_);
  }

  /// What fails while it runs (an integer overflow, a damaged page) has its own words.
  bool step(db::Statement& statement) {
    try {
      return statement.step();
    } catch (const Error& e) {
      if (e.code() != Code::internal) throw;
      throw error(Code::failed, "'{}' broke off: {}", source_.name,
                  e.message().substr(e.message().rfind("statement: ") + 11));
    }
  }

  int cursor_place() const {
    if (source_.cursor.empty()) return -1;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (lowered(names_[i]) == lowered(source_.cursor)) return static_cast<int>(i);
    return -1;
  }

  void note_cursor(const db::Statement& statement, int column) {
    const db::Storage storage = statement.storage(column);
    const bool text = storage == db::Storage::text;
    if (storage == db::Storage::blob) fail_cursor("it holds bytes");
    if (!greatest_.is_null() && text != (greatest_.as_string() != nullptr))
      fail_cursor("it holds texts and numbers");
    if (text) greatest_ = readable_text(statement.bytes(column));
    else if (storage == db::Storage::integer) greatest_ = statement.integer(column);
    else greatest_ = statement.number(column);
  }

  static void tally(ColumnTally& column, const db::Statement& statement, int i) {
    switch (statement.storage(i)) {
      case db::Storage::integer: {
        const std::int64_t value = statement.integer(i);
        ++column.integers;
        column.flags = column.flags && (value == 0 || value == 1);
        column.wide = column.wide || value > (std::int64_t{1} << 53) || value < -(std::int64_t{1} << 53);
        break;
      }
      case db::Storage::real:
        ++column.reals;
        break;
      case db::Storage::text:
        ++column.texts;
        break;
      case db::Storage::blob:
        ++column.blobs;
        break;
      case db::Storage::null:
        break;
    }
  }

  store::Objects& objects_;
  Workshop& shop_;
  const manifest::SourceSpec& source_;
  const DatabasePlace& place_;
  const Known& known_;
  db::Database database_;
  std::string relation_;
  std::string rowid_;  // empty: there is none
  std::string cursor_;
  std::vector<std::string> names_;
  json::Value greatest_;
};

}  // namespace

DatabaseRows read_database(store::Objects& objects, Workshop& shop, const manifest::SourceSpec& source,
                           const stdfs::path& base, const Known& known) {
  require_database(source, base);
  const DatabasePlace place = database_place(source, base);
  return Reading(objects, shop, source, place, known).run();
}

}  // namespace mlops::dataset
