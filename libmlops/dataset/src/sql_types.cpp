#include "src/sql_types.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

namespace mlops::dataset {
namespace {

struct Spelling {
  std::string_view text;
  std::string_view type;
};

constexpr Spelling spellings[] = {
    {"BOOLEAN", "BOOLEAN"},
    {"BOOL", "BOOLEAN"},
    {"LOGICAL", "BOOLEAN"},
    {"TINYINT", "TINYINT"},
    {"INT1", "TINYINT"},
    {"SMALLINT", "SMALLINT"},
    {"INT2", "SMALLINT"},
    {"SHORT", "SMALLINT"},
    {"INTEGER", "INTEGER"},
    {"INT", "INTEGER"},
    {"INT4", "INTEGER"},
    {"SIGNED", "INTEGER"},
    {"BIGINT", "BIGINT"},
    {"INT8", "BIGINT"},
    {"LONG", "BIGINT"},
    {"UTINYINT", "UTINYINT"},
    {"USMALLINT", "USMALLINT"},
    {"UINTEGER", "UINTEGER"},
    {"UBIGINT", "UBIGINT"},
    {"FLOAT", "FLOAT"},
    {"REAL", "FLOAT"},
    {"FLOAT4", "FLOAT"},
    {"DOUBLE", "DOUBLE"},
    {"FLOAT8", "DOUBLE"},
    {"VARCHAR", "VARCHAR"},
    {"TEXT", "VARCHAR"},
    {"STRING", "VARCHAR"},
    {"CHAR", "VARCHAR"},
    {"DATE", "DATE"},
    {"TIME", "TIME"},
    {"TIMESTAMP", "TIMESTAMP"},
    {"DATETIME", "TIMESTAMP"},
    {"TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"},
    {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH TIME ZONE"},
};

/// Upper case, one space between words, none at brackets and commas.
std::string squeezed(std::string_view text) {
  std::string out;
  bool space = false;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      space = !out.empty();
      continue;
    }
    const bool mark = c == '(' || c == ')' || c == ',';
    if (space && !mark && out.back() != '(' && out.back() != ',') out += ' ';
    space = false;
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

/// "DECIMAL(18,3)" for "NUMERIC", "DECIMAL(18,3)", "DEC(10)".
std::optional<std::string> decimal(std::string_view text) {
  const std::size_t open = text.find('(');
  const std::string_view name = text.substr(0, open);
  if (name != "DECIMAL" && name != "NUMERIC" && name != "DEC") return std::nullopt;
  if (open == std::string_view::npos) return "DECIMAL(18,3)";
  int precision = 0;
  int scale = 0;
  const char* end = text.data() + text.size();
  auto [at, fault] = std::from_chars(text.data() + open + 1, end, precision);
  if (fault == std::errc() && at < end && *at == ',') {
    const auto more = std::from_chars(at + 1, end, scale);
    at = more.ptr;
    fault = more.ec;
  }
  const bool whole = fault == std::errc() && at + 1 == end && *at == ')';
  if (!whole || precision < 1 || precision > 38 || scale < 0 || scale > precision) return std::nullopt;
  return fmt::format("DECIMAL({},{})", precision, scale);
}

template <std::size_t n>
bool is_one_of(std::string_view type, const std::array<std::string_view, n>& types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace

std::string scalar_type(std::string_view text, std::string_view column) {
  const std::string type = squeezed(text);
  for (const Spelling& known : spellings) {
    if (type == known.text) return std::string(known.type);
  }
  if (const auto found = decimal(type)) return *found;
  throw error(Code::usage, "'{}' is no type for the column '{}'", text, column)
      .with_hint(
          "BOOLEAN, INTEGER, BIGINT, DOUBLE, DECIMAL(18,2), VARCHAR, DATE, TIME, TIMESTAMP and TIMESTAMPTZ "
          "are");
}

std::string date_of_name(std::string_view source) {
  // The engine would take '98 for the year 98.
  return fmt::format(
      "CASE WHEN regexp_full_match(trim({0}), '{1}') THEN TRY_STRPTIME(trim({0}), ['%b %d %Y', '%B %d %Y', "
      "'%b %d, %Y', '%B %d, %Y', '%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%B-%Y'])::DATE END",
      source, named_dates);
}

bool is_text(std::string_view type) { return type == "VARCHAR"; }

bool is_integer(std::string_view type) {
  static constexpr std::array<std::string_view, 9> types = {
      "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT", "UTINYINT", "HUGEINT"};
  return is_one_of(type, types);
}

bool is_floating(std::string_view type) { return type == "DOUBLE" || type == "FLOAT"; }

bool is_decimal(std::string_view type) { return type.starts_with("DECIMAL("); }

bool is_nested(std::string_view type) {
  return type.ends_with(']') || type.starts_with("STRUCT(") || type.starts_with("MAP(");
}

}  // namespace mlops::dataset
