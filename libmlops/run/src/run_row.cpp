#include "run_row.hpp"

#include "record.hpp"

namespace mlops::run {
namespace {

Status status_named(const std::string& name) {
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

Run run_at(const db::Statement& row) {
  Run run = {.id = row.text(0),
             .experiment = row.text(1),
             .name = row.text(3),
             .number = row.integer(2),
             .status = status_named(row.text(4)),
             .started = {row.integer(5)},
             .record = Digest::parse(row.text(8)),
             .parent = row.text(7),
             .params = params_from(row.text(9)),
             .metrics = metrics_from(json::parse(row.text(10))),
             .tags = tags_from(row.text(11))};
  if (!row.is_null(6)) run.ended = Time{row.integer(6)};
  return run;
}

}  // namespace

std::vector<Run> runs_of(db::Statement& query) {
  std::vector<Run> out;
  while (query.step()) out.push_back(run_at(query));
  return out;
}

}  // namespace mlops::run
