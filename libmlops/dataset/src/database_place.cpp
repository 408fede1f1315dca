#include "src/database_place.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/db/database.hpp>
#include <mlops/db/statement.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include "src/input.hpp"

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;

/// In what SQLite's functions of time and chance are called with or by; some of them mean now when they are
/// told nothing.
bool names_clock(const std::string& sql) {
  constexpr std::array<std::string_view, 8> words = {"now",   "current_",  "random",    "date(",
                                                     "time(", "julianday", "unixepoch", "strftime"};
  const std::string text = lowered(sql);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool schema_asks_clock(const DatabasePlace& place, const std::string& query) {
  db::Database database(place.file, db::Database::Mode::read);
  auto objects =
      database.prepare("SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')");
  bool asks = names_clock(query);
  while (objects.step()) {
    const bool is_view = objects.text(1) == "view";
    if (query.empty() && !is_view && lowered(objects.text(0)) == lowered(place.table)) return false;
    // Views may be made of others: which ones are used is not asked.
    asks = asks || (is_view && names_clock(objects.text(2)));
  }
  return asks;
}

}  // namespace

DatabasePlace database_place(const manifest::SourceSpec& source, const stdfs::path& base) {
  std::string path = source.from.front().substr(9);
  DatabasePlace place;
  if (source.query.empty()) {
    const std::size_t slash = path.rfind('/');
    const bool whole = stdfs::is_regular_file(base / path);
    if (!whole && slash != std::string::npos) {
      place.table = path.substr(slash + 1);
      path.resize(slash);
    }
  }
  place.written = path;
  place.file = base / path;
  return place;
}

void require_database(const manifest::SourceSpec& source, const stdfs::path& base) {
  const DatabasePlace place = database_place(source, base);
  std::error_code ignored;
  if (stdfs::is_regular_file(place.file, ignored)) return;
  if (stdfs::is_directory(place.file, ignored)) {
    throw error(Code::usage, "'{}' is a folder, not a database", place.written)
        .with_hint("write `sqlite://FILE/TABLE`, or `query:` beside `sqlite://FILE`");
  }
  fail_no_file(place.written, place.file);
}

stdfs::path database_file(const manifest::SourceSpec& source, const stdfs::path& base) {
  require_database(source, base);
  std::error_code ignored;
  return stdfs::weakly_canonical(database_place(source, base).file, ignored);
}

bool may_ask_clock(const manifest::SourceSpec& source, const stdfs::path& base) {
  try {
    return schema_asks_clock(database_place(source, base), source.query);
  } catch (const Error&) {
    return true;  // Whoever reads it says what is wrong.
  }
}

}  // namespace mlops::dataset
