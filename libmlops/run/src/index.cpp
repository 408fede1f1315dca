#include "index.hpp"

#include <mlops/base/error.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/volume.hpp>

#include <algorithm>
#include <array>

#include "annotation.hpp"
#include "record.hpp"

namespace mlops::run {
namespace {

using Mode = db::Database::Mode;

constexpr std::array<std::string_view, 3> schema = {R"(
CREATE TABLE runs(
  id TEXT PRIMARY KEY,
  experiment TEXT NOT NULL,
  number INTEGER NOT NULL,   -- the entry's seq
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  started INTEGER NOT NULL,  -- microseconds since 1970, UTC
  ended INTEGER,
  parent TEXT NOT NULL,
  record TEXT NOT NULL,      -- hexadecimal digits of the digest
  params TEXT NOT NULL,      -- JSON, as are the next two
  metrics TEXT NOT NULL,
  tags TEXT NOT NULL) STRICT;
CREATE INDEX runs_by_time ON runs(started DESC, id);
CREATE INDEX runs_by_experiment ON runs(experiment, started DESC, id);
CREATE TABLE last_values(metric TEXT NOT NULL, run TEXT NOT NULL, value REAL, PRIMARY KEY(metric, run))
  STRICT, WITHOUT ROWID;
CREATE TABLE annotations(run TEXT NOT NULL, record TEXT NOT NULL, id INTEGER PRIMARY KEY) STRICT;
CREATE INDEX annotations_by_run ON annotations(run);
CREATE TABLE seen(kind TEXT NOT NULL, name TEXT NOT NULL, seq INTEGER NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY(kind, name)) STRICT, WITHOUT ROWID)",
                                                    R"(
CREATE TABLE unreadable(
  experiment TEXT NOT NULL,
  number INTEGER NOT NULL,
  run TEXT NOT NULL,
  record TEXT NOT NULL,
  time INTEGER NOT NULL,  -- of the entry: when the run ended
  why TEXT NOT NULL,
  PRIMARY KEY(experiment, number)) STRICT, WITHOUT ROWID;
DELETE FROM runs; DELETE FROM last_values; DELETE FROM annotations; DELETE FROM seen)",
                                                    R"(
CREATE TABLE keys(key TEXT NOT NULL, run TEXT NOT NULL, PRIMARY KEY(key, run)) STRICT, WITHOUT ROWID;
DELETE FROM runs; DELETE FROM last_values; DELETE FROM annotations; DELETE FROM seen;
DELETE FROM unreadable)"};

constexpr const char* empty_all =
    "DELETE FROM runs; DELETE FROM last_values; DELETE FROM annotations; DELETE FROM seen; "
    "DELETE FROM unreadable; DELETE FROM keys";

}  // namespace

Index::Index(store::Store& store) : store_(store) { open(); }

void Index::open() {
  const bool file = !fs::volume(store_.root()).network && (try_file() || (drop_damaged() && try_file()));
  if (!file) open_memory();
}

/// One that cannot be used is made in memory; what is wrong with the store itself will be told then.
bool Index::try_file() {
  try {
    open_file();
    return true;
  } catch (const Error& e) {
    damaged_ = e.code() == mlops::Code::corrupt;
    database_.reset();
    return false;
  }
}

bool Index::drop_damaged() {
  if (!damaged_ || !fs::writable(store_.root())) return false;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fs::remove_file(store_.root() / (std::string("runs.db") + suffix));
  }
  return true;
}

void Index::open_file() {
  const bool writable = fs::writable(store_.root());
  database_ = std::make_unique<db::Database>(store_.root() / "runs.db", writable ? Mode::write : Mode::read);
  database_->migrate(schema);
  if (is_current()) return;
  if (!writable) throw error(mlops::Code::failed, "the index of runs is behind and cannot be written");
  catch_up();
}

void Index::open_memory() {
  database_ = std::make_unique<db::Database>("runs", Mode::memory);
  database_->migrate(schema);
  catch_up();
}

std::vector<store::ReferenceName> Index::names() {
  std::vector<store::ReferenceName> out;
  std::vector<store::ReferenceName> later;
  for (store::ReferenceName& name : store_.references().list()) {
    if (name.kind == reference_kind) out.push_back(std::move(name));
    else if (name.kind == annotation_kind) later.push_back(std::move(name));
  }
  out.insert(out.end(), later.begin(), later.end());  // runs before what was said of them
  return out;
}

std::vector<store::ReferenceName> Index::known_names() {
  std::vector<store::ReferenceName> out;
  db::Statement query = database_->prepare("SELECT kind, name FROM seen");
  while (query.step()) out.push_back({query.text(0), query.text(1)});
  return out;
}

std::pair<std::int64_t, std::string> Index::read_up_to(const store::ReferenceName& name) {
  db::Statement query = database_->prepare("SELECT seq, digest FROM seen WHERE kind = ? AND name = ?");
  if (!query.bind(name.kind, name.name).step()) return {0, ""};
  return {query.integer(0), query.text(1)};
}

bool Index::is_current() {
  const auto there = names();
  if (there.size() != known_names().size() || any_mended()) return false;
  return std::all_of(there.begin(), there.end(), [&](const store::ReferenceName& name) {
    const auto now = store_.references().find(name);
    const auto [seq, digest] = read_up_to(name);
    return now && now->seq == seq && now->digest.hex() == digest;
  });
}

void Index::catch_up() {
  db::Transaction transaction(*database_);
  const auto there = names();
  const auto gone = [&](const store::ReferenceName& name) {
    return std::find(there.begin(), there.end(), name) == there.end();
  };
  const auto known = known_names();
  const auto rewritten = [&](const store::ReferenceName& name) {
    const auto [seq, digest] = read_up_to(name);
    const auto history = store_.references().history(name);
    return seq > 0 && (history.size() < static_cast<std::size_t>(seq) ||
                       history[static_cast<std::size_t>(seq) - 1].digest.hex() != digest);
  };
  // A reference that is not what it was (put back from a backup, say): all is read again.
  if (std::any_of(known.begin(), known.end(), gone) || std::any_of(there.begin(), there.end(), rewritten) ||
      any_mended()) {
    database_->execute(empty_all);
  }
  for (const store::ReferenceName& name : there) read(name);
  transaction.commit();
}

void Index::read(const store::ReferenceName& name) {
  const std::int64_t seq = read_up_to(name).first;
  const auto now = store_.references().find(name);
  if (!now || now->seq == seq) return;
  for (const store::ReferenceEntry& entry : store_.references().history(name)) {
    if (entry.seq > seq) take(name, entry);
  }
}

bool Index::any_mended() {
  const auto bad = unreadable();
  return std::any_of(bad.begin(), bad.end(), [&](const Unreadable& run) {
    try {
      store_.record(run.record);
      return true;
    } catch (const Error&) {
      return false;
    }
  });
}

void Index::rebuild() {
  {
    db::Transaction transaction(*database_);
    database_->execute(empty_all);
    transaction.commit();
  }
  catch_up();
}

}  // namespace mlops::run
