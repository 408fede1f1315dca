#pragma once
/// How the owners of records read them back.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace mlops::store {

/// The fields of a record. What is missing, or of another kind, is Error(corrupt, "record.corrupt"), and
/// named. The value must outlive it.
class RecordFields {
 public:
  /// `where` names the record in errors.
  RecordFields(const json::Value& value, std::string where) : value_(value), where_(std::move(where)) {}

  std::string text(std::string_view name) const {
    const std::string* found = value_[name].as_string();
    if (found == nullptr) fail(name, "a text");
    return *found;
  }
  std::string text_or_empty(std::string_view name) const { return value_[name].text_or(""); }
  std::uint64_t count(std::string_view name) const {
    const std::int64_t* found = value_[name].as_int();
    if (found == nullptr || *found < 0) fail(name, "a count");
    return static_cast<std::uint64_t>(*found);
  }
  bool flag(std::string_view name) const {
    const bool* found = value_[name].as_bool();
    if (found == nullptr) fail(name, "true or false");
    return *found;
  }
  Digest digest(std::string_view name) const {
    const auto found = Digest::parse(text(name));
    if (!found) fail(name, "a digest");
    return *found;
  }
  std::optional<Digest> optional_digest(std::string_view name) const {
    return value_[name].is_null() ? std::nullopt : std::optional(digest(name));
  }
  Time time(std::string_view name) const {
    const auto found = Time::parse(text(name));
    if (!found) fail(name, "a time");
    return *found;
  }
  const json::Array& array(std::string_view name) const {
    const json::Array* found = value_[name].as_array();
    if (found == nullptr) fail(name, "a list");
    return *found;
  }
  const json::Object& object(std::string_view name) const {
    const json::Object* found = value_[name].as_object();
    if (found == nullptr) fail(name, "an object");
    return *found;
  }
  RecordFields inside(std::string_view name) const {
    object(name);
    return {value_[name], where_};
  }

  /// Throws unless the record's `kind` is this one.
  void require_kind(std::string_view wanted) const {
    const std::string kind = text("kind");
    if (kind == wanted) return;
    throw error(Code::corrupt, "the record {} is a '{}', not a '{}'", where_, kind, wanted)
        .with_id("record.corrupt");
  }

 private:
  [[noreturn]] void fail(std::string_view name, std::string_view wanted) const {
    throw error(Code::corrupt, "the record {} has no '{}' that is {}", where_, name, wanted)
        .with_id("record.corrupt");
  }

  const json::Value& value_;
  std::string where_;
};

}  // namespace mlops::store
