#include "training_rows.hpp"

#include "gate_rows.hpp"
#include "ui/table.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace mlops::commands {
namespace {

/// Columns named in one line before it says "and 12 more".
constexpr std::size_t named_columns = 8;

std::size_t features(const release::Prepared& prepared) { return prepared.plan.signature.inputs.size(); }

std::vector<train::ColumnPlan> left_out(const release::Prepared& prepared) {
  std::vector<train::ColumnPlan> out;
  std::copy_if(prepared.plan.columns.begin(), prepared.plan.columns.end(), std::back_inserter(out),
               [](const train::ColumnPlan& column) { return column.role == train::Role::left_out; });
  return out;
}

std::string left_out_text(const std::vector<train::ColumnPlan>& columns) {
  std::string text;
  for (std::size_t i = 0; i < columns.size() && i < named_columns; ++i)
    text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", columns[i].name, columns[i].reason);
  if (columns.size() > named_columns) text += fmt::format(" and {} more", columns.size() - named_columns);
  return text;
}

std::string task_text(const train::Target& target) {
  if (target.task == predict::Task::regression) return "regression";
  if (target.task == predict::Task::multiclass) return fmt::format("{} classes", target.classes.size());
  return fmt::format("binary, {} is positive", target.classes.back());
}

json::Value left_out_list(const release::Prepared& prepared) {
  json::Array out;
  for (const train::ColumnPlan& column : left_out(prepared))
    out.push_back(json::Object{{"column", column.name}, {"type", column.type}, {"reason", column.reason}});
  return out;
}

json::Value feature_list(const release::Prepared& prepared) {
  json::Array out;
  for (const train::ColumnPlan& column : prepared.plan.columns) {
    if (column.role == train::Role::feature)
      out.push_back(
          json::Object{{"column", column.name}, {"type", column.type}, {"encoding", column.encoding}});
  }
  return out;
}

json::Value warnings_of(const release::Prepared& prepared) {
  json::Array out;
  for (const train::Leak& leak : prepared.leaks) out.emplace_back(leak.message);
  return out;
}

ui::Row beginning(const release::TrainRequest& request, const release::Prepared& prepared) {
  return {{"model", request.model},
          {"data", fmt::format("{}@v{}", request.data.address(), request.data.number)},
          {"label", request.label},
          {"task", predict::name_of(prepared.target.task)}};
}

ui::Row rows_of_split(const release::Prepared& prepared) {
  return {{"train_rows", prepared.split.train.size(), ui::Show::hidden},
          {"valid_rows", prepared.split.valid.size(), ui::Show::hidden},
          {"test_rows", prepared.split.test.size(), ui::Show::hidden},
          {"split", prepared.split.how, ui::Show::hidden},
          {"leaks", warnings_of(prepared), ui::Show::hidden},
          {"columns", feature_list(prepared), ui::Show::hidden},
          {"left_out", left_out_list(prepared), ui::Show::hidden}};
}

void append(ui::Row& row, ui::Row more) { std::move(more.begin(), more.end(), std::back_inserter(row)); }

/// What came of the gates; null where there are none.
ui::Row judgement_cells(const release::TrainRequest& request, const release::Judgement* judgement) {
  const bool gated = !request.gates.empty();
  const release::Judgee* champion = judgement == nullptr ? nullptr : judgement->champion();
  json::Value gates;
  if (judgement != nullptr) gates = gate_list(judgement->gates);
  else if (gated) gates = planned_gates(request.gates);
  return {{"judgement", judgement_word(judgement), judgement == nullptr ? ui::Show::hidden : ui::Show::plain},
          {"gates", std::move(gates), ui::Show::hidden},
          {"against", champion == nullptr ? json::Value() : json::Value(judgee_object(*champion)),
           ui::Show::hidden},
          {"judgement_digest", judgement == nullptr ? json::Value() : json::Value(judgement->record.text()),
           ui::Show::hidden}};
}

/// A candidate in JSON and porcelain; nothing is known yet of one that is planned.
json::Value planned_candidate(const release::Candidate& candidate) {
  return json::Object{{"name", candidate.name},
                      {"trainer", candidate.trainer},
                      {"parameters", candidate.parameters},
                      {"picked", nullptr},
                      {"run", nullptr},
                      {"metrics", nullptr},
                      {"train_seconds", nullptr},
                      {"predict_us_per_row", nullptr},
                      {"bytes", nullptr},
                      {"error", nullptr}};
}

json::Value candidate_of(const release::Outcome& outcome, bool picked) {
  return json::Object{{"name", outcome.candidate.name},
                      {"trainer", outcome.candidate.trainer},
                      {"parameters", outcome.candidate.parameters},
                      {"picked", picked},
                      {"run", outcome.run},
                      {"metrics", json::Value(evaluate::to_json(outcome.test))["metrics"]},
                      {"train_seconds", outcome.train_s},
                      {"predict_us_per_row", outcome.predict_us},
                      {"bytes", outcome.bytes},
                      {"error", outcome.fault ? json::Value(outcome.fault->message()) : json::Value()}};
}

/// The same as a line for people.
json::Value shown_candidate(const release::Outcome& outcome, const std::string& metric, bool picked) {
  json::Object out = {{"candidate", (picked ? "* " : "  ") + outcome.candidate.name}};
  const evaluate::Metric* main = outcome.test.find(metric);
  const stats::Estimate estimate = main == nullptr ? stats::Estimate{NAN, NAN, NAN, NAN} : main->estimate;
  out.set(metric, outcome.fault ? "failed" : figure_text(estimate.value));
  out.set("95 %", std::isfinite(estimate.low)
                      ? fmt::format("{}..{}", bound_text(estimate.low), bound_text(estimate.high))
                      : "-");
  const bool made = !outcome.fault;
  out.set("train", made ? fmt::format("{:.2f} s", outcome.train_s) : "-");
  out.set("per row", made ? fmt::format("{:.3f} us", outcome.predict_us) : "-");
  out.set("size", made ? size_text(outcome.bytes) : "-");
  out.set("run", outcome.run);
  return out;
}

/// The champion beside them, as it answers the same rows today.
json::Value shown_champion(const release::Judgee& champion, const std::string& metric) {
  const json::Value metrics(champion.metrics);
  return json::Object{{"candidate", fmt::format("  {} ({})", champion.name, champion.address)},
                      {metric, champion.fault.empty() ? metric_text(metrics[metric]) : "failed"},
                      {"95 %", interval_text(metrics[metric])},
                      {"train", "-"},
                      {"per row", "-"},
                      {"size", size_text(champion.bytes)},
                      {"run", champion.run}};
}

/// The first column that could say when a row happened, where nothing says how the rows are split.
std::string undeclared_time(const release::TrainRequest& request, const release::Prepared& prepared) {
  const train::SplitRequest& split = request.plan.split;
  if (!split.time.empty() || !split.group.empty() || !split.part.empty()) return "";
  for (const train::ColumnPlan& column : prepared.plan.columns) {
    const bool dated = column.type == "DATE" || column.type.starts_with("TIMESTAMP");
    if (dated && column.role == train::Role::feature) return column.name;
  }
  return "";
}

}  // namespace

