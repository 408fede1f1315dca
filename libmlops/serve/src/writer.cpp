#include <mlops/json/value.hpp>
#include <mlops/serve/body.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "src/datatype.hpp"
#include "src/little_endian.hpp"
#include "src/numbers.hpp"
#include "src/wanted.hpp"

namespace mlops::serve {
namespace {

/// Of the tensor "prediction": what all classes are.
std::string prediction_type(const std::vector<json::Value>& classes) {
  if (classes.empty()) return "FP64";
  const auto all = [&](auto is) {
    for (const json::Value& value : classes) {
      if (!is(value)) return false;
    }
    return true;
  };
  if (all([](const json::Value& value) { return value.as_int() != nullptr; })) return "INT64";
  if (all([](const json::Value& value) { return value.as_bool() != nullptr; })) return "BOOL";
  if (all([](const json::Value& value) { return value.as_double() != nullptr; })) return "FP64";
  return "BYTES";
}

std::string element_bytes(const json::Value& value, const std::string& type, const std::string& text) {
  std::string out;
  if (type == "INT64") append_little(*value.as_int(), out);
  else if (type == "BOOL") out += *value.as_bool() ? '\1' : '\0';
  else if (type == "FP64") append_little(*value.as_double(), out);
  else {
    append_little(static_cast<std::uint32_t>(text.size()), out);
    out += text;
  }
  return out;
}

/// Of a tensor in an answer: what stands in front of its number of rows.
std::string tensor_head(std::string_view name, std::string_view type) {
  return fmt::format("{{\"name\": \"{}\", \"datatype\": \"{}\", \"shape\": [", name, type);
}

json::Object tensor_of(std::string_view name, std::string_view type, json::Array shape) {
  return {{"name", name}, {"datatype", type}, {"shape", std::move(shape)}};
}

/// What a request may leave out.
bool is_optional(const score::Scorer& scorer, const predict::Input& input, bool looks_up) {
  if (scorer.derived().find(input.name) != nullptr) return true;
  return looks_up && (scorer.features().has(input.name) || input.name == scorer.features().time.name);
}

json::Array input_tensors(const score::Scorer& scorer, Features features) {
  json::Array out;
  const bool looks_up = features == Features::looked_up;
  const auto reads = scorer.derived().reads();
  const std::size_t inputs = scorer.signature().inputs.size();
  for (std::size_t i = 0; i < scorer.columns().size(); ++i) {
    const predict::Input& input = scorer.columns()[i];
    const bool is_read =
        std::any_of(reads.begin(), reads.end(), [&](const auto& one) { return one.name == input.name; });
    if (i >= inputs && !looks_up && !is_read) continue;
    json::Object tensor = tensor_of(input.name, name_of(datatype_of_sql(input.type)), {-1});
    if (is_optional(scorer, input, looks_up)) tensor.set("parameters", json::Object{{"optional", true}});
    out.push_back(std::move(tensor));
  }
  return out;
}

}  // namespace

Writer::Writer(const score::Scorer& scorer, const std::string& name, std::int64_t version,
               std::string_view algorithm, Features features) {
  const predict::Signature& signature = scorer.signature();
  const auto& values = scorer.class_values();
  binary_task_ = signature.task == predict::Task::binary;
  outputs_ = signature.outputs();
  prediction_type_ = prediction_type(values);
  json::Array classes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& text = signature.classes[i];
    const std::string json = json::dump(values[i]);
    classes_.push_back({.json = json,
                        .tensor = prediction_type_ == "BYTES" ? json::dump(text) : json,
                        .bytes = element_bytes(values[i], prediction_type_, text)});
    classes.push_back(values[i]);
  }
  for (const std::string& output : outputs_of(signature.task)) known_outputs_.push_back({.name = output});
  const std::string model = json::dump(name + "@v" + std::to_string(version));
  tail_ = (classes.empty() ? "" : ", \"classes\": " + json::dump(classes)) + ", \"model\": " + model + "}";
  head_ = "{\"model_name\": " + json::dump(name) + ", \"model_version\": \"" + std::to_string(version) + "\"";
  prediction_head_ = tensor_head("prediction", prediction_type_);
  probability_head_ = tensor_head("probability", "FP64");
  metadata_ = metadata_of(scorer, name, version, algorithm, features);
}

json::Object Writer::metadata_of(const score::Scorer& scorer, const std::string& name, std::int64_t version,
                                 std::string_view algorithm, Features features) const {
  json::Array outputs{tensor_of("prediction", prediction_type_, {-1})};
  if (!classes_.empty()) {
    std::string names;
    for (const Class& one : classes_) names += (names.empty() ? "" : ", ") + one.json;
    json::Object probability = tensor_of("probability", "FP64", {-1, classes_.size()});
    probability.set("parameters", json::Object{{"classes", "[" + names + "]"}});
    outputs.push_back(std::move(probability));
  }
  return {{"name", name},
          {"versions", json::Array{std::to_string(version)}},
          {"platform", algorithm.empty() ? "mlops" : "mlops_" + std::string(algorithm)},
          {"inputs", input_tensors(scorer, features)},
          {"outputs", std::move(outputs)}};
}

std::string Writer::metadata(const std::vector<std::int64_t>& versions) const {
  if (versions.empty()) return json::dump(metadata_);
  json::Array texts;
  for (const std::int64_t version : versions) texts.push_back(std::to_string(version));
  json::Object all = metadata_;
  all.set("versions", std::move(texts));
  return json::dump(all);
}

void Writer::append_prediction(const score::Answered& answers, std::size_t row, std::string Class::*form,
                               std::string& out) const {
  if (classes_.empty()) append_number(answers.predictions[row], out);
  else out += classes_[answers.classes[row]].*form;
}

void Writer::append_predictions(const score::Answered& answers, std::string Class::*form,
                                std::string& out) const {
  out += '[';
  for (std::size_t row = 0; row < answers.rows; ++row) {
    if (row != 0) out += ", ";
    append_prediction(answers, row, form, out);
  }
  out += ']';
}

/// One number for each class, without brackets.
void Writer::append_probabilities(const score::Answered& answers, std::size_t row, std::string& out) const {
  const double* const given = answers.predictions.data() + row * outputs_;
  if (binary_task_) {
    append_number(1 - given[0], out);
    out += ", ";
    return append_number(given[0], out);
  }
  for (std::size_t i = 0; i < outputs_; ++i) {
    if (i != 0) out += ", ";
    append_number(given[i], out);
  }
}

void Writer::invocations(const score::Answered& answers, std::string& out) const {
  out = "{\"predictions\": ";
  append_predictions(answers, &Class::json, out);
  if (!classes_.empty()) {
    out += ", \"probabilities\": [";
    for (std::size_t row = 0; row < answers.rows; ++row) {
      out += row == 0 ? "[" : ", [";
      append_probabilities(answers, row, out);
      out += ']';
    }
    out += ']';
  }
  out += tail_;
}

}  // namespace mlops::serve
