/// MLmodel: the folder as MLflow describes one (its file of that name is YAML, version 2.x). Nothing in it
/// differs between equal packages: it has no time and no run, and its id is made from the content.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/yaml/write.hpp>

#include <algorithm>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

using predict::Encoding;
using predict::Input;
using predict::Task;

constexpr const char* booster_name = "booster.json";
constexpr std::size_t digits_of_id = 32;

/// Lines of YAML, each entry indented by its depth.
class Lines {
 public:
  void open(std::size_t depth, std::string_view key) {
    text_ += fmt::format("{:{}}{}:\n", "", 2 * depth, key);
  }
  void entry(std::size_t depth, std::string_view key, std::string_view value) {
    const std::string written = yaml::single_quoted(value, yaml::Place::block);
    text_ += fmt::format("{:{}}{}: {}\n", "", 2 * depth, key, written);
  }
  void null(std::size_t depth, std::string_view key) {
    text_ += fmt::format("{:{}}{}: null\n", "", 2 * depth, key);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

bool is_small_integer(std::string_view type) {
  return type == "TINYINT" || type == "SMALLINT" || type == "INTEGER" || type == "UTINYINT" ||
         type == "USMALLINT";
}

/// Of MLflow's types. A column of whole numbers with nulls is one of doubles in pandas, and so here.
const char* column_type(const Input& input) {
  switch (input.encoding) {
    case Encoding::flag:
      return input.nullable ? "double" : "boolean";
    case Encoding::date:
    case Encoding::timestamp:
      return "datetime";
    case Encoding::time:
      return "string";
    case Encoding::number:
    case Encoding::category:
      break;
  }
  const bool whole = is_small_integer(input.type) || input.type == "BIGINT" || input.type == "UINTEGER";
  if (whole && !input.nullable) return is_small_integer(input.type) ? "integer" : "long";
  if (input.type == "FLOAT") return "float";
  const bool number = whole || input.encoding == Encoding::number || input.type == "DOUBLE";
  return number ? "double" : "string";
}

std::string inputs_text(const predict::Signature& signature) {
  json::Array columns;
  for (const Input& input : signature.inputs) {
    columns.push_back(
        json::Object{{"type", column_type(input)}, {"name", input.name}, {"required", !input.nullable}});
  }
  return json::dump(columns);
}

/// One unnamed column, or a probability for each class.
std::string outputs_text(const predict::Signature& signature) {
  if (signature.task != Task::multiclass)
    return json::dump(json::Array{json::Object{{"type", "double"}, {"required", true}}});
  const json::Object shape = {{"dtype", "float64"}, {"shape", json::Array{-1, signature.classes.size()}}};
  return json::dump(json::Array{json::Object{{"type", "tensor"}, {"tensor-spec", shape}}});
}

/// The library's version, which its model ends with: "version":[1,7,4]}.
std::string xgboost_version(std::string_view booster) {
  constexpr std::string_view key = "\"version\":[";
  const std::size_t at = booster.rfind(key);
  if (at == std::string_view::npos) return "";
  const std::size_t end = booster.find(']', at);
  std::string version(booster.substr(at + key.size(), end - at - key.size()));
  std::replace(version.begin(), version.end(), ',', '.');
  return version.find_first_not_of("0123456789.") == std::string::npos ? version : "";
}

/// True when the library itself can be given the columns as they are.
bool takes_plain_numbers(const predict::Package& package) {
  const predict::Signature& signature = package.signature;
  return package.given.empty() &&
         std::all_of(signature.inputs.begin(), signature.inputs.end(), [](const Input& input) {
           return input.encoding == Encoding::number || input.encoding == Encoding::flag;
         });
}

void write_xgboost(Lines& lines, const predict::Package& package, const std::string& booster) {
  if (takes_plain_numbers(package)) {
    lines.open(1, "python_function");
    lines.entry(2, "data", booster_name);
    lines.entry(2, "loader_module", "mlflow.xgboost");
  }
  lines.open(1, "xgboost");
  lines.null(2, "code");
  lines.entry(2, "data", booster_name);
  lines.entry(2, "model_class", "xgboost.core.Booster");
  lines.entry(2, "model_format", "json");
  if (const std::string version = xgboost_version(booster); !version.empty()) {
    lines.entry(2, "xgb_version", version);
  }
}

void write_flavors(Lines& lines, const predict::Package& package) {
  lines.open(0, "flavors");
  lines.open(1, "mlops");
  lines.entry(2, "algorithm", package.algorithm);
  lines.entry(2, "data", "model.json");
  if (!package.loss.empty()) lines.entry(2, "loss", package.loss);
  lines.entry(2, "task", predict::name_of(package.signature.task));
  const auto booster = package.files.find(booster_name);
  if (package.algorithm == "xgboost" && booster != package.files.end()) {
    write_xgboost(lines, package, booster->second);
  }
}

}  // namespace

std::string mlmodel_text(const predict::Package& package, bool has_input_example) {
  Lines lines;
  lines.entry(0, "artifact_path", "model");
  write_flavors(lines, package);
  lines.entry(0, "model_uuid", crypto::sha256(predict::model_json(package)).hex().substr(0, digits_of_id));
  if (has_input_example) {
    lines.open(0, "saved_input_example_info");
    lines.entry(1, "artifact_path", "input_example.json");
    lines.entry(1, "pandas_orient", "split");
    lines.entry(1, "type", "dataframe");
  }
  lines.open(0, "signature");
  lines.entry(1, "inputs", inputs_text(package.asked()));
  lines.entry(1, "outputs", outputs_text(package.signature));
  lines.null(1, "params");
  return lines.take();
}

std::string input_example_text(const json::Array& rows) {
  json::Array columns;
  json::Array data;
  for (const json::Value& row : rows) {
    const json::Object* members = row.as_object();
    if (members == nullptr) continue;
    json::Array values;
    for (const auto& [name, value] : *members) {
      if (data.empty()) columns.push_back(name);
      values.push_back(value);
    }
    data.push_back(std::move(values));
  }
  return json::dump(json::Object{{"columns", std::move(columns)}, {"data", std::move(data)}}) + "\n";
}

}  // namespace mlops::model
