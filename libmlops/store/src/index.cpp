#include "src/index.hpp"

#include <mlops/base/error.hpp>
#include <mlops/db/statement.hpp>
#include <mlops/db/transaction.hpp>

#include <array>
#include <set>

#include "src/layout.hpp"
#include "src/line.hpp"
#include "src/record.hpp"

namespace mlops::store {
namespace {

// Steps are only ever added: a file of any version here is brought to the last.
constexpr std::array<std::string_view, 2> schema = {R"(
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
CREATE TABLE seen(name TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID)",
                                                    R"(
CREATE TABLE lost(
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  record TEXT NOT NULL,
  was INTEGER NOT NULL,  -- the size of the reference that had this line
  PRIMARY KEY(name, version, record)) STRICT, WITHOUT ROWID)"};

/// Nothing when they cannot be read: then the damage is the fault to tell.
std::optional<std::set<Loss::Line>> lines_there(const Path& file) {
  std::set<Loss::Line> there;
  if (!fs::find_stamp(file)) return there;
  try {
    for (const ReferenceEntry& entry : read_lines(fs::File(file)).entries)
      there.insert({entry.seq, entry.digest});
    return there;
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return std::nullopt;
  }
}

}  // namespace

std::string event_name(const ReferenceName& name) { return name.kind + "/" + name.name; }

ReferenceName reference_of(const std::string& event_name) {
  const std::size_t slash = event_name.find('/');
  return {event_name.substr(0, slash), event_name.substr(slash + 1)};
}

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
  database_
      .prepare(
          "INSERT OR REPLACE INTO lost(name, version, record, was) "
          "SELECT name, version, record, (SELECT size FROM seen WHERE seen.name = events.name) "
          "FROM events WHERE name = ? AND name IN (SELECT name FROM seen)")
      .bind(name)
      .run();
  drop(name);
}

void Index::drop(const std::string& name) {
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

std::vector<std::string> Index::shrunk() {
  const auto sizes = all_seen();
  std::vector<std::string> names = vanished();
  for (const ReferenceFile& file : reference_files(root_)) {
    const auto at = sizes.find(event_name(file.name));
    if (at != sizes.end() && file.size < at->second) names.push_back(at->first);
  }
  return names;
}

void Index::add_losses(std::map<std::string, Loss>& losses, std::string_view sql, std::string_view name) {
  db::Statement query = database_.prepare(sql);
  query.bind(name);
  while (query.step()) {
    Loss& loss = losses[query.text(0)];
    loss.was = std::max(loss.was, static_cast<std::uint64_t>(query.integer(3)));
    loss.lines.push_back({query.integer(1), Digest::parse(query.text(2)).value_or(Digest())});
  }
}

std::vector<Loss> Index::losses() {
  std::map<std::string, Loss> found;
  add_losses(found, "SELECT name, version, record, was FROM lost WHERE ?1 = ''", "");
  for (const std::string& name : shrunk()) {
    add_losses(found, "SELECT name, version, record, size FROM events JOIN seen USING(name) WHERE name = ?",
               name);
  }
  std::vector<Loss> out;
  for (auto& [name, loss] : found) {
    const Path file = reference_path(root_, reference_of(name));
    const auto there = lines_there(file);
    if (!there) continue;
    std::set<Loss::Line> gone(loss.lines.begin(), loss.lines.end());
    std::erase_if(gone, [&](const Loss::Line& line) { return there->contains(line); });
    if (gone.empty()) continue;
    loss.name = name;
    loss.lines.assign(gone.begin(), gone.end());
    if (const auto stamp = fs::find_stamp(file)) loss.is = stamp->size;
    out.push_back(std::move(loss));
  }
  return out;
}

void Index::forget_losses() { database_.execute("DELETE FROM lost"); }

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
  const ReferenceName name = reference_of(event.name);
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
