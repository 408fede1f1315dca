#include "src/marked_numbers.hpp"

#include <mlops/dataset/cell.hpp>

#include <algorithm>
#include <array>

namespace mlops::dataset {
namespace {

constexpr std::array<std::string_view, 9> currencies = {"$",   "€",   "£",   "¥",  "EUR",
                                                        "USD", "GBP", "CHF", "JPY"};
/// The last two are blanks that do not break.
constexpr std::array<std::string_view, 6> group_marks = {".", ",", "'", " ", "\u00a0", "\u202f"};

bool take(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

std::size_t take_digits(std::string_view& text) {
  const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count;
}

bool take_sign(std::string_view& text) { return take(text, "-") || take(text, "+"); }

bool take_currency(std::string_view& text) {
  for (const std::string_view currency : currencies) {
    if (!take(text, currency) && !take_end(text, currency)) continue;
    take_end(text, "\u00a0");
    text = trimmed(text);
    return true;
  }
  return false;
}

bool take_percent(std::string_view& text) {
  if (!take_end(text, "%")) return false;
  take_end(text, "\u00a0");
  text = trimmed(text);
  return true;
}

/// A mark and three digits, but no fourth.
bool take_group(std::string_view& text, std::string_view mark) {
  std::string_view rest = text;
  if (!take(rest, mark) || take_digits(rest) != 3) return false;
  text = rest;
  return true;
}

bool take_groups(std::string_view& text) {
  for (const std::string_view mark : group_marks) {
    if (!take_group(text, mark)) continue;
    while (take_group(text, mark)) {
    }
    return true;
  }
  return false;
}

}  // namespace

Mark mark_of(std::string_view value) {
  take_sign(value);
  const bool currency = take_currency(value);
  const bool percent = !currency && take_percent(value);
  take_sign(value);
  const std::size_t digits = take_digits(value);
  const bool groups = digits > 0 && digits <= 3 && take_groups(value);
  const bool fraction = take(value, ".") || take(value, ",");
  if ((fraction ? take_digits(value) : digits) == 0 || !value.empty()) return Mark::no_number;
  return currency ? Mark::currency : percent ? Mark::percent : groups ? Mark::thousands : Mark::plain;
}

std::string_view mark_name(Mark mark) {
  if (mark == Mark::thousands) return "thousands marks";
  if (mark == Mark::currency) return "a currency";
  return mark == Mark::percent ? "a percent sign" : "";
}

}  // namespace mlops::dataset
