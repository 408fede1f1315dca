#include <mlops/train/target.hpp>

#include "src/cells.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

namespace mlops::train {
namespace {

using predict::Task;

constexpr std::size_t most_classes = 1000;
constexpr std::size_t most_whole_classes = 20;

/// The different values of the label: their texts, numbers (of those that have them) and counts, in order.
struct Values {
  struct One {
    std::string text;
    double number = 0;
    std::uint64_t count = 0;
  };
  std::vector<One> all;
  bool over = false;  ///< There are more than most_classes; only some are counted.
  bool whole = true;  ///< All of them are whole numbers.
};

struct Label {
  Field field;
  Column column;
  std::vector<double> numbers;  ///< Of all rows; empty for text.
  std::vector<std::uint32_t> rows;

  bool is_text() const { return field.type.kind == Kind::text; }
  bool is_flag() const { return field.type.kind == Kind::boolean; }
};

void require_label_type(const Field& field) {
  const auto kind = field.type.kind;
  if (kind == Kind::text || kind == Kind::boolean || kind == Kind::null || is_number(field.type)) return;
  throw error(Code::usage, "column '{}' of type {} cannot be a label: it wants numbers, flags or texts",
              field.name, type_name(field));
}

bool known(const Label& label, std::size_t row) {
  if (!label.column.valid(row)) return false;
  return label.is_text() || std::isfinite(label.numbers[row]);
}

Label read(const Columns& table, std::size_t i) {
  require_label_type(table.fields()[i]);
  Label label = {table.fields()[i], table.column(i), {}, {}};
  if (!label.is_text() && label.field.type.kind != Kind::null) label.numbers = numbers_of(label.column);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (known(label, row)) label.rows.push_back(static_cast<std::uint32_t>(row));
  }
  return label;
}

/// Letter case decides only between equals, so that "no" comes before "Yes".
bool before(const std::string& a, const std::string& b) {
  const std::string x = lowered(a), y = lowered(b);
  return x != y ? x < y : a < b;
}

Values text_values(const Label& label) {
  std::unordered_map<std::string_view, std::uint64_t> counts;
  Values values;
  for (const auto row : label.rows) {
    ++counts[label.column.text(row)];
    if (counts.size() > most_classes) {
      values.over = true;
      break;
    }
  }
  for (const auto& [text, count] : counts) values.all.push_back({std::string(text), 0, count});
  std::sort(values.all.begin(), values.all.end(),
            [](const auto& a, const auto& b) { return before(a.text, b.text); });
  values.whole = false;
  return values;
}

Values number_values(const Label& label) {
  struct Met {
    std::uint32_t row = 0;
    std::uint64_t count = 0;
  };
  std::map<double, Met> met;
  Values values;
  for (const auto row : label.rows) {
    const double number = label.numbers[row];
    values.whole = values.whole && number == std::floor(number);
    if (!values.over) ++met.try_emplace(number + 0.0, Met{row}).first->second.count;  // -0 is 0
    values.over = values.over || met.size() > most_classes;
  }
  for (const auto& [number, one] : met) {
    values.all.push_back({spelled(label.column, one.row), number, one.count});
  }
  return values;
}

void require_something(const Label& label, std::size_t table_rows) {
  if (table_rows == 0) {
    throw error(Code::negative, "nothing to learn: the table has no rows").with_id("train.no_rows");
  }
  if (!label.rows.empty()) return;
  throw error(Code::negative, "nothing to learn: label '{}' is null in all of {}", label.field.name,
              count_of(table_rows, "row"))
      .with_id("train.no_label");
}

void require_difference(const Label& label, const Values& values) {
  if (values.all.size() > 1) return;
  throw error(Code::negative, "nothing to learn: label '{}' has one value: '{}' in all of {}",
              label.field.name, values.all.front().text, count_of(label.rows.size(), "row"))
      .with_id("train.one_value");
}

/// Two whole numbers that a double cannot tell apart are no two classes.
void require_exact(const Label& label, const Values& values) {
  constexpr double exact = 9007199254740992;  // 2^53
  const auto kind = label.field.type.kind;
  if (kind != Kind::int64 && kind != Kind::uint64) return;
  for (const auto& value : values.all) {
    if (std::abs(value.number) < exact) continue;
    throw error(Code::usage, "label '{}' has the value {}: whole numbers beyond {} are no classes",
                label.field.name, value.text, count_text(static_cast<std::uint64_t>(exact)))
        .with_hint("as texts they are: `mlops ingest ... --types {}=VARCHAR`", label.field.name);
  }
}

std::uint64_t fewest(const Values& values) {
  std::uint64_t least = values.all.front().count;
  for (const auto& value : values.all) least = std::min(least, value.count);
  return least;
}

bool few_whole_numbers(const Values& values) {
  return values.whole && !values.over && values.all.size() <= most_whole_classes && fewest(values) >= 2;
}

Task infer(const Label& label, const Values& values) {
  if (!values.over && values.all.size() == 2) return Task::binary;
  if (label.is_text() || few_whole_numbers(values)) return Task::multiclass;
  return Task::regression;
}

std::string how_many(const Values& values) {
  return values.over ? "more than " + count_text(most_classes) : count_text(values.all.size());
}

std::string reason_of(const Label& label, const Values& values) {
  const auto many = how_many(values);
  if (!values.over && values.all.size() == 2) {
    return fmt::format("two values: {} and {}", values.all[0].text, values.all[1].text);
  }
  if (label.is_text()) return many + " different texts";
  return fmt::format("{} different {}", many, values.whole ? "whole numbers" : "numbers");
}

void require_task(const Label& label, const Values& values, Task task) {
  const auto& name = label.field.name;
  if (task == Task::regression && label.is_text()) {
    throw error(Code::usage, "label '{}' is text and regression wants numbers", name)
        .with_hint("as classes it can be learned: leave the task out");
  }
  if (task == Task::binary && (values.over || values.all.size() != 2)) {
    throw error(Code::usage, "label '{}' has {} different values and a binary task takes two", name,
                how_many(values));
  }
  if (task != Task::regression && values.over) {
    throw error(Code::usage, "label '{}' has more than {} different values: too many to be classes", name,
                count_text(most_classes))
        .with_hint("is it a name or an identifier? Choose another label");
  }
}

/// Classes are learned from some rows and judged on others: two of them need two rows at least.
void require_classes(const Label& label, const Values& values, Task task) {
  std::size_t enough = 0;
  const Values::One* single = nullptr;
  for (const auto& value : values.all) {
    enough += value.count >= 2;
    if (value.count < 2 && single == nullptr) single = &value;
  }
  if (enough >= 2 && (task == Task::multiclass || single == nullptr)) return;
  throw error(Code::negative,
              "nothing to learn: class '{}' of label '{}' has 1 row, and at least 2 are needed to train and "
              "to judge",
              single->text, label.field.name)
      .with_id("train.small_class");
}

void take_classes(Target& target, const Label& label, const Values& values) {
  std::unordered_map<std::string_view, double> texts;
  std::unordered_map<double, double> numbers;
  for (const auto& value : values.all) {
    const auto number = static_cast<double>(target.classes.size());
    target.classes.push_back(value.text);
    if (label.is_text()) texts[value.text] = number;
    else numbers[value.number] = number;
  }
  for (std::size_t i = 0; i < target.rows.size(); ++i) {
    const auto row = target.rows[i];
    target.labels[i] =
        label.is_text() ? texts.at(label.column.text(row)) : numbers.at(label.numbers[row] + 0.0);
  }
}

void take_values(Target& target, const Label& label) {
  for (std::size_t i = 0; i < target.rows.size(); ++i) target.labels[i] = label.numbers[target.rows[i]];
}

}  // namespace

Target read_target(const Columns& table, const std::string& column, std::optional<Task> task) {
  const Label label = read(table, find_column(table, column, "the label"));
  require_something(label, table.rows());
  const Values values = label.is_text() ? text_values(label) : number_values(label);
  const Task likely = task.value_or(infer(label, values));
  if (likely != Task::regression || values.all.size() == 1) require_exact(label, values);
  require_difference(label, values);
  Target target = {.task = likely,
                   .column = column,
                   .type = type_name(label.field),
                   .classes = {},
                   .rows = label.rows,
                   .labels = std::vector<double>(label.rows.size()),
                   .left_out = table.rows() - label.rows.size(),
                   .reason = reason_of(label, values)};
  require_task(label, values, target.task);
  if (target.task == Task::regression) {
    take_values(target, label);
  } else {
    require_classes(label, values, target.task);
    take_classes(target, label, values);
  }
  return target;
}

}  // namespace mlops::train
