#pragma once
/// The columns that a prediction adds, and their values.

#include <mlops/json/value.hpp>
#include <mlops/predict/signature.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::score {

struct AnswerColumn {
  std::string name;
  std::string type;  ///< SQL type.
};

/// "prediction" (of the label's type; a DOUBLE of a regression), then "probability" or
/// "probability_<class>"s.
std::vector<AnswerColumn> answer_columns(const predict::Signature& signature);

/// A class as JSON has it: the number or flag that the label was.
json::Value class_value(const std::string& text, std::string_view label_type);

/// The answers for some rows.
class Answers {
 public:
  Answers(const predict::Signature& signature, std::span<const double> predictions,
          std::span<const std::uint32_t> classes)
      : signature_(signature), predictions_(predictions), classes_(classes) {}

  /// Of answer column `column`, as the text of a cell and as JSON.
  void spell(std::size_t row, std::size_t column, std::string& out) const;
  json::Value value(std::size_t row, std::size_t column) const;
  /// The column holds a class, which is a text.
  bool is_class(std::size_t column) const { return column == 0 && !classes_.empty(); }

 private:
  double number(std::size_t row, std::size_t column) const;

  const predict::Signature& signature_;
  std::span<const double> predictions_;
  std::span<const std::uint32_t> classes_;
};

}  // namespace mlops::score
