#pragma once
/// JSON as a value: what records, references, rows on screen and lock entries are made of. Integers stay
/// integers (64 bit), objects keep the order in which they were written. Plain value type; depth is limited
/// when read.

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mlops::json {

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;

/// Members in the order of writing; their names are unique.
class Object {
 public:
  Object() = default;
  /// A name given twice keeps its first place and its last value.
  Object(std::initializer_list<Member> members);

  bool operator==(const Object& other) const;

  /// Adds the member, or replaces its value where it stands.
  void set(std::string name, Value value);
  /// Adds the member without looking whether one of that name is there: for callers who know.
  void append(std::string name, Value value);
  const Value* find(std::string_view name) const;
  const std::vector<Member>& members() const { return members_; }
  bool empty() const;
  std::size_t size() const;
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;  ///< null
  Value(std::nullptr_t) {}
  // Only a bool is a flag, so that a stray pointer does not become one.
  template <std::same_as<bool> Flag>
  Value(Flag value) : data_(value) {}
  template <std::signed_integral Integer>
  Value(Integer value) : data_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral Integer>
  requires(!std::same_as<Integer, bool>) Value(Integer value)
      : Value(Unsigned{value}) {}  ///< Over 2^63-1 it becomes a double.
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}

  bool operator==(const Value&) const = default;

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&data_); }
  const double* as_double() const { return std::get_if<double>(&data_); }
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  /// The member `name` of an object; null for any other value and for a missing member.
  const Value& operator[](std::string_view name) const;

  /// The text, integer, number or flag in it, or the fallback when it is of another kind.
  std::string text_or(std::string_view fallback) const;
  std::int64_t int_or(std::int64_t fallback) const;
  double number_or(double fallback) const;
  bool bool_or(bool fallback) const;

 private:
  struct Unsigned {
    std::uint64_t value;
  };
  explicit Value(Unsigned value);

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// Reads one JSON text. Throws Error(corrupt) naming line, column and what was seen; also for duplicate
/// names, text that is not UTF-8 and more than 512 levels.
Value parse(std::string_view text);

/// The same, and what programs write beyond JSON: NaN, Infinity and -Infinity are null, integers beyond 64
/// bits doubles.
Value parse_written(std::string_view text);

/// One line, members in their order, no spaces beyond one after ':' and ','. NaN and infinities become null,
/// bytes that are not UTF-8 the replacement character. Doubles are the shortest text that reads back to the
/// same value, always with a '.' or an exponent.
std::string dump(const Value& value);

/// Indented by two spaces a level, for people.
std::string dump_pretty(const Value& value);

/// Canonical form for digests: one line, members sorted by the bytes of their names, no spaces. Throws
/// Error(internal) for NaN, infinities and text that is not UTF-8, which a record must not hold.
std::string canonical(const Value& value);

}  // namespace mlops::json
