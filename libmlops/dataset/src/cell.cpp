#include <mlops/dataset/cell.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace mlops::dataset {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t from) {
  std::size_t i = from;
  while (i < text.size() && is_digit(text[i])) ++i;
  return i - from;
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() && std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return static_cast<char>(std::tolower(static_cast<unsigned char>(x))) == y;
         });
}

/// Digits whose meaning a number would lose: 007, or +54 9 11... as one long run after a plus.
bool is_code(std::string_view digits, bool plus) {
  return (digits.size() > 1 && digits[0] == '0') || (plus && digits.size() > 6);
}

CellTypes numeric(std::string_view text, char decimal) {
  const bool plus = text.front() == '+';
  const bool sign = plus || text.front() == '-';
  const std::string_view body = text.substr(sign ? 1 : 0);
  const std::size_t whole = digits_at(body, 0);
  if (whole == body.size()) {
    if (whole == 0 || is_code(body, plus)) return 0;
    std::int64_t value = 0;
    const char* first = text.data() + (plus ? 1 : 0);
    const auto [end, fault] = std::from_chars(first, text.data() + text.size(), value);
    if (fault != std::errc()) return 0;
    constexpr std::int64_t exact = 9'007'199'254'740'992;  // 2^53
    const bool rounded = value > exact || value < -exact;
    return bit(CellType::integer) | (rounded ? 0 : bit(CellType::number));
  }
  if (equals_ignoring_case(body, "inf") || equals_ignoring_case(body, "infinity"))
    return bit(CellType::number);
  if (whole > 1 && body[0] == '0') return 0;
  std::size_t at = whole;
  std::size_t fraction = 0;
  if (at < body.size() && body[at] == decimal) {
    fraction = digits_at(body, at + 1);
    at += 1 + fraction;
  }
  if (whole + fraction == 0) return 0;
  if (at < body.size() && (body[at] == 'e' || body[at] == 'E')) {
    ++at;
    if (at < body.size() && (body[at] == '+' || body[at] == '-')) ++at;
    const std::size_t exponent = digits_at(body, at);
    if (exponent == 0 || exponent > 3) return 0;
    at += exponent;
  }
  return at == body.size() ? bit(CellType::number) : 0;
}

int number_at(std::string_view text, std::size_t from, std::size_t count) {
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value * 10 + (text[i] - '0');
  return value;
}

bool is_month_day(int month, int day) {
  static constexpr int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

bool is_day(int year, int month, int day) {
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return is_month_day(month, day) && (leap || month != 2 || day != 29);
}

/// Of an English name, whole or its first three letters, in any case; 0 for none.
int month_number(std::string_view name) {
  static constexpr std::string_view months[] = {"january",   "february", "march",    "april",
                                                "may",       "june",     "july",     "august",
                                                "september", "october",  "november", "december"};
  for (int i = 0; i < 12; ++i) {
    if (equals_ignoring_case(name, months[i]) || equals_ignoring_case(name, months[i].substr(0, 3)))
      return i + 1;
  }
  return 0;
}

/// Length of a year-first date at the front of `text`, 0 for none.
std::size_t iso_date(std::string_view text) {
  if (digits_at(text, 0) != 4 || text.size() < 8) return 0;
  const char separator = text[4];
  if (separator != '-' && separator != '/') return 0;
  const std::size_t month = digits_at(text, 5);
  if (month < 1 || month > 2) return 0;
  const std::size_t after = 5 + month;
  if (after >= text.size() || text[after] != separator) return 0;
  const std::size_t day = digits_at(text, after + 1);
  if (day < 1 || day > 2) return 0;
  const int year = number_at(text, 0, 4);
  return is_day(year, number_at(text, 5, month), number_at(text, after + 1, day)) ? after + 1 + day : 0;
}

/// HH:MM[:SS[.ffffff]] at the front of `text`; its length, 0 for none.
std::size_t time_of_day(std::string_view text) {
  const auto pair_at = [text](std::size_t from, int most) {
    return digits_at(text, from) == 2 && number_at(text, from, 2) <= most;
  };
  if (text.size() < 5 || !pair_at(0, 23) || text[2] != ':' || !pair_at(3, 59)) return 0;
  if (text.size() == 5 || text[5] != ':') return 5;
  if (!pair_at(6, 59)) return 0;
  if (text.size() == 8 || text[8] != '.') return 8;
  const std::size_t fraction = digits_at(text, 9);
  return fraction == 0 || fraction > 6 ? 0 : 9 + fraction;  // a timestamp keeps six digits of a second
}

bool is_offset(std::string_view text) {
  if (text == "Z" || text == "z") return true;
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  if (text == "UTC" || text == "+00") return true;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return false;
  text.remove_prefix(1);
  if (digits_at(text, 0) == 2 && text.size() == 2) return true;
  return text.size() == 5 && digits_at(text, 0) == 2 && text[2] == ':' && digits_at(text, 3) == 2;
}

CellTypes temporal(std::string_view text, const std::string& date_format) {
  if (time_of_day(text) == text.size()) return bit(CellType::time);
  const bool iso_dates = date_format.empty();
  if (const auto date = day_month_date(text); date && !iso_dates) {
    const bool fits =
        date->separator == date_format[2] && (date_format[1] == 'd' ? date->day_first : date->month_first);
    return fits ? bit(CellType::date) : 0;
  }
  const CellTypes timestamps = bit(CellType::timestamp) | bit(CellType::timestamp_tz);
  const std::size_t date = iso_date(text);
  if (date == 0) return 0;
  if (date == text.size()) return iso_dates ? timestamps | bit(CellType::date) : timestamps;
  if (text[date] != 'T' && text[date] != ' ') return 0;
  const std::string_view rest = text.substr(date + 1);
  const std::size_t time = time_of_day(rest);
  if (time == 0) return 0;
  if (time == rest.size()) return timestamps;
  // The engine wants seconds in front of an offset.
  return time >= 8 && is_offset(rest.substr(time)) ? bit(CellType::timestamp_tz) : 0;
}

}  // namespace

