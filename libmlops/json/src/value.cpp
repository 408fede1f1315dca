#include <mlops/json/value.hpp>

#include <algorithm>
#include <limits>

namespace mlops::json {

Object::Object(std::initializer_list<Member> members) {
  for (const auto& [name, value] : members) set(name, value);
}

bool Object::operator==(const Object& other) const { return members_ == other.members_; }

void Object::set(std::string name, Value value) {
  const auto same = [&](const Member& member) { return member.first == name; };
  const auto found = std::find_if(members_.begin(), members_.end(), same);
  if (found == members_.end()) append(std::move(name), std::move(value));
  else found->second = std::move(value);
}

void Object::append(std::string name, Value value) {
  members_.emplace_back(std::move(name), std::move(value));
}

const Value* Object::find(std::string_view name) const {
  const auto same = [&](const Member& member) { return member.first == name; };
  const auto found = std::find_if(members_.begin(), members_.end(), same);
  return found == members_.end() ? nullptr : &found->second;
}

bool Object::empty() const { return members_.empty(); }

std::size_t Object::size() const { return members_.size(); }

std::vector<Member>::const_iterator Object::begin() const { return members_.begin(); }

std::vector<Member>::const_iterator Object::end() const { return members_.end(); }

Value::Value(Unsigned value) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.value <= most) data_ = static_cast<std::int64_t>(value.value);
  else data_ = static_cast<double>(value.value);
}

const Value& Value::operator[](std::string_view name) const {
  static const Value null;
  const Object* object = as_object();
  const Value* found = object == nullptr ? nullptr : object->find(name);
  return found == nullptr ? null : *found;
}

std::string Value::text_or(std::string_view fallback) const {
  const std::string* text = as_string();
  return text == nullptr ? std::string(fallback) : *text;
}

std::int64_t Value::int_or(std::int64_t fallback) const {
  const std::int64_t* number = as_int();
  return number == nullptr ? fallback : *number;
}

double Value::number_or(double fallback) const {
  if (const std::int64_t* number = as_int()) return static_cast<double>(*number);
  const double* number = as_double();
  return number == nullptr ? fallback : *number;
}

bool Value::bool_or(bool fallback) const {
  const bool* flag = as_bool();
  return flag == nullptr ? fallback : *flag;
}

}  // namespace mlops::json
