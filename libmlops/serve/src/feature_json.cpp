#include "src/feature_json.hpp"

#include <mlops/base/clock.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>

#include <iterator>
#include <utility>

#include "src/numbers.hpp"

namespace mlops::serve {
namespace {

using ValueKind = feature::Value::Kind;

constexpr std::int64_t second_us = 1'000'000;

void append_integer(std::int64_t value, std::string& out) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_time_of_day(std::int64_t us, std::string& out) {
  // A moment of the first day, without its date and zone.
  const std::string text = Time{us % day_us}.text();
  out += '"';
  out.append(text, 11, text.size() - 12);
  out += '"';
}

void append_day(std::int64_t days, std::string& out) {
  out += '"';
  out.append(Time{days * day_us}.text(), 0, 10);
  out += '"';
}

/// Flags and what counts from 1970 are whole numbers to a view.
void append_whole(std::int64_t value, std::string_view type, std::string& out) {
  if (type == "BOOLEAN") out += value != 0 ? "true" : "false";
  else if (type == "DATE") append_day(value, out);
  else if (type == "TIME") append_time_of_day(value, out);
  else if (type == "TIMESTAMP_S") append_moment(value * second_us, out);
  else if (type == "TIMESTAMP_MS") append_moment(value * 1000, out);
  else if (type == "TIMESTAMP_NS") append_moment(value / 1000 - (value % 1000 < 0 ? 1 : 0), out);
  else if (type.starts_with("TIMESTAMP")) append_moment(value, out);
  else append_integer(value, out);
}

}  // namespace

void append_quoted(std::string_view text, std::string& out) {
  out += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, plain, i - plain);
    plain = i + 1;
    if (c >= 0x20) out.append({'\\', text[i]});
    else fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  }
  out.append(text, plain);
  out += '"';
}

void append_node(json::Node node, std::string& out) {
  using Cell = json::Cell::Kind;
  auto separate = [&out, first = true]() mutable {
    if (!std::exchange(first, false)) out += ", ";
  };
  switch (node.kind()) {
    case Cell::null:
      out += "null";
      return;
    case Cell::flag:
      out += node.flag() ? "true" : "false";
      return;
    case Cell::integer:
      return append_integer(node.integer(), out);
    case Cell::large:
      return append_number(node.large(), out);
    case Cell::number:
      return append_number(node.number(), out);
    case Cell::text:
      return append_quoted(node.text(), out);
    case Cell::list:
      out += '[';
      for (const json::Node item : node.items()) {
        separate();
        append_node(item, out);
      }
      out += ']';
      return;
    case Cell::object:
      out += '{';
      for (const json::Entry& member : node.members()) {
        separate();
        append_quoted(member.name, out);
        out += ": ";
        append_node(member.value, out);
      }
      out += '}';
  }
}

void append_value(const feature::Value& value, std::string_view type, std::string& out) {
  switch (value.kind) {
    case ValueKind::null:
      out += "null";
      return;
    case ValueKind::integer:
      return append_whole(value.integer, type, out);
    case ValueKind::real:
      return append_number(value.real, out);
    case ValueKind::text:
      return append_quoted(value.text, out);
  }
}

void append_moment(std::int64_t us, std::string& out) {
  out += '"';
  out += Time{us}.text();
  out += '"';
}

}  // namespace mlops::serve