std::vector<std::string> plan_notes(const release::TrainRequest& request, const release::Prepared& prepared) {
  const train::Target& target = prepared.target;
  std::vector<std::string> notes = {
      fmt::format("label     {}: {} ({})", request.label, task_text(target), target.reason)};
  if (target.left_out > 0)
    notes.push_back(fmt::format("rows      {} without a label left out", count_of(target.left_out, "row")));
  notes.push_back(fmt::format("features  {} of {}", features(prepared),
                              count_of(prepared.plan.columns.size() - 1, "column")));
  const auto out = left_out(prepared);
  if (!out.empty()) notes.push_back("left out  " + left_out_text(out));
  notes.push_back(fmt::format(
      "split     {} train, {} valid, {} test; {}", count_text(prepared.split.train.size()),
      count_text(prepared.split.valid.size()), count_text(prepared.split.test.size()), prepared.split.how));
  if (const std::string dated = undeclared_time(request, prepared); !dated.empty())
    notes.push_back(fmt::format("time      rows have a date: `--time {}` lets the latest ones judge", dated));
  // Names and classes may hold anything: each note stays on its line.
  for (std::string& note : notes) note = ui::text_of({.key = {}, .value = note});
  return notes;
}

ui::Row planned_row(const release::TrainRequest& request, const release::Prepared& prepared) {
  ui::Row row = beginning(request, prepared);
  row.push_back({"version", nullptr, ui::Show::hidden});
  row.push_back({"state", "would be trained"});
  for (const char* key : {"champion", "metric", "reason", "digest"})
    row.push_back({key, nullptr, ui::Show::hidden});
  append(row, rows_of_split(prepared));
  json::Array candidates;
  for (const release::Candidate& candidate : prepared.candidates)
    candidates.push_back(planned_candidate(candidate));
  row.push_back({"candidates", std::move(candidates), ui::Show::hidden});
  append(row, judgement_cells(request, nullptr));
  return row;
}

ui::Cell planned_for_people(const release::Prepared& prepared) {
  json::Array shown;
  for (const release::Candidate& candidate : prepared.candidates)
    shown.push_back(
        json::Object{{"candidate", candidate.name},
                     {"trainer", candidate.trainer},
                     {"parameters", candidate.parameters.empty() ? json::Value("default")
                                                                 : json::Value(candidate.parameters)}});
  return {"candidates", std::move(shown)};
}

ui::Row training_row(const release::TrainRequest& request, const release::Prepared& prepared,
                     const release::TrainReport& report) {
  const model::Version& version = report.added.version;
  ui::Row row = beginning(request, prepared);
  row.push_back({"version", version.number});
  row.push_back({"state", report.added.unchanged ? "unchanged" : "new"});
  row.push_back({"champion", report.champion ? json::Value(*report.champion) : json::Value()});
  row.push_back({"metric", report.metric, ui::Show::hidden});
  row.push_back({"reason", report.reason});
  row.push_back({"digest", version.record.text(), ui::Show::digest});
  append(row, rows_of_split(prepared));
  json::Array candidates;
  for (std::size_t i = 0; i < report.outcomes.size(); ++i)
    candidates.push_back(candidate_of(report.outcomes[i], i == report.picked));
  row.push_back({"candidates", std::move(candidates), ui::Show::hidden});
  append(row, judgement_cells(request, report.judgement ? &*report.judgement : nullptr));
  return row;
}

ui::Cell gates_for_people(const release::TrainRequest& request,
                          const std::optional<release::TrainReport>& report) {
  const bool judged = report && report->judgement;
  return {"gates", judged ? gate_list(report->judgement->gates) : planned_gates(request.gates)};
}

ui::Cell candidates_for_people(const release::TrainReport& report) {
  json::Array shown;
  for (std::size_t i = 0; i < report.outcomes.size(); ++i)
    shown.push_back(shown_candidate(report.outcomes[i], report.metric, i == report.picked));
  const release::Judgee* champion = report.judgement ? report.judgement->champion() : nullptr;
  if (champion != nullptr) shown.push_back(shown_champion(*champion, report.metric));
  return {"candidates", std::move(shown)};
}

}  // namespace mlops::commands
