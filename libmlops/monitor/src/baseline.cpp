#include <mlops/monitor/baseline.hpp>

#include <mlops/base/error.hpp>
#include <mlops/json/number.hpp>
#include <mlops/json/value.hpp>
#include <mlops/predict/predictor.hpp>

#include <algorithm>
#include <limits>

#include "src/counting.hpp"
#include "src/reference_json.hpp"

namespace mlops::monitor {
namespace {

constexpr std::int64_t format = 1;

BaselineColumn counted(const predict::Input& input, const Column& column,
                       std::span<const std::uint32_t> rows) {
  BaselineColumn out = {.name = input.name, .type = input.type};
  if (is_counted_as_number(input.type)) {
    const NumbersCounted found = count_numbers(column, rows);
    out.reference = stats::reference_of(found.values, found.nulls);
  } else {
    const TextsCounted found = count_texts(column, rows);
    out.reference = stats::reference_of(found.values, found.nulls);
  }
  return out;
}

BaselineColumn of_numbers(std::string name, std::span<const double> values) {
  const NumbersCounted found = count_numbers(std::vector<double>(values.begin(), values.end()));
  return {
      .name = std::move(name), .type = "DOUBLE", .reference = stats::reference_of(found.values, found.nulls)};
}

BaselineColumn of_classes(const predict::Signature& signature, std::span<const double> predictions) {
  std::vector<stats::TextCount> counts;
  for (const std::string& name : signature.classes) counts.emplace_back(name, 0);
  for (const std::uint32_t one : predict::decide(signature, predictions)) ++counts[one].second;
  std::erase_if(counts, [](const stats::TextCount& one) { return one.second == 0; });
  return {.name = "prediction", .type = "VARCHAR", .reference = stats::reference_of(counts, 0)};
}

std::vector<BaselineColumn> answers_of(const predict::Signature& signature,
                                       std::span<const double> predictions) {
  if (signature.task == predict::Task::regression) return {of_numbers("prediction", predictions)};
  std::vector<BaselineColumn> out = {of_classes(signature, predictions)};
  if (signature.task == predict::Task::binary) out.push_back(of_numbers("probability", predictions));
  return out;
}

json::Array columns_json(const std::vector<BaselineColumn>& columns) {
  json::Array out;
  for (const BaselineColumn& one : columns) {
    json::Object column = {{"name", one.name}, {"type", one.type}};
    for (const auto& [name, value] : to_json(one.reference)) column.append(name, value);
    out.emplace_back(std::move(column));
  }
  return out;
}

[[noreturn]] void fail(std::string_view what) {
  throw error(Code::corrupt, "{} of the model {}", baseline_file, what).with_id("model.damaged");
}

std::vector<BaselineColumn> columns_from(const json::Value& list) {
  if (list.as_array() == nullptr) fail("has no lists of columns");
  std::vector<BaselineColumn> out;
  for (const json::Value& one : *list.as_array()) {
    auto reference = reference_from(one);
    const std::string* name = one["name"].as_string();
    const std::string* type = one["type"].as_string();
    if (!reference || name == nullptr || type == nullptr) fail("has a column that cannot be read");
    out.push_back({*name, *type, *std::move(reference)});
  }
  return out;
}

}  // namespace

const BaselineColumn* Baseline::find(std::string_view name) const {
  for (const auto* columns : {&inputs, &answers}) {
    for (const BaselineColumn& one : *columns) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

std::string baseline_json(const Baseline& baseline) {
  return json::dump(json::Object{{"mlops_baseline", format},
                                 {"inputs", columns_json(baseline.inputs)},
                                 {"answers", columns_json(baseline.answers)}}) +
         "\n";
}

Baseline baseline_from(std::string_view text) {
  const json::Value value = json::parse(text);
  const std::int64_t seen = value["mlops_baseline"].int_or(0);
  if (seen == 0) fail("does not tell its format");
  if (seen > format) {
    throw error(Code::corrupt, "{} of the model is of format {}; this program reads up to {}", baseline_file,
                seen, format)
        .with_hint("a newer version of this program reads it");
  }
  return {.inputs = columns_from(value["inputs"]), .answers = columns_from(value["answers"])};
}

std::optional<Baseline> baseline_of(const predict::Package& package) {
  const auto found = package.files.find(std::string(baseline_file));
  if (found == package.files.end()) return std::nullopt;
  return baseline_from(found->second);
}

Baseline BaselineMaker::make(const predict::Signature& asked, std::span<const double> predictions) {
  Baseline out = {.answers = answers_of(asked, predictions)};
  for (const predict::Input& input : asked.inputs) {
    const auto place = rows_.find(input.name);
    if (input.pii || !place) continue;
    const auto [at, fresh] = counted_.try_emplace(input.name);
    if (fresh) at->second = counted(input, rows_.column(*place), train_);
    out.inputs.push_back(at->second);
  }
  return out;
}

}  // namespace mlops::monitor
