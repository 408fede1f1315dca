#include <mlops/base/clock.hpp>

#include <fmt/core.h>

#include <chrono>

namespace mlops {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

/// Reads exactly `count` digits at `text` and drops them; -1 when there are none.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

/// HH:MM[:SS[.ffffff]] in microseconds of the day.
std::optional<std::int64_t> take_time_of_day(std::string_view& text) {
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  std::int64_t us = (hour * 60LL + minute) * 60 * second_us;
  if (!take(text, ':')) return us;
  const int second = take_digits(text, 2);
  if (second < 0 || second > 59) return std::nullopt;
  us += second * second_us;
  if (!take(text, '.')) return us;
  std::int64_t unit = second_us / 10;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9' && digits < 9; ++digits, unit /= 10) {
    us += (text.front() - '0') * unit;
    text.remove_prefix(1);
  }
  return digits == 0 ? std::nullopt : std::optional(us);
}

/// "", "Z", "+HH:MM" or "-HH:MM" in microseconds east of UTC; the whole rest of the text.
std::optional<std::int64_t> take_offset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  const bool east = text.front() == '+';
  if (!east && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59 || !text.empty()) return std::nullopt;
  return (east ? 1 : -1) * (hour * 60LL + minute) * 60 * second_us;
}

}  // namespace

std::string Time::text() const {
  using namespace std::chrono;
  std::int64_t day = us / day_us;
  std::int64_t rest = us % day_us;
  if (rest < 0) {
    rest += day_us;
    --day;
  }
  const year_month_day date{sys_days{days{day}}};
  const std::int64_t seconds = rest / second_us;
  const std::int64_t fraction = rest % second_us;
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", int(date.year()), unsigned(date.month()),
                  unsigned(date.day()), seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction % 1000 != 0) {
    out += fmt::format(".{:06}", fraction);
  } else if (fraction != 0) {
    out += fmt::format(".{:03}", fraction / 1000);
  }
  return out + "Z";
}

std::optional<Time> Time::parse(std::string_view text) {
  using namespace std::chrono;
  const int y = take_digits(text, 4);
  if (y < 0 || !take(text, '-')) return std::nullopt;
  const int m = take_digits(text, 2);
  if (m < 0 || !take(text, '-')) return std::nullopt;
  const int d = take_digits(text, 2);
  const year_month_day date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (d < 0 || !date.ok()) return std::nullopt;
  const std::int64_t start = sys_days{date}.time_since_epoch().count() * day_us;
  if (text.empty()) return Time{start};
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  const auto of_day = take_time_of_day(text);
  if (!of_day) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset) return std::nullopt;
  return Time{start + *of_day - *offset};
}

Time SystemClock::now() const {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace mlops
