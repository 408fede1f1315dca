#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/value.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mlops::json {
namespace {

struct Style {
  bool spaces = false;     ///< One after ':' and ','.
  bool lines = false;      ///< Every item on its own, indented.
  bool canonical = false;  ///< Sorted, and refusing what has no JSON.
};

void write_escape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
}

/// The text with every byte that starts no well-formed character replaced by U+FFFD.
std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t length = std::min<std::size_t>(4, text.size());
    while (length > 0 && !is_utf8(text.substr(0, length))) --length;
    out += length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return out;
}

void write_text(std::string& out, std::string_view text, const Style& style) {
  std::string kept;
  if (!is_utf8(text)) {
    if (style.canonical)
      throw error(Code::internal, "a record may hold UTF-8 only, not '{}'", repaired(text));
    kept = repaired(text);
    text = kept;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) write_escape(out, c);
    else out += c;
  }
  out += '"';
}

void write_number(std::string& out, double number, const Style& style) {
  if (!std::isfinite(number)) {
    if (style.canonical) throw error(Code::internal, "a record may hold finite numbers only, not {}", number);
    out += "null";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const std::string_view text(digits, static_cast<std::size_t>(end - digits));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void new_line(std::string& out, std::size_t level) {
  out += '\n';
  out.append(2 * level, ' ');
}

void write(std::string& out, const Value& value, const Style& style, std::size_t level);

/// `each(i)` writes the i-th of `count` items between `brackets`.
template <typename Each>
void write_items(std::string& out, std::string_view brackets, std::size_t count, const Style& style,
                 std::size_t level, Each each) {
  out += brackets[0];
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += style.spaces ? ", " : ",";
    if (style.lines) new_line(out, level + 1);
    each(i);
  }
  if (style.lines && count > 0) new_line(out, level);
  out += brackets[1];
}

void write_object(std::string& out, const Object& object, const Style& style, std::size_t level) {
  std::vector<const Member*> members;
  for (const Member& member : object) members.push_back(&member);
  if (style.canonical) {
    std::sort(members.begin(), members.end(),
              [](const Member* a, const Member* b) { return a->first < b->first; });
  }
  write_items(out, "{}", members.size(), style, level, [&](std::size_t i) {
    write_text(out, members[i]->first, style);
    out += style.spaces || style.lines ? ": " : ":";
    write(out, members[i]->second, style, level + 1);
  });
}

void write(std::string& out, const Value& value, const Style& style, std::size_t level) {
  if (value.is_null()) {
    out += "null";
  } else if (const bool* flag = value.as_bool()) {
    out += *flag ? "true" : "false";
  } else if (const std::int64_t* integer = value.as_int()) {
    out += std::to_string(*integer);
  } else if (const double* number = value.as_double()) {
    write_number(out, *number, style);
  } else if (const std::string* text = value.as_string()) {
    write_text(out, *text, style);
  } else if (const Array* array = value.as_array()) {
    write_items(out, "[]", array->size(), style, level,
                [&](std::size_t i) { write(out, (*array)[i], style, level + 1); });
  } else if (const Object* object = value.as_object()) {
    write_object(out, *object, style, level);
  }
}

std::string written(const Value& value, const Style& style) {
  std::string out;
  write(out, value, style, 0);
  return out;
}

}  // namespace

std::string dump(const Value& value) { return written(value, {.spaces = true}); }

std::string dump_pretty(const Value& value) { return written(value, {.lines = true}); }

std::string canonical(const Value& value) { return written(value, {.canonical = true}); }

}  // namespace mlops::json
