#include "src/fields.hpp"

#include <mlops/base/error.hpp>
#include <mlops/run/report.hpp>

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace mlops::mlflow {
namespace {

/// Of the last microsecond of the year 9999, in milliseconds.
constexpr std::int64_t latest_ms = 253'402'300'799'999;

[[noreturn]] void missing(std::string_view name, const std::string& where) {
  throw error(
      Code::usage,
      "Missing value for required parameter '{}{}'. See the API docs for more information about request "
      "parameters.",
      where, name);
}

[[noreturn]] void invalid(const json::Value& value, std::string_view name, const std::string& where,
                          std::string_view why) {
  throw error(Code::usage, "Invalid value {} for parameter '{}{}' supplied: {}", json::dump(value), where,
              name, why);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = static_cast<char>(c | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (text[i] == '%' && high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

json::Value of_query(std::string_view query) {
  std::map<std::string, json::Array> found;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = part.find('=');
    if (equals != std::string_view::npos) {
      found[decoded(part.substr(0, equals))].push_back(decoded(part.substr(equals + 1)));
    }
  }
  json::Object out;
  for (auto& [name, values] : found) {
    if (values.size() == 1) out.append(name, std::move(values.front()));
    else out.append(name, std::move(values));
  }
  return out;
}

/// Clients of before 1.0 sent JSON in a text.
json::Value of_body(std::string_view body) {
  try {
    json::Value value = json::parse_written(body);
    if (const std::string* inner = value.as_string()) value = json::parse_written(*inner);
    if (value.as_object() != nullptr) return value;
  } catch (const Error& e) {
    throw error(Code::usage, "the body is not understood: {}", e.message());
  }
  throw error(Code::usage, "the body is no object of JSON");
}

std::optional<std::int64_t> whole(const json::Value& value) {
  if (const std::int64_t* number = value.as_int()) return *number;
  if (const double* number = value.as_double()) {
    if (std::floor(*number) == *number && std::abs(*number) < 9e15) return static_cast<std::int64_t>(*number);
  }
  const std::string* text = value.as_string();
  if (text == nullptr || text->empty()) return std::nullopt;
  std::int64_t out = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (fault != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return out;
}

std::optional<double> number(const json::Value& value) {
  if (const std::string* text = value.as_string()) return run::number_in(*text);
  if (const std::int64_t* integer = value.as_int()) return static_cast<double>(*integer);
  const double* real = value.as_double();
  return real == nullptr ? std::nullopt : std::optional(*real);
}

}  // namespace

json::Value fields_of(const http::Request& request) {
  if (!request.body.empty()) return of_body(request.body);
  return of_query(request.query);
}

std::string text_in(const json::Value& fields, std::string_view name, const std::string& where) {
  const json::Value& value = fields[name];
  if (value.is_null()) return "";
  if (const std::string* text = value.as_string()) return *text;
  if (value.as_array() != nullptr || value.as_object() != nullptr)
    invalid(value, name, where, "it is no text");
  return json::dump(value);
}

std::string required_text(const json::Value& fields, std::string_view name, const std::string& where) {
  std::string text = text_in(fields, name, where);
  if (text.empty()) missing(name, where);
  return text;
}

std::optional<std::int64_t> whole_in(const json::Value& fields, std::string_view name,
                                     const std::string& where) {
  const json::Value& value = fields[name];
  if (value.is_null()) return std::nullopt;
  const auto out = whole(value);
  if (!out) invalid(value, name, where, "it is no whole number of 64 bits");
  return out;
}

std::int64_t required_whole(const json::Value& fields, std::string_view name, const std::string& where) {
  const auto out = whole_in(fields, name, where);
  if (!out) missing(name, where);
  return *out;
}

json::Array list_in(const json::Value& fields, std::string_view name) {
  const json::Value& value = fields[name];
  if (value.is_null()) return {};
  if (const json::Array* list = value.as_array()) return *list;
  return {value};
}

Texts pairs_in(const json::Value& fields, std::string_view name) {
  Texts out;
  for (const json::Value& each : list_in(fields, name)) {
    const std::string where = fmt::format("{}[{}].", name, out.size());
    out.emplace_back(required_text(each, "key", where), text_in(each, "value", where));
  }
  return out;
}

std::pair<std::string, run::Point> metric_in(const json::Value& fields, const std::string& where) {
  std::string key = required_text(fields, "key", where);
  const json::Value& value = fields["value"];
  if (value.is_null()) missing("value", where);
  const auto read = number(value);
  if (!read) invalid(value, "value", where, "it is no number");
  const std::int64_t time_ms = required_whole(fields, "timestamp", where);
  if (time_ms < 0 || time_ms > latest_ms) {
    invalid(fields["timestamp"], "timestamp", where,
            "it wants milliseconds since 1970, before the year 10000");
  }
  const std::int64_t step = whole_in(fields, "step", where).value_or(0);
  return {std::move(key), run::Point{.value = *read, .step = step, .time = {time_ms * 1000}}};
}

std::string run_id_in(const json::Value& fields) {
  const std::string id = text_in(fields, "run_id");
  return id.empty() ? (text_in(fields, "run_uuid").empty() ? required_text(fields, "run_id")
                                                           : text_in(fields, "run_uuid"))
                    : id;
}

}  // namespace mlops::mlflow
