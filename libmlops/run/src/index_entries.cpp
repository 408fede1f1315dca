/// What the entries of runs/* and run-annotations/* add to the index.

#include <mlops/base/error.hpp>

#include <cmath>

#include "annotation.hpp"
#include "index.hpp"
#include "record.hpp"
#include "run_row.hpp"
#include "seal.hpp"

namespace mlops::run {
namespace {

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

void Index::add_run(const store::ReferenceName& name, const store::ReferenceEntry& entry,
                    const json::Object& record) {
  const json::Value value(record);
  const auto started = Time::parse(value["started"].text_or(""));
  const auto ended = Time::parse(value["ended"].text_or(""));
  const std::string id = value["id"].text_or("");
  database_
      ->prepare(fmt::format("INSERT OR REPLACE INTO runs({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                            run_columns))
      .bind(id, name.name, entry.seq, value["name"].text_or(""), value["status"].text_or("lost"),
            started.value_or(entry.time).us, ended ? std::optional(ended->us) : std::nullopt,
            value["parent"].text_or(""), entry.digest.hex(), object_text(value["params"]),
            object_text(value["metrics"]), object_text(value["tags"]))
      .run();
  set_values(id, metrics_from(value["metrics"]));
  const std::string key = value["key"].text_or("");
  if (key.empty()) return;
  database_->prepare("INSERT OR REPLACE INTO keys(key, run) VALUES (?, ?)").bind(key, id).run();
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

}  // namespace mlops::run
