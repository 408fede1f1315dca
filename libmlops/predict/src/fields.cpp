#include "src/fields.hpp"

#include <mlops/base/error.hpp>

namespace mlops::predict {

void Fields::fail(std::string_view name, std::string_view wanted) const {
  throw error(Code::corrupt, "{} has no {} '{}'", what_, wanted, name).with_id("model.damaged");
}

const json::Value& Fields::get(std::string_view name, std::string_view wanted) const {
  const json::Value* value = object_.find(name);
  if (value == nullptr) fail(name, wanted);
  return *value;
}

const json::Value& Fields::maybe(std::string_view name) const {
  static const json::Value null;
  const json::Value* value = object_.find(name);
  return value == nullptr ? null : *value;
}

std::string Fields::text(std::string_view name) const {
  const std::string* value = get(name, "text").as_string();
  if (value == nullptr) fail(name, "text");
  return *value;
}

bool Fields::flag(std::string_view name) const {
  const bool* value = get(name, "flag").as_bool();
  if (value == nullptr) fail(name, "flag");
  return *value;
}

double Fields::number(std::string_view name) const {
  const json::Value& value = get(name, "number");
  if (value.as_int() == nullptr && value.as_double() == nullptr) fail(name, "number");
  return value.number_or(0);
}

std::size_t Fields::count(std::string_view name) const {
  const std::int64_t* value = get(name, "count").as_int();
  if (value == nullptr || *value < 0) fail(name, "count");
  return static_cast<std::size_t>(*value);
}

const json::Array& Fields::array(std::string_view name) const {
  const json::Array* value = get(name, "list").as_array();
  if (value == nullptr) fail(name, "list");
  return *value;
}

const json::Object& Fields::object(std::string_view name) const {
  const json::Object* value = get(name, "object").as_object();
  if (value == nullptr) fail(name, "object");
  return *value;
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> out;
  for (const json::Value& item : array(name)) {
    if (item.as_string() == nullptr) fail(name, "list of texts");
    out.push_back(*item.as_string());
  }
  return out;
}

std::vector<double> Fields::numbers(std::string_view name) const {
  std::vector<double> out;
  for (const json::Value& item : array(name)) {
    if (item.as_int() == nullptr && item.as_double() == nullptr) fail(name, "list of numbers");
    out.push_back(item.number_or(0));
  }
  return out;
}

}  // namespace mlops::predict
