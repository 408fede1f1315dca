#pragma once
/// What a model takes and gives: the contract that `predict` and `serve` enforce. Plain values.

#include <mlops/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

enum class Task { binary, multiclass, regression };

/// "binary", "multiclass", "regression".
std::string_view name_of(Task task);
std::optional<Task> task_of(std::string_view name);

/// How an input column becomes features.
enum class Encoding {
  number,     ///< Itself, as a double.
  flag,       ///< 0 or 1.
  category,   ///< The position of its text in `categories`.
  date,       ///< Days since 1970, year, month, day, weekday (ISO: Monday is 1, Sunday 7).
  timestamp,  ///< The parts of a date, and the hour; days have the time of day as their fraction, which is
              ///< exact to the microsecond. A time with a zone is taken in UTC.
  time,       ///< Seconds since midnight, with their fraction.
};

std::string_view name_of(Encoding encoding);
std::optional<Encoding> encoding_of(std::string_view name);

/// What to do with a value that training never saw in that column.
enum class Policy {
  missing,  ///< Take it as null, and count it.
  refuse,   ///< Error(usage) that names column, row and value.
};

struct Input {
  std::string name;
  std::string type;  ///< SQL type in training, such as BIGINT.
  Encoding encoding = Encoding::number;
  /// Of a category: the texts that training saw, most frequent first. A numeric category is spelled as SQL
  /// casts it to text.
  std::vector<std::string> categories = {};
  Policy unseen = Policy::missing;  ///< Of a category.
  Policy nulls = Policy::missing;   ///< `refuse` only when asked for.
  bool nullable = false;            ///< Training saw nulls.
  std::optional<double> min = {};   ///< What training saw, of numbers.
  std::optional<double> max = {};
  bool pii = false;  ///< Personal data: values are masked in errors.
  /// Columns that it is worked out from where rows lack it (score/derived.hpp), for messages; model.json does
  /// not have them.
  std::vector<std::string> made_from = {};

  bool operator==(const Input&) const = default;
};

struct Signature {
  Task task = Task::binary;
  std::vector<Input> inputs = {};
  std::string label = {};
  std::string label_type = {};  ///< SQL type of the label.
  std::vector<std::string> classes =
      {};                  ///< In order; of binary: negative, positive. As SQL casts them to text.
  double threshold = 0.5;  ///< Of binary: the positive class from this probability on.

  bool operator==(const Signature&) const = default;

  /// Numbers that a predictor gives for a row: 1, or one for each class of multiclass.
  std::size_t outputs() const { return task == Task::multiclass ? classes.size() : 1; }
  const Input* find(std::string_view input) const;
};

json::Object to_json(const Signature& signature);
json::Array to_json(const std::vector<Input>& inputs);
/// Throws Error(corrupt).
Signature signature_from(const json::Object& object);
/// `name` is named in errors.
std::vector<Input> inputs_from(const json::Array& inputs, std::string_view name = "inputs");

}  // namespace mlops::predict