std::string_view sql_type(CellType type) {
  switch (type) {
    case CellType::boolean:
      return "BOOLEAN";
    case CellType::integer:
      return "BIGINT";
    case CellType::number:
      return "DOUBLE";
    case CellType::date:
      return "DATE";
    case CellType::timestamp:
      return "TIMESTAMP";
    case CellType::timestamp_tz:
      return "TIMESTAMP WITH TIME ZONE";
    case CellType::time:
      return "TIME";
    case CellType::text:
      return "VARCHAR";
  }
  return "VARCHAR";
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

CellTypes fitting(std::string_view text, const Notation& notation) {
  const std::string_view value = trimmed(text);
  if (value.empty()) return bit(CellType::text);
  CellTypes types = bit(CellType::text);
  if (equals_ignoring_case(value, "true") || equals_ignoring_case(value, "false"))
    types |= bit(CellType::boolean);
  types |= numeric(value, notation.decimal);
  if (is_digit(value.front())) types |= temporal(value, notation.date_format);
  if (is_named_date(value)) types |= bit(CellType::date);
  return types;
}

bool is_named_date(std::string_view text) {
  if (text.size() < 10 || text.size() > 18 || digits_at(text, text.size() - 4) != 4) return false;
  const int year = number_at(text, text.size() - 4, 4);
  const char separator = text[text.size() - 5];
  text.remove_suffix(5);
  std::string_view month = text, day = text;
  if (is_digit(text.front())) {  // 12 Jun, 12-Jun
    const std::size_t end = text.find(separator);
    if (end == std::string_view::npos || (separator != ' ' && separator != '-')) return false;
    day = text.substr(0, end);
    month = text.substr(end + 1);
  } else {  // Jun 12, Jun 12,
    const std::size_t end = text.find(' ');
    if (end == std::string_view::npos || separator != ' ') return false;
    month = text.substr(0, end);
    day = text.substr(end + 1);
    if (day.ends_with(',')) day.remove_suffix(1);
  }
  const int number = month_number(month);
  if (number == 0 || day.empty() || day.size() > 2 || digits_at(day, 0) != day.size()) return false;
  return is_day(year, number, number_at(day, 0, day.size()));
}

std::optional<DayMonth> day_month_date(std::string_view text) {
  const std::size_t first = digits_at(text, 0);
  if (first < 1 || first > 2 || first >= text.size()) return std::nullopt;
  const char separator = text[first];
  if (separator != '/' && separator != '.' && separator != '-') return std::nullopt;
  const std::size_t second = digits_at(text, first + 1);
  const std::size_t year = first + 2 + second;
  if (second < 1 || second > 2 || year > text.size() || text[year - 1] != separator) return std::nullopt;
  if (digits_at(text, year) != 4 || year + 4 != text.size()) return std::nullopt;
  const int a = number_at(text, 0, first);
  const int b = number_at(text, first + 1, second);
  DayMonth date{.separator = separator, .day_first = is_month_day(b, a), .month_first = is_month_day(a, b)};
  if (!date.day_first && !date.month_first) return std::nullopt;
  return date;
}

const std::vector<std::string>& customary_nulls() {
  static const std::vector<std::string> nulls = {"?",    "NA",     "N/A",  "n/a",  "na",   "NaN",
                                                 "nan",  "NAN",    "null", "NULL", "Null", "None",
                                                 "#N/A", "#NULL!", "\\N",  "-",    "--",   "."};
  return nulls;
}

bool is_customary_null(std::string_view text) {
  const auto& nulls = customary_nulls();
  return text.size() <= 6 && std::find(nulls.begin(), nulls.end(), text) != nulls.end();
}

}  // namespace mlops::dataset
