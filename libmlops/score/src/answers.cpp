#include "src/answers.hpp"

#include <mlops/predict/spelling.hpp>

#include <charconv>

namespace mlops::score {

json::Value class_value(const std::string& text, std::string_view type) {
  if (type == "BOOLEAN" && (text == "true" || text == "false")) return text == "true";
  const char* end = text.data() + text.size();
  if (std::int64_t value = 0; predict::is_whole(type)) {
    if (const auto read = std::from_chars(text.data(), end, value); read.ptr == end && read.ec == std::errc())
      return value;
  }
  if (double value = 0; type == "DOUBLE" || type == "FLOAT") {
    if (const auto read = std::from_chars(text.data(), end, value); read.ptr == end && read.ec == std::errc())
      return value;
  }
  return text;
}

std::vector<AnswerColumn> answer_columns(const predict::Signature& signature) {
  if (signature.task == predict::Task::regression) return {{"prediction", "DOUBLE"}};
  std::vector<AnswerColumn> columns{
      {"prediction", signature.label_type.empty() ? "VARCHAR" : signature.label_type}};
  if (signature.task == predict::Task::binary) {
    columns.push_back({"probability", "DOUBLE"});
  } else {
    for (const std::string& name : signature.classes) columns.push_back({"probability_" + name, "DOUBLE"});
  }
  return columns;
}

double Answers::number(std::size_t row, std::size_t column) const {
  const std::size_t width = signature_.outputs();
  return predictions_[row * width + (classes_.empty() ? column : column - 1)];
}

void Answers::spell(std::size_t row, std::size_t column, std::string& out) const {
  if (is_class(column)) out += signature_.classes[classes_[row]];
  else predict::spell(number(row, column), out);
}

json::Value Answers::value(std::size_t row, std::size_t column) const {
  if (!is_class(column)) return number(row, column);
  return class_value(signature_.classes[classes_[row]], signature_.label_type);
}

}  // namespace mlops::score
