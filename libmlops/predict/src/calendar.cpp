#include "src/calendar.hpp"

#include "src/characters.hpp"

namespace mlops::predict {
namespace {

/// Takes between `least` and `most` digits from the front.
std::optional<int> digits(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t n = 0;
  int value = 0;
  for (; n < text.size() && n < most && is_digit(text[n]); ++n) value = value * 10 + (text[n] - '0');
  if (n < least) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = digits(text, 4, 4);
  const char separator = text.starts_with('/') ? '/' : '-';
  if (!year || !take(text, separator)) return std::nullopt;
  const auto month = digits(text, 1, 2);
  if (!month || !take(text, separator)) return std::nullopt;
  const auto day = digits(text, 1, 2);
  if (!day || *month < 1 || *month > 12) return std::nullopt;
  const Day wanted{*year, *month, *day};
  const std::int64_t days = days_of(wanted);
  return day_of(days) == wanted ? std::optional(days) : std::nullopt;
}

/// The digits behind a point as microseconds; further digits are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  std::int64_t value = 0;
  std::size_t n = 0;
  for (; n < text.size() && is_digit(text[n]); ++n) {
    if (n < 6) value = value * 10 + (text[n] - '0');
  }
  if (n == 0) return std::nullopt;
  text.remove_prefix(n);
  for (; n < 6; ++n) value *= 10;
  return value;
}

std::optional<std::int64_t> take_time(std::string_view& text) {
  const auto hour = digits(text, 2, 2);
  if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
  const auto minute = digits(text, 2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  std::int64_t micros = (*hour * 60 + *minute) * std::int64_t{60'000'000};
  if (!take(text, ':')) return micros;
  const auto second = digits(text, 2, 2);
  if (!second || *second > 59) return std::nullopt;
  micros += *second * std::int64_t{1'000'000};
  if (!take(text, '.')) return micros;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  return micros + *fraction;
}

/// "Z", "UTC", "+02", "+02:00", "-0330": what to subtract, in microseconds. Nothing at all is no offset.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  text = trimmed(text);
  if (text.empty()) return 0;
  if (text == "Z" || text == "z" || text == "UTC") {
    text = {};
    return 0;
  }
  const bool minus = text.starts_with('-');
  if (!take(text, minus ? '-' : '+')) return std::nullopt;
  const auto hours = digits(text, 2, 2);
  take(text, ':');
  const auto minutes = text.empty() ? std::optional(0) : digits(text, 2, 2);
  if (!hours || !minutes || *hours > 15 || *minutes > 59) return std::nullopt;
  const std::int64_t micros = (*hours * 60 + *minutes) * std::int64_t{60'000'000};
  return minus ? -micros : micros;
}

}  // namespace

Day day_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto doe = static_cast<unsigned>(days - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const int month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2 ? 1 : 0), month,
          static_cast<int>(doy - (153 * mp + 2) / 5 + 1)};
}

std::int64_t days_of(const Day& day) {
  const std::int64_t year = day.year - (day.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto yoe = static_cast<unsigned>(year - era * 400);
  const auto mp = static_cast<unsigned>(day.month > 2 ? day.month - 3 : day.month + 9);
  const unsigned doy = (153 * mp + 2) / 5 + static_cast<unsigned>(day.day) - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

int weekday_of(std::int64_t days) {
  const std::int64_t from_thursday = ((days % 7) + 7) % 7;  // 1970-01-01 was one
  return static_cast<int>((from_thursday + 3) % 7 + 1);
}

std::optional<std::int64_t> read_date(std::string_view text) {
  text = trimmed(text);
  const auto days = take_date(text);
  return text.empty() ? days : std::nullopt;
}

std::optional<std::int64_t> read_timestamp(std::string_view text) {
  text = trimmed(text);
  const auto days = take_date(text);
  if (!days) return std::nullopt;
  const std::int64_t midnight = *days * 86'400'000'000;
  if (text.empty()) return midnight;
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto time = take_time(text);
  const auto offset = time ? take_offset(text) : std::nullopt;
  if (!offset || !text.empty()) return std::nullopt;
  return midnight + *time - *offset;
}

std::optional<std::int64_t> read_time(std::string_view text) {
  text = trimmed(text);
  const auto time = take_time(text);
  return text.empty() ? time : std::nullopt;
}

}  // namespace mlops::predict
