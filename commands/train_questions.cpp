#include "train_questions.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace mlops::commands {
namespace {

/// Names that people give to what they want to predict, alone or as the last part of a longer one.
constexpr std::array usual = {"label", "target", "class", "y", "outcome", "response"};

bool ends_in_word(const std::string& name, std::string_view word) {
  if (!name.ends_with(word)) return false;
  return name.size() == word.size() || name[name.size() - word.size() - 1] == '_';
}

/// By name, type and place alone: a question must not wait for a pass over the data.
int likelihood(const dataset::Version& data, const dataset::Column& column) {
  const std::string name = lowered(column.name);
  int out = 0;
  if (std::any_of(usual.begin(), usual.end(), [&](const char* word) { return ends_in_word(name, word); }))
    out += 100;
  if (column.type == "BOOLEAN") out += 20;
  if (&column == &data.columns.back()) out += 10;
  if (ends_in_word(name, "id")) out -= 50;
  if (column.pii || column.blob) out -= 200;
  return out;
}

}  // namespace

ui::Question label_question(const dataset::Version& data) {
  std::vector<const dataset::Column*> columns;
  for (const dataset::Column& column : data.columns) columns.push_back(&column);
  std::stable_sort(columns.begin(), columns.end(),
                   [&](const auto* a, const auto* b) { return likelihood(data, *a) > likelihood(data, *b); });
  ui::Question question{.text = fmt::format("which column of {} is to be predicted", data.name),
                        .choices = {}};
  for (const dataset::Column* column : columns) question.choices.push_back({column->name, column->type});
  return question;
}

ui::Question data_question(const std::vector<dataset::Version>& versions) {
  ui::Question question{.text = "which dataset is to be trained on", .choices = {}};
  for (const dataset::Version& version : versions)
    question.choices.push_back({version.name, count_of(version.rows, "row")});
  return question;
}

}  // namespace mlops::commands
