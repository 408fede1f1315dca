#include "run_rows.hpp"

#include <mlops/json/number.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

constexpr std::size_t most_metric_columns = 3;
constexpr std::size_t most_param_columns = 4;

std::optional<double> seconds_of(const run::Run& run) {
  if (!run.ended) return std::nullopt;
  return static_cast<double>(run.ended->us - run.started.us) / 1e6;
}

/// To the second: people compare runs, not microseconds.
std::string when(Time time) { return Time{time.us - (time.us % 1'000'000)}.text(); }

std::string plain_text(const json::Value& value) {
  const std::string* text = value.as_string();
  if (text != nullptr) return *text;
  return value.as_double() != nullptr ? number_text(*value.as_double()) : json::dump(value);
}

/// The metrics by which models are chosen come before the others.
std::size_t importance(const std::string& name) {
  static const std::vector<std::string> order = {"test.auc",     "test.accuracy", "test.rmse",
                                                 "test.logloss", "test.mae",      "test.r2"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), name) - order.begin());
}

/// The metric that is sorted by, then those of the test rows, then those that most runs have.
std::vector<std::string> metric_columns(const std::vector<run::Run>& runs, const std::string& first) {
  std::map<std::string, std::size_t> counts;
  for (const run::Run& run : runs) {
    for (const auto& [name, metric] : run.metrics) ++counts[name];
  }
  std::vector<std::string> names;
  for (const auto& [name, count] : counts) names.push_back(name);
  const auto rank = [&](const std::string& name) {
    return std::make_tuple(name != first, importance(name), !name.starts_with("test."),
                           -static_cast<double>(counts[name]));
  };
  std::stable_sort(names.begin(), names.end(),
                   [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  names.resize(std::min(names.size(), most_metric_columns));
  return names;
}

/// Params that not all of the runs have with the same value.
std::vector<std::string> param_columns(const std::vector<run::Run>& runs) {
  std::map<std::string, std::set<std::string>> values;
  std::map<std::string, std::size_t> counts;
  for (const run::Run& run : runs) {
    for (const auto& [name, value] : run.params) {
      values[name].insert(json::dump(value));
      ++counts[name];
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, seen] : values) {
    if (seen.size() > 1 || counts[name] < runs.size()) names.push_back(name);
  }
  names.resize(std::min(names.size(), most_param_columns));
  return names;
}

json::Object flat_metrics(const run::Run& run) {
  json::Object out;
  for (const auto& [name, metric] : run.metrics) out.append(name, json::number(metric.value));
  return out;
}

json::Object flat_params(const run::Run& run) {
  json::Object out;
  for (const auto& [name, value] : run.params) out.append(name, value);
  return out;
}

json::Object flat_tags(const run::Run& run) {
  json::Object out;
  for (const auto& [name, value] : run.tags) out.append(name, value);
  return out;
}

json::Array metric_list(const run::Run& run) {
  json::Array out;
  for (const auto& [name, metric] : run.metrics) {
    out.emplace_back(json::Object{{"metric", name},
                                  {"last", json::number(metric.value)},
                                  {"min", json::number(metric.min)},
                                  {"max", json::number(metric.max)},
                                  {"step", metric.step},
                                  {"count", metric.count}});
  }
  return out;
}

json::Array pairs(const json::Object& object, const char* key) {
  json::Array out;
  for (const auto& [name, value] : object) out.emplace_back(json::Object{{key, name}, {"value", value}});
  return out;
}

json::Array list_of(const json::Value& value) {
  const json::Array* list = value.as_array();
  return list == nullptr ? json::Array() : *list;
}

}  // namespace

std::string number_text(double value) {
  if (!std::isfinite(value)) return json::number(value).text_or("");
  return fmt::format("{:.5g}", value);
}

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

ui::Row run_row(const run::Run& run) {
  const auto seconds = seconds_of(run);
  return {{"id", run.id},
          {"experiment", run.experiment},
          {"name", or_null(run.name)},
          {"number", run.number > 0 ? json::Value(run.number) : json::Value()},
          {"status", run::name_of(run.status)},
          {"started", run.started.text()},
          {"ended", run.ended ? json::Value(run.ended->text()) : json::Value()},
          {"seconds", seconds ? json::Value(*seconds) : json::Value()},
          {"parent", or_null(run.parent)},
          {"params", flat_params(run)},
          {"metrics", flat_metrics(run)},
          {"tags", flat_tags(run)},
          {"record", run.record ? json::Value(run.record->text()) : json::Value(), ui::Show::digest}};
}

std::vector<ui::Row> run_table(const std::vector<run::Run>& runs, const std::string& first_metric) {
  const auto metrics = metric_columns(runs, first_metric);
  const auto params = param_columns(runs);
  std::vector<ui::Row> rows;
  for (const run::Run& run : runs) {
    const auto seconds = seconds_of(run);
    ui::Row row = {{"id", run.id},
                   {"experiment", run.experiment},
                   {"name", or_null(run.name)},
                   {"status", run::name_of(run.status)},
                   {"started", when(run.started)},
                   {"took", seconds ? json::Value(duration_text(*seconds)) : json::Value()}};
    for (const std::string& name : metrics) {
      const auto found = run.metrics.find(name);
      row.push_back(
          {name, found == run.metrics.end() ? json::Value() : json::Value(number_text(found->second.value))});
    }
    for (const std::string& name : params) {
      const auto found = run.params.find(name);
      row.push_back(
          {name, found == run.params.end() ? json::Value() : json::Value(plain_text(found->second))});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

ui::Row run_record(const run::Run& run, const json::Object& details) {
  const json::Value all(details);
  ui::Row row = run_row(run);
  for (ui::Cell& cell : row) {
    if (cell.key == "params" || cell.key == "metrics" || cell.key == "tags") cell.show = ui::Show::hidden;
  }
  const auto add = [&](const char* key, json::Value value, ui::Show show = ui::Show::plain) {
    row.push_back({key, std::move(value), show});
  };
  for (const char* key : {"exit_code", "signal", "who", "command", "folder", "seed"}) add(key, all[key]);
  for (const char* key : {"remote", "branch", "commit"}) add(key, all["code"][key]);
  add("patch", all["code"]["patch"], ui::Show::digest);
  add("patch_bytes", all["code"]["patch_bytes"], ui::Show::bytes);
  add("too_large", all["code"]["too_large"]);
  add("code_note", all["code"]["note"]);
  add("environment", all["environment"]["listing"], ui::Show::digest);
  add("machine", all["environment"]["summary"]);
  add("cpu_seconds", all["resources"]["cpu_s"]);
  add("peak_bytes", all["resources"]["peak_rss_bytes"], ui::Show::bytes);
  add("read_bytes", all["resources"]["read_bytes"], ui::Show::bytes);
  add("written_bytes", all["resources"]["written_bytes"], ui::Show::bytes);
  for (const char* key : {"stdout", "stderr", "times"}) {
    add(key, all["logs"][key], ui::Show::digest);
  }
  add("bad_lines", all["journal"]["bad_lines"]);
  add("notes", all["notes"]);
  add("param_list", pairs(flat_params(run), "param"));
  add("metric_list", metric_list(run));
  add("tag_list", pairs(flat_tags(run), "tag"));
  add("inputs", list_of(all["inputs"]));
  add("outputs", list_of(all["outputs"]));
  add("artifacts", list_of(all["artifacts"]));
  return row;
}

}  // namespace mlops::commands
