#include "src/reference_json.hpp"

#include <algorithm>
#include <cmath>

namespace mlops::monitor {
namespace {

json::Array numbers(const std::vector<double>& values) {
  json::Array out;
  out.reserve(values.size());
  for (const double value : values) out.emplace_back(value);
  return out;
}

std::optional<std::vector<double>> numbers_from(const json::Value& value) {
  if (value.as_array() == nullptr) return std::nullopt;
  std::vector<double> out;
  for (const json::Value& one : *value.as_array()) {
    if (one.as_double() == nullptr && one.as_int() == nullptr) return std::nullopt;
    out.push_back(one.number_or(0));
  }
  if (!std::is_sorted(out.begin(), out.end())) return std::nullopt;
  return out;
}

std::optional<std::vector<std::string>> texts_from(const json::Value& value) {
  if (value.as_array() == nullptr) return std::nullopt;
  std::vector<std::string> out;
  for (const json::Value& one : *value.as_array()) {
    if (one.as_string() == nullptr) return std::nullopt;
    out.push_back(*one.as_string());
  }
  if (!std::is_sorted(out.begin(), out.end())) return std::nullopt;
  return out;
}

std::optional<double> number_from(const json::Value& value) {
  if (value.is_null()) return std::nullopt;
  return value.number_or(0);
}

json::Object steps_json(const std::vector<stats::NumberCount>& steps) {
  json::Array values, counts;
  for (const stats::NumberCount& one : steps) {
    values.emplace_back(one.value);
    counts.emplace_back(one.count);
  }
  return {{"values", std::move(values)}, {"up_to", std::move(counts)}};
}

bool read_steps(const json::Value& value, std::vector<stats::NumberCount>& steps) {
  if (value.is_null()) return true;
  const auto values = numbers_from(value["values"]);
  const auto counts = counts_from(value["up_to"]);
  if (!values || !counts || values->size() != counts->size()) return false;
  if (!std::is_sorted(counts->begin(), counts->end())) return false;
  for (std::size_t i = 0; i < values->size(); ++i) steps.push_back({(*values)[i], (*counts)[i]});
  return true;
}

}  // namespace

json::Value number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json::Value(*value) : json::Value();
}

json::Object to_json(const stats::Bins& bins) {
  if (bins.ranges) return {{"edges", numbers(bins.edges)}};
  if (!bins.numbers.empty()) return {{"numbers", numbers(bins.numbers)}};
  json::Array texts;
  for (const std::string& text : bins.texts) texts.emplace_back(text);
  return {{"texts", std::move(texts)}};
}

json::Array to_json(const std::vector<std::uint64_t>& counts) {
  json::Array out;
  out.reserve(counts.size());
  for (const std::uint64_t count : counts) out.emplace_back(count);
  return out;
}

json::Object to_json(const stats::Reference& reference) {
  json::Object out = {{"rows", reference.rows},
                      {"nulls", reference.nulls},
                      {"bins", to_json(reference.bins)},
                      {"counts", to_json(reference.counts)}};
  if (reference.min) {
    out.append("min", number_or_null(reference.min));
    out.append("max", number_or_null(reference.max));
    out.append("mean", number_or_null(reference.mean));
  }
  if (!reference.steps.empty()) out.append("steps", steps_json(reference.steps));
  return out;
}

std::optional<stats::Bins> bins_from(const json::Value& value) {
  stats::Bins out;
  if (!value["edges"].is_null()) {
    auto edges = numbers_from(value["edges"]);
    if (!edges) return std::nullopt;
    out.edges = *std::move(edges);
    out.ranges = true;
    return out;
  }
  if (!value["numbers"].is_null()) {
    auto numbers = numbers_from(value["numbers"]);
    if (!numbers) return std::nullopt;
    out.numbers = *std::move(numbers);
    return out;
  }
  auto texts = texts_from(value["texts"]);
  if (!texts) return std::nullopt;
  out.texts = *std::move(texts);
  return out;
}

std::optional<std::vector<std::uint64_t>> counts_from(const json::Value& value) {
  if (value.as_array() == nullptr) return std::nullopt;
  std::vector<std::uint64_t> out;
  for (const json::Value& one : *value.as_array()) {
    if (one.as_int() == nullptr || *one.as_int() < 0) return std::nullopt;
    out.push_back(static_cast<std::uint64_t>(*one.as_int()));
  }
  return out;
}

std::optional<stats::Reference> reference_from(const json::Value& value) {
  auto bins = bins_from(value["bins"]);
  auto counts = counts_from(value["counts"]);
  const std::int64_t rows = value["rows"].int_or(-1);
  const std::int64_t nulls = value["nulls"].int_or(-1);
  if (!bins || !counts || counts->size() != bins->size() || rows < 0 || nulls < 0) return std::nullopt;
  stats::Reference out = {.bins = *std::move(bins), .counts = *std::move(counts)};
  if (!read_steps(value["steps"], out.steps)) return std::nullopt;
  out.rows = static_cast<std::uint64_t>(rows);
  out.nulls = static_cast<std::uint64_t>(nulls);
  out.min = number_from(value["min"]);
  out.max = number_from(value["max"]);
  out.mean = number_from(value["mean"]);
  return out;
}

}  // namespace mlops::monitor
