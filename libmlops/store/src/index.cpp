#include "src/index.hpp"

#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>

#include <array>

#include "src/layout.hpp"
#include "src/line.hpp"
#include "src/record.hpp"

namespace mlops::store {
namespace {

// Steps are only ever added: a file of any version here is brought to the last.
constexpr std::array<std::string_view, 1> schema = {R"(
CREATE TABLE events(
  id INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,     -- microseconds since 1970, UTC
  kind TEXT NOT NULL,
  name TEXT NOT NULL,        -- '<kind of reference>/<name>'
  version INTEGER NOT NULL,  -- the entry's seq
  record TEXT NOT NULL,      -- hexadecimal digits of the digest
  summary TEXT NOT NULL,
  UNIQUE(name, version, record)) STRICT;
CREATE INDEX events_by_time ON events(time);
CREATE INDEX events_by_kind ON events(kind, name, version);
CREATE INDEX events_by_record ON events(record);
CREATE TABLE seen(name TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID)"};

}  // namespace

std::string event_name(const ReferenceName& name) { return name.kind + "/" + name.name; }

Event event_at(const db::Statement& row) {
  return {.id = row.integer(0),
          .time = {row.integer(1)},
          .kind = row.text(2),
          .name = row.text(3),
          .version = row.integer(4),
          .record = Digest::parse(row.text(5)).value_or(Digest()),
          .summary = row.text(6)};
}

Index::Index(Path root, const Objects& objects, db::Database& database)
    : root_(std::move(root)), objects_(objects), database_(database) {}

void Index::migrate() { database_.migrate(schema); }

void Index::insert(const Event& event) {
  database_
      .prepare(
          "INSERT OR IGNORE INTO events(time, kind, name, version, record, summary) VALUES (?, ?, ?, ?, ?, "
          "?)")
      .bind(event.time.us, event.kind, event.name, event.version, event.record.hex(), event.summary)
      .run();
}

bool Index::has(const std::string& name, const ReferenceEntry& entry) {
  db::Statement query =
      database_.prepare("SELECT 1 FROM events WHERE name = ? AND version = ? AND record = ?");
  return query.bind(name, entry.seq, entry.digest.hex()).step();
}

std::uint64_t Index::seen(const std::string& name) {
  db::Statement query = database_.prepare("SELECT size FROM seen WHERE name = ?");
  return query.bind(name).step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

bool Index::read_entries(const ReferenceName& name, const std::vector<ReferenceEntry>& entries) {
  bool all = true;
  for (const ReferenceEntry& entry : entries) {
    if (has(event_name(name), entry)) continue;
    try {
      const json::Object record = get_record(objects_, entry.digest);
      insert({.id = 0,
              .time = entry.time,
              .kind = kind_name(record.find("kind")->text_or("")).value_or(""),
              .name = event_name(name),
              .version = entry.seq,
              .record = entry.digest,
              .summary = entry.summary});
    } catch (const Error& e) {
      // One record that is damaged or gone must not take the index of all others with it.
      if (e.code() != Code::corrupt && e.code() != Code::not_found) throw;
      all = false;
    }
  }
  return all;
}

void Index::read_reference(const ReferenceName& name) {
  const fs::File file(reference_path(root_, name));
  std::uint64_t from = seen(event_name(name));
  // A file that is shorter than it was is another file: put back from a backup, say.
  if (file.stamp().size < from) {
    forget(event_name(name));
    from = 0;
  }
  Lines lines;
  try {
    lines = read_lines(file, from);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return;
  }
  if (!read_entries(name, lines.entries)) return;
  database_.prepare("INSERT OR REPLACE INTO seen(name, size) VALUES (?, ?)")
      .bind(event_name(name), static_cast<std::int64_t>(lines.end))
      .run();
}

void Index::forget(const std::string& name) {
  database_.prepare("DELETE FROM events WHERE name = ?").bind(name).run();
  database_.prepare("DELETE FROM seen WHERE name = ?").bind(name).run();
}

std::map<std::string, std::uint64_t> Index::all_seen() {
  std::map<std::string, std::uint64_t> sizes;
  db::Statement query = database_.prepare("SELECT name, size FROM seen");
  while (query.step()) sizes.emplace(query.text(0), query.integer(1));
  return sizes;
}

std::vector<ReferenceName> Index::stale() {
  const auto sizes = all_seen();
  std::vector<ReferenceName> names;
  for (const ReferenceFile& file : reference_files(root_)) {
    const auto at = sizes.find(event_name(file.name));
    if ((at == sizes.end() ? 0 : at->second) != file.size) names.push_back(file.name);
  }
  return names;
}

std::vector<std::string> Index::vanished() {
  auto sizes = all_seen();
  for (const ReferenceFile& file : reference_files(root_)) sizes.erase(event_name(file.name));
  std::vector<std::string> names;
  for (const auto& [name, size] : sizes) names.push_back(name);
  return names;
}

bool Index::is_current() { return stale().empty() && vanished().empty(); }

void Index::catch_up() {
  if (is_current()) return;
  db::Transaction transaction(database_);
  for (const std::string& name : vanished()) forget(name);
  for (const ReferenceName& name : stale()) read_reference(name);
  transaction.commit();
}

void Index::add(const Event& event) {
  db::Transaction transaction(database_);
  insert(event);
  const std::size_t slash = event.name.find('/');
  const ReferenceName name = {event.name.substr(0, slash), event.name.substr(slash + 1)};
  if (fs::find_stamp(reference_path(root_, name))) read_reference(name);
  transaction.commit();
}

std::size_t Index::rebuild(Progress& progress) {
  db::Transaction transaction(database_);
  database_.execute("DELETE FROM events; DELETE FROM seen");
  const auto names = stale();
  progress.phase("indexing references", names.size(), Unit::items);
  std::uint64_t done = 0;
  for (const ReferenceName& name : names) {
    read_reference(name);
    progress.at(++done);
  }
  db::Statement count = database_.prepare("SELECT count(*) FROM events");
  count.step();
  const auto events = static_cast<std::size_t>(count.integer(0));
  count.run();
  transaction.commit();
  return events;
}

}  // namespace mlops::store
