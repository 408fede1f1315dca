#include <mlops/base/error.hpp>
#include <mlops/train/target.hpp>

#include <fmt/format.h>

#include <cmath>
#include <unordered_map>

#include "src/cells.hpp"

namespace mlops::train {
namespace {

using predict::Task;

std::string said(const std::vector<std::string>& classes) {
  constexpr std::size_t told = 5;
  std::string out;
  for (std::size_t i = 0; i < classes.size() && i < told; ++i) out += (i > 0 ? ", " : "") + classes[i];
  return out + (classes.size() > told ? ", ..." : "");
}

bool is_label(const Type& type) {
  return type.kind == Kind::text || type.kind == Kind::boolean || type.kind == Kind::null || is_number(type);
}

void take_classes(const Column& column, bool masked, Target& target) {
  std::unordered_map<std::string, double> numbers;
  for (const std::string& name : target.classes) numbers.emplace(name, static_cast<double>(numbers.size()));
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.valid(row)) continue;
    const std::string text = spelled(column, row);
    const auto found = numbers.find(text);
    if (found == numbers.end())
      throw error(Code::failed, "label '{}' has {} in row {}{}", target.column,
                  masked ? "a value that is no class" : "the value '" + text + "'", row + 1,
                  masked ? "" : ", and the classes are " + said(target.classes))
          .with_id("model.incomparable");
    target.rows.push_back(static_cast<std::uint32_t>(row));
    target.labels.push_back(found->second);
  }
}

void take_values(const Column& column, Target& target) {
  const std::vector<double> numbers = numbers_of(column);
  for (std::size_t row = 0; row < numbers.size(); ++row) {
    if (!std::isfinite(numbers[row])) continue;
    target.rows.push_back(static_cast<std::uint32_t>(row));
    target.labels.push_back(numbers[row]);
  }
}

}  // namespace

Target known_target(const Columns& table, const std::string& column, Task task,
                    const std::vector<std::string>& classes, bool masked) {
  const std::size_t at = find_column(table, column, "the label");
  const Field& field = table.fields()[at];
  Target target;
  target.task = task;
  target.column = column;
  target.type = type_name(field);
  target.classes = classes;
  target.reason = "that of the model";
  if (!is_label(field.type) || (task == Task::regression && field.type.kind == Kind::text))
    throw error(Code::usage, "label '{}' is {}, and {} wanted", column, target.type,
                task == Task::regression ? "numbers are" : "texts, flags or numbers are");
  if (field.type.kind != Kind::null)
    task == Task::regression ? take_values(table.column(at), target)
                             : take_classes(table.column(at), masked, target);
  target.left_out = table.rows() - target.rows.size();
  return target;
}

}  // namespace mlops::train
