#pragma once
/// Reading members of JSON objects that have to be there: what is missing or of another kind is
/// Error(corrupt), naming the member and what it belongs to.

#include <mlops/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

class Fields {
 public:
  /// `what` is named in errors: "the signature".
  Fields(const json::Object& object, std::string what) : object_(object), what_(std::move(what)) {}

  std::string text(std::string_view name) const;
  bool flag(std::string_view name) const;
  double number(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  const json::Array& array(std::string_view name) const;
  const json::Object& object(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;
  /// The member, null when it is absent.
  const json::Value& maybe(std::string_view name) const;

  [[noreturn]] void fail(std::string_view name, std::string_view wanted) const;

 private:
  const json::Value& get(std::string_view name, std::string_view wanted) const;

  const json::Object& object_;
  std::string what_;
};

}  // namespace mlops::predict
