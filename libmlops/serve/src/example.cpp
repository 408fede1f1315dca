#include "src/example.hpp"

#include <mlops/base/error.hpp>
#include <mlops/predict/spelling.hpp>
#include <mlops/store/tree.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace mlops::serve {
namespace {

using predict::Encoding;
using predict::Input;

constexpr std::string_view file_name = "input_example.json";
constexpr std::size_t day_length = 10;
constexpr std::size_t second_length = 19;

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

json::Value number(const Input& input) {
  const double least = input.pii ? 0 : input.min.value_or(0);
  constexpr double exact = 9e15;  // whole numbers that a double holds without a gap
  if (predict::is_whole(input.type) && std::abs(least) < exact)
    return static_cast<std::int64_t>(std::round(least));
  return std::isfinite(least) ? least : 0.0;
}

/// A category, as the column had it before it was spelled as a text.
json::Value category(const Input& input) {
  const bool known = !input.pii && !input.categories.empty();
  const std::string text = known ? input.categories.front() : "";
  if (input.type == "BOOLEAN") return text == "true";
  if (predict::is_whole(input.type))
    return known && !whole(text) ? json::Value(text) : whole(text).value_or(0);
  return known ? text : "text";
}

json::Value made_up(const Input& input, Time now) {
  const std::string time = now.text();
  switch (input.encoding) {
    case Encoding::number:
      return number(input);
    case Encoding::flag:
      return false;
    case Encoding::category:
      return category(input);
    case Encoding::date:
      return time.substr(0, day_length);
    case Encoding::timestamp:
      return time.substr(0, second_length);
    case Encoding::time:
      return time.substr(day_length + 1, second_length - day_length - 1);
  }
  return nullptr;
}

json::Value example_value(const Input& input, const json::Value* value, Time now) {
  const bool plain = value != nullptr && value->as_object() == nullptr && value->as_array() == nullptr;
  if (!plain || input.pii) return made_up(input, now);
  return *value;
}

json::Value json_or_null(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return nullptr;
  }
}

/// Nothing for the forms that other programs write.
std::optional<json::Object> first_row(const json::Value& example) {
  const json::Array* columns = example["columns"].as_array();
  const json::Array* data = example["data"].as_array();
  const json::Array* cells = data == nullptr || data->empty() ? nullptr : data->front().as_array();
  if (columns == nullptr || cells == nullptr || cells->size() != columns->size()) return std::nullopt;
  json::Object row;
  for (std::size_t i = 0; i < cells->size(); ++i) {
    if (const std::string* name = (*columns)[i].as_string()) row.set(*name, (*cells)[i]);
  }
  return row;
}

}  // namespace

std::optional<json::Object> registered_row(store::Store& store, const model::Version& version) {
  for (const store::TreeFile& file : store::get_tree(store.objects(), version.package).files) {
    if (file.path == file_name) return first_row(json_or_null(store.objects().get(file.digest)));
  }
  return std::nullopt;
}

std::string example_body(const std::vector<Input>& columns, const json::Object& row, Time now) {
  json::Object out;
  for (const Input& input : columns) {
    out.append(input.name, example_value(input, row.find(input.name), now));
  }
  return json::dump(json::Object{{"dataframe_records", json::Array{std::move(out)}}});
}

}  // namespace mlops::serve
