#include "src/judgement_parts.hpp"

#include <mlops/base/error.hpp>
#include <mlops/store/record_fields.hpp>

#include <limits>

namespace mlops::release {
namespace {

json::Value or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

double number_in(const json::Value& value) {
  return value.number_or(std::numeric_limits<double>::quiet_NaN());
}

evaluate::Metric metric_from(const std::string& name, const json::Value& value) {
  return {name,
          {number_in(value["value"]), number_in(value["error"]), number_in(value["low"]),
           number_in(value["high"])},
          value["greater_is_better"].bool_or(true)};
}

expect::Outcome outcome_of(const std::string& name, const Digest& record) {
  for (const expect::Outcome one : {expect::Outcome::pass, expect::Outcome::fail, expect::Outcome::skip}) {
    if (expect::name_of(one) == name) return one;
  }
  throw error(Code::corrupt, "the record {} has an outcome '{}'", record.brief(), name)
      .with_id("record.corrupt");
}

}  // namespace

json::Object metrics_json(const std::vector<evaluate::Metric>& metrics) {
  evaluate::Evaluation evaluation;
  evaluation.metrics = metrics;
  const json::Value out = evaluate::to_json(evaluation);
  return *out["metrics"].as_object();
}

json::Object json_of(const Judgee& judgee) {
  return {{"name", judgee.name},
          {"address", or_null(judgee.address)},
          {"record", judgee.record ? json::Value(judgee.record->text()) : json::Value()},
          {"run", or_null(judgee.run)},
          {"fault", or_null(judgee.fault)},
          {"metrics", judgee.metrics},
          {"predict_us", judgee.predict_us},
          {"bytes", judgee.bytes}};
}

json::Object json_of(const Gate& gate) {
  return {{"assertion", gate.assertion},
          {"warn", gate.warn},
          {"outcome", expect::name_of(gate.verdict.outcome)},
          {"seen", gate.verdict.seen}};
}

json::Object json_of(const evaluate::Slice& slice) {
  return {{"column", slice.column},
          {"value", slice.value},
          {"rows", slice.rows},
          {"metrics", metrics_json(slice.metrics)}};
}

Judgee judgee_from(const json::Value& value, const Digest& record) {
  const store::RecordFields fields(value, record.brief());
  return {.name = fields.text("name"),
          .address = fields.text_or_empty("address"),
          .record = fields.optional_digest("record"),
          .run = fields.text_or_empty("run"),
          .fault = fields.text_or_empty("fault"),
          .metrics = fields.object("metrics"),
          .predict_us = value["predict_us"].number_or(0),
          .bytes = fields.count("bytes")};
}

Gate gate_from(const json::Value& value, const Digest& record) {
  const store::RecordFields fields(value, record.brief());
  return {.assertion = fields.text("assertion"),
          .warn = fields.flag("warn"),
          .verdict = {outcome_of(fields.text("outcome"), record), fields.text("seen")}};
}

evaluate::Slice slice_from(const json::Value& value, const Digest& record) {
  const store::RecordFields fields(value, record.brief());
  evaluate::Slice out{.column = fields.text("column"),
                      .value = fields.text("value"),
                      .rows = fields.count("rows"),
                      .metrics = {}};
  for (const auto& [name, metric] : fields.object("metrics"))
    out.metrics.push_back(metric_from(name, metric));
  return out;
}

}  // namespace mlops::release
