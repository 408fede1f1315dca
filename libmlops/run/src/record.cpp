#include "record.hpp"

#include <mlops/base/error.hpp>
#include <mlops/json/number.hpp>

namespace mlops::run {
namespace {

json::Value digest_or_null(const std::optional<Digest>& digest) {
  return digest ? json::Value(digest->text()) : json::Value();
}

json::Array data_list(const std::vector<DataReference>& list) {
  json::Array out;
  for (const DataReference& data : list) {
    out.emplace_back(json::Object{{"role", data.role}, {"address", data.address}, {"digest", data.digest}});
  }
  return out;
}

json::Array notes_list(const Facts& facts, const Ending& ending) {
  json::Array out;
  for (const std::string& note : facts.notes) out.emplace_back(note);
  for (const std::string& note : ending.notes) out.emplace_back(note);
  return out;
}

json::Value safe_text(const store::Objects& objects, const std::string& text) {
  const auto digest = text.starts_with("sha256:") ? Digest::parse(text) : std::nullopt;
  return digest && !objects.has(*digest) ? digest->hex() : text;
}

json::Value safe(const store::Objects& objects, const json::Value& value) {
  if (const std::string* text = value.as_string()) return safe_text(objects, *text);
  if (const json::Array* list = value.as_array()) {
    json::Array out;
    for (const json::Value& item : *list) out.push_back(safe(objects, item));
    return out;
  }
  const json::Object* object = value.as_object();
  if (object == nullptr) return value;
  json::Object out;
  for (const auto& [name, member] : *object) out.append(name, safe(objects, member));
  return out;
}

template <typename Each>
std::vector<Point> points_of(const json::Value& columns, Each value_at) {
  const json::Array* steps = columns["step"].as_array();
  const json::Array* times = columns["time"].as_array();
  const json::Array* values = columns["value"].as_array();
  if (steps == nullptr || times == nullptr || values == nullptr || steps->size() != values->size() ||
      times->size() != values->size()) {
    throw error(mlops::Code::corrupt, "a series of a run has columns of different length");
  }
  std::vector<Point> points;
  for (std::size_t i = 0; i < values->size(); ++i) {
    points.push_back({value_at((*values)[i]), (*steps)[i].int_or(0), Time{(*times)[i].int_or(0)}});
  }
  return points;
}

double number_or_nan(const json::Value& value) {
  return number_of(value).value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

json::Object resources_json(const Resources& resources) {
  return {{"wall_s", resources.wall_s},
          {"cpu_s", resources.cpu_s},
          {"peak_rss_bytes", resources.peak_rss_bytes},
          {"read_bytes", resources.read_bytes},
          {"written_bytes", resources.written_bytes}};
}

json::Value storable(const store::Objects& objects, const json::Value& value) {
  return safe(objects, json::parse(json::dump(value)));
}

std::string series_text(const Facts& facts) {
  json::Object metrics;
  for (const auto& [name, points] : facts.metrics) {
    json::Array steps;
    json::Array times;
    json::Array values;
    for (const Point& point : points) {
      steps.emplace_back(point.step);
      times.emplace_back(point.time.us);
      values.push_back(json::number(point.value));
    }
    metrics.append(
        name,
        json::Object{{"step", std::move(steps)}, {"time", std::move(times)}, {"value", std::move(values)}});
  }
  return json::canonical(json::Object{{"series", 1}, {"metrics", std::move(metrics)}});
}

std::map<std::string, std::vector<Point>> series_from(const std::string& text) {
  std::map<std::string, std::vector<Point>> out;
  const json::Value value = json::parse(text);
  if (const json::Object* metrics = value["metrics"].as_object()) {
    for (const auto& [name, columns] : *metrics) out[name] = points_of(columns, number_or_nan);
  }
  return out;
}

json::Object metrics_json(const std::map<std::string, Metric>& metrics) {
  json::Object out;
  for (const auto& [name, metric] : metrics) {
    out.append(name, json::Object{{"last", json::number(metric.value)},
                                  {"min", json::number(metric.min)},
                                  {"max", json::number(metric.max)},
                                  {"step", metric.step},
                                  {"count", metric.count}});
  }
  return out;
}

std::map<std::string, Metric> metrics_from(const json::Value& value) {
  std::map<std::string, Metric> out;
  const json::Object* object = value.as_object();
  if (object == nullptr) return out;
  for (const auto& [name, metric] : *object) {
    out[name] = {.value = number_or_nan(metric["last"]),
                 .min = number_or_nan(metric["min"]),
                 .max = number_or_nan(metric["max"]),
                 .step = metric["step"].int_or(0),
                 .count = static_cast<std::uint64_t>(metric["count"].int_or(0))};
  }
  return out;
}

json::Object to_record(const store::Objects& objects, const Opened& opened, const Facts& facts,
                       const Ending& ending, const Kept& kept) {
  json::Object record = to_json(opened.begin, opened.folder.id());
  record.set("kind", "run/1");
  record.set("status", std::string(name_of(ending.status)));
  record.set("ended", (ending.time ? *ending.time : facts.last).text());
  const bool known = ending.status != Status::lost;
  record.set("exit_code", known ? json::Value(std::int64_t{ending.exit_code}) : json::Value());
  record.set("signal",
             known && ending.signal != 0 ? json::Value(std::int64_t{ending.signal}) : json::Value());
  json::Object params;
  for (const auto& [name, value] : facts.params) params.append(name, value);
  record.set("params", std::move(params));
  std::map<std::string, Metric> metrics;
  for (const auto& [name, points] : facts.metrics) metrics[name] = summary_of(points);
  record.set("metrics", metrics_json(metrics));
  json::Object tags;
  for (const auto& [name, value] : facts.tags) tags.append(name, value);
  record.set("tags", std::move(tags));
  record.set("inputs", data_list(facts.inputs));
  record.set("outputs", data_list(facts.outputs));
  record.set("series", digest_or_null(kept.series));
  record.set("artifacts", digest_or_null(kept.artifacts));
  json::Object logs;
  const char* names[] = {"stdout", "stderr", "times"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    logs.append(names[i], i < kept.logs.size() ? digest_or_null(kept.logs[i]) : json::Value());
  }
  record.set("logs", std::move(logs));
  record.set("resources", ending.resources ? json::Value(resources_json(*ending.resources)) : json::Value());
  record.set("journal", json::Object{{"lines", facts.lines}, {"bad_lines", facts.bad_lines}});
  record.set("notes", notes_list(facts, ending));
  json::Value clean = storable(objects, record);
  return std::move(*clean.as_object());
}

}  // namespace mlops::run
