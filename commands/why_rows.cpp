#include "why_rows.hpp"

#include "evaluation_rows.hpp"
#include "gate_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>

#include "row_values.hpp"

namespace mlops::commands {
namespace {

/// What a version without judgement has to say for itself.
std::string unjudged(const model::Version& version) {
  if (version.gated) return "it was never judged by the gates of its release";
  return version.run.empty() ? "it came from outside, and nobody judged it" : "its release had no gates";
}

std::string why_text(const model::Version& version, const release::Judgement* judgement) {
  if (judgement == nullptr) return unjudged(version);
  return judgement->rejects() ? judgement->fault() : judgement->summary();
}

double value_in(const evaluate::Slice& slice, std::string_view name) {
  for (const evaluate::Metric& metric : slice.metrics) {
    if (metric.name == name) return metric.estimate.value;
  }
  return NAN;
}

/// The worst first; those that are too small to tell, or say nothing, behind them.
std::vector<evaluate::Slice> worst_first(const release::Judgement& judgement) {
  std::vector<evaluate::Slice> out = judgement.slices;
  bool greater = true;
  for (const evaluate::Slice& slice : out) {
    for (const evaluate::Metric& metric : slice.metrics) {
      if (metric.name == judgement.metric) greater = metric.greater_is_better;
    }
  }
  const auto tells = [&](const evaluate::Slice& slice) {
    return slice.rows >= evaluate::least_slice_rows && std::isfinite(value_in(slice, judgement.metric));
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
    if (tells(a) != tells(b)) return tells(a);
    if (!tells(a)) return a.rows > b.rows;
    const double x = value_in(a, judgement.metric);
    const double y = value_in(b, judgement.metric);
    return greater ? x < y : x > y;
  });
  return out;
}

json::Array slice_list(const release::Judgement& judgement) {
  json::Array out;
  for (const evaluate::Slice& slice : worst_first(judgement))
    out.push_back(json::Object{{"column", slice.column},
                               {"value", slice.value},
                               {"rows", slice.rows},
                               {"metrics", metrics_of(slice)}});
  return out;
}

json::Array slice_lines(const release::Judgement& judgement) {
  constexpr std::size_t shown = 10;
  json::Array out;
  for (const evaluate::Slice& slice : worst_first(judgement)) {
    if (out.size() == shown) break;
    const json::Value metrics(metrics_of(slice));
    out.push_back(json::Object{{"slice", fmt::format("{} = {}", slice.column, slice.value)},
                               {judgement.metric, metric_text(metrics[judgement.metric])},
                               {"95 %", interval_text(metrics[judgement.metric])},
                               {"rows", count_text(slice.rows)}});
  }
  return out;
}

json::Array judgee_list(const release::Judgement& judgement) {
  json::Array out;
  for (const release::Judgee& one : judgement.judged) out.push_back(judgee_object(one));
  return out;
}

json::Array judgee_lines(const release::Judgement& judgement) {
  json::Array out;
  for (const release::Judgee& one : judgement.judged)
    out.push_back(judgee_line(one, judgement.metric, one.name == judgement.picked));
  return out;
}

/// Every key of the schema but the first three; null where nobody judged.
ui::Row judged_cells(const release::Judgement* judgement) {
  const auto cell = [&](const char* key, auto value) {
    return ui::Cell{key, judgement == nullptr ? json::Value() : json::Value(value(*judgement))};
  };
  using J = release::Judgement;
  return {cell("picked", [](const J& j) { return j.picked; }),
          cell("metric", [](const J& j) { return j.metric; }),
          cell("judged", judgee_list),
          cell("gates", [](const J& j) { return gate_list(j.gates); }),
          cell("slices", slice_list),
          cell("data", [](const J& j) { return j.data; }),
          cell("data_digest", [](const J& j) { return j.data_record.text(); }),
          cell("rows", [](const J& j) { return j.rows; }),
          cell("rows_how", [](const J& j) { return j.rows_how; }),
          cell("rows_sha256", [](const J& j) { return j.rows_digest.hex(); }),
          cell("seed", [](const J& j) { return j.seed; }),
          cell("resamples", [](const J& j) { return j.resamples; }),
          cell("time", [](const J& j) { return j.time.text(); }),
          cell("digest", [](const J& j) { return j.record.text(); })};
}

void extend(ui::Row& row, ui::Row more) { std::move(more.begin(), more.end(), std::back_inserter(row)); }

std::string rows_text(const release::Judgement& judgement) {
  return fmt::format("{} of {}: {}; sha256 {}", count_of(judgement.rows, "row"), judgement.data,
                     judgement.rows_how, judgement.rows_digest.hex().substr(0, 12));
}

}  // namespace

ui::Row why_model_row(const model::Version& version, const release::Judgement* judgement) {
  ui::Row row = {{"address", "models/" + version.address()},
                 {"state", judgement_word(judgement)},
                 {"why", why_text(version, judgement)},
                 {"reason", or_null(judgement == nullptr ? version.note : judgement->reason)}};
  extend(row, judged_cells(judgement));
  return row;
}

ui::Row why_model_for_people(const model::Version& version, const release::Judgement* judgement) {
  ui::Row row = {{"address", "models/" + version.address()},
                 {"state", judgement_word(judgement)},
                 {"why", why_text(version, judgement)},
                 {"picked", or_null(judgement == nullptr ? version.note : judgement->reason)}};
  if (judgement == nullptr) return row;
  row.push_back({"rows", rows_text(*judgement)});
  if (judgement->resamples > 0)
    row.push_back(
        {"resamples", fmt::format("{}, seed {}", count_text(judgement->resamples), judgement->seed)});
  row.push_back({"time", judgement->time.text()});
  row.push_back({"digest", judgement->record.text(), ui::Show::digest});
  row.push_back({"judged", judgee_lines(*judgement)});
  if (!judgement->gates.empty()) row.push_back({"gates", gate_list(judgement->gates)});
  if (!judgement->slices.empty())
    row.push_back(
        {fmt::format("slices, the worst of those with {} first", count_of(evaluate::least_slice_rows, "row")),
         slice_lines(*judgement)});
  return row;
}

namespace {

ui::Row why_row(const std::string& address, const std::string& state, const std::string& why) {
  ui::Row row = {{"address", address}, {"state", state}, {"why", why}, {"reason", nullptr, ui::Show::hidden}};
  for (ui::Cell& cell : judged_cells(nullptr)) {
    cell.show = ui::Show::hidden;
    row.push_back(std::move(cell));
  }
  return row;
}

const json::Value& value_in(const ui::Row& row, std::string_view key) {
  const auto found =
      std::find_if(row.begin(), row.end(), [&](const ui::Cell& one) { return one.key == key; });
  return found->value;
}

}  // namespace

ui::Row why_table_row(const Step& step) {
  return why_row(step.address, step.fresh ? "fresh" : "out of date",
                 step.why.empty() ? "it is up to date" : step.why);
}

ui::Row why_release_row(const ui::Row& planned) {
  const std::string action = value_in(planned, "action").text_or("");
  const std::string state = action == "would train" ? "out of date" : action;
  return why_row(value_in(planned, "address").text_or(""), state,
                 value_in(planned, "why").text_or("it is up to date"));
}

}  // namespace mlops::commands
