#include "index.hpp"

#include <mlops/base/error.hpp>
#include <mlops/db/transaction.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/volume.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "annotation.hpp"
#include "record.hpp"
#include "seal.hpp"

namespace mlops::run {
namespace {

using Mode = db::Database::Mode;

constexpr std::array<std::string_view, 2> schema = {R"(
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
DELETE FROM runs; DELETE FROM last_values; DELETE FROM annotations; DELETE FROM seen)"};

constexpr const char* empty_all =
    "DELETE FROM runs; DELETE FROM last_values; DELETE FROM annotations; DELETE FROM seen; "
    "DELETE FROM unreadable";

constexpr std::string_view columns =
    "id, experiment, number, name, status, started, ended, parent, record, params, metrics, tags";

Status status_from(const std::string& name) {
  for (const Status status : {Status::done, Status::failed, Status::interrupted}) {
    if (name_of(status) == name) return status;
  }
  return Status::lost;
}

std::map<std::string, json::Value> params_from(const std::string& text) {
  std::map<std::string, json::Value> out;
  const json::Value value = json::parse(text);
  for (const auto& [name, param] : *value.as_object()) out.emplace(name, param);
  return out;
}

std::map<std::string, std::string> tags_from(const std::string& text) {
  std::map<std::string, std::string> out;
  const json::Value value = json::parse(text);
  for (const auto& [name, tag] : *value.as_object()) out.emplace(name, tag.text_or(""));
  return out;
}

std::string object_text(const json::Value& value) {
  return value.as_object() == nullptr ? "{}" : json::dump(value);
}

json::Object to_json(const std::map<std::string, json::Value>& params) {
  json::Object out;
  for (const auto& [name, value] : params) out.append(name, value);
  return out;
}

json::Object to_json(const std::map<std::string, std::string>& tags) {
  json::Object out;
  for (const auto& [name, value] : tags) out.append(name, value);
  return out;
}

Run run_at(const db::Statement& row) {
  Run run = {.id = row.text(0),
             .experiment = row.text(1),
             .name = row.text(3),
             .number = row.integer(2),
             .status = status_from(row.text(4)),
             .started = {row.integer(5)},
             .record = Digest::parse(row.text(8)),
             .parent = row.text(7),
             .params = params_from(row.text(9)),
             .metrics = metrics_from(json::parse(row.text(10))),
             .tags = tags_from(row.text(11))};
  if (!row.is_null(6)) run.ended = Time{row.integer(6)};
  return run;
}

/// The metric as it is after these points.
Metric extended(const std::optional<Metric>& before, const std::vector<Point>& points) {
  Metric after = summary_of(points);
  if (!before) return after;
  if (before->step > after.step) {
    after.value = before->value;
    after.step = before->step;
  }
  after.min = std::fmin(before->min, after.min);
  after.max = std::fmax(before->max, after.max);
  after.count += before->count;
  return after;
}

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

void Index::take(const store::ReferenceName& name, const store::ReferenceEntry& entry) {
  if (name.kind == annotation_kind) {
    // Noted even if its record cannot be read: whoever asks for the run has to be told.
    database_->prepare("INSERT INTO annotations(run, record) VALUES (?, ?)")
        .bind(annotated_run(entry.why), entry.digest.hex())
        .run();
  }
  try {
    const json::Object record = store_.record(entry.digest);
    if (name.kind == reference_kind) add_run(name, entry, record);
    else add_annotation(record);
  } catch (const Error& e) {
    // A record that is damaged or gone must not take all others with it; fsck tells of it.
    if (e.code() != mlops::Code::corrupt && e.code() != mlops::Code::not_found) throw;
    if (name.kind == reference_kind) note_unreadable(name, entry, e.message());
  }
  database_->prepare("INSERT OR REPLACE INTO seen(kind, name, seq, digest) VALUES (?, ?, ?, ?)")
      .bind(name.kind, name.name, entry.seq, entry.digest.hex())
      .run();
}

void Index::note_unreadable(const store::ReferenceName& name, const store::ReferenceEntry& entry,
                            const std::string& why) {
  database_->prepare("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?, ?, ?)")
      .bind(name.name, entry.seq, sealed_run(entry.why), entry.digest.hex(), entry.time.us, why)
      .run();
}

std::vector<Unreadable> Index::unreadable() {
  std::vector<Unreadable> out;
  db::Statement query = database_->prepare(
      "SELECT experiment, number, run, record, time, why FROM unreadable ORDER BY experiment, number");
  while (query.step()) {
    out.push_back({.id = query.text(2),
                   .experiment = query.text(0),
                   .number = query.integer(1),
                   .record = Digest::parse(query.text(3)).value_or(Digest()),
                   .ended = {query.integer(4)},
                   .why = query.text(5)});
  }
  return out;
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

void Index::add_run(const store::ReferenceName& name, const store::ReferenceEntry& entry,
                    const json::Object& record) {
  const json::Value value(record);
  const auto started = Time::parse(value["started"].text_or(""));
  const auto ended = Time::parse(value["ended"].text_or(""));
  const std::string id = value["id"].text_or("");
  database_
      ->prepare(
          fmt::format("INSERT OR REPLACE INTO runs({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", columns))
      .bind(id, name.name, entry.seq, value["name"].text_or(""), value["status"].text_or("lost"),
            started.value_or(entry.time).us, ended ? std::optional(ended->us) : std::nullopt,
            value["parent"].text_or(""), entry.digest.hex(), object_text(value["params"]),
            object_text(value["metrics"]), object_text(value["tags"]))
      .run();
  set_values(id, metrics_from(value["metrics"]));
}

void Index::set_values(const std::string& id, const std::map<std::string, Metric>& metrics) {
  db::Statement insert =
      database_->prepare("INSERT OR REPLACE INTO last_values(metric, run, value) VALUES (?, ?, ?)");
  for (const auto& [name, metric] : metrics) insert.bind(name, id, metric.value).run();
}

void Index::add_annotation(const json::Object& record) {
  Annotation added = annotation_from(record);
  auto found = with_prefix(added.run, 1);
  if (found.empty() || found.front().id != added.run) return;
  Run& run = found.front();
  for (auto& [name, value] : added.facts.params) run.params[name] = value;
  for (auto& [name, value] : added.facts.tags) run.tags[name] = value;
  for (const auto& [name, points] : added.facts.metrics) {
    const auto before = run.metrics.find(name);
    run.metrics[name] =
        extended(before == run.metrics.end() ? std::nullopt : std::optional(before->second), points);
  }
  database_->prepare("UPDATE runs SET params = ?, metrics = ?, tags = ? WHERE id = ?")
      .bind(json::dump(to_json(run.params)), json::dump(metrics_json(run.metrics)),
            json::dump(to_json(run.tags)), run.id)
      .run();
  set_values(run.id, run.metrics);
}

std::vector<Run> Index::runs(db::Statement& query) {
  std::vector<Run> out;
  while (query.step()) out.push_back(run_at(query));
  return out;
}

std::vector<Run> Index::find(const Filter& filter) {
  const bool smallest = filter.sort.starts_with('-');
  const std::string metric = smallest ? filter.sort.substr(1) : filter.sort;
  const std::string order =
      metric.empty() ? "started DESC, id"
                     : fmt::format(
                           "(SELECT value FROM last_values WHERE metric = ?3 AND run = id) {} NULLS LAST, "
                           "started DESC, id",
                           smallest ? "ASC" : "DESC");
  db::Statement query = database_->prepare(
      fmt::format("SELECT {} FROM runs WHERE (?1 = '' OR experiment = ?1) AND (?2 = '' OR status = ?2) "
                  "AND ?3 = ?3 ORDER BY {} LIMIT ?4",
                  columns, order));
  query.bind(filter.experiment, filter.status ? name_of(*filter.status) : "", metric,
             filter.limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(filter.limit));
  return runs(query);
}

std::optional<Run> Index::newest() {
  auto found = find({.limit = 1});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Run> Index::with_prefix(std::string_view prefix, std::size_t limit) {
  db::Statement query = database_->prepare(
      fmt::format("SELECT {} FROM runs WHERE id >= ? AND id < ? ORDER BY id LIMIT ?", columns));
  query.bind(prefix, std::string(prefix) + "\x7F", static_cast<std::int64_t>(limit));
  return runs(query);
}

std::set<std::string> Index::experiments() {
  std::set<std::string> out;
  db::Statement query = database_->prepare("SELECT DISTINCT experiment FROM runs");
  while (query.step()) out.insert(query.text(0));
  return out;
}

std::set<std::string> Index::metrics() {
  std::set<std::string> out;
  db::Statement query = database_->prepare("SELECT DISTINCT metric FROM last_values");
  while (query.step()) out.insert(query.text(0));
  return out;
}

std::vector<std::string> Index::ids() {
  std::vector<std::string> out;
  db::Statement query = database_->prepare("SELECT id FROM runs ORDER BY started DESC, id LIMIT 1000");
  while (query.step()) out.push_back(query.text(0));
  return out;
}

std::vector<Digest> Index::annotations(const std::string& id) {
  std::vector<Digest> out;
  db::Statement query = database_->prepare("SELECT record FROM annotations WHERE run = ? ORDER BY id");
  query.bind(id);
  while (query.step()) out.push_back(Digest::parse(query.text(0)).value_or(Digest()));
  return out;
}

std::size_t Index::size() {
  db::Statement query = database_->prepare("SELECT count(*) FROM runs");
  return query.step() ? static_cast<std::size_t>(query.integer(0)) : 0;
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
