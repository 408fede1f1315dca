#pragma once
/// `at:` of a schedule: cron's five fields (crontab(5) of Vixie cron) or a word. Pure; says nothing about
/// clocks and zones.

#include <bitset>
#include <string>
#include <string_view>
#include <variant>

namespace mlops::manifest {

/// Minutes, hours and days that fit; each by its own number.
struct Times {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;
  std::bitset<13> months;
  std::bitset<7> weekdays;  ///< From Sunday, 0.
  bool either_day = false;  ///< A day fits where one of its two fields does: neither begins with `*`.
  bool every_hour = false;  ///< The field of the hour begins with `*`.

  bool operator==(const Times&) const = default;
};

struct TimesFault {
  std::string message;
  std::string hint;

  bool operator==(const TimesFault&) const = default;
};

/// Also a fault: days that no month has (`30 2 31 2 *`).
std::variant<Times, TimesFault> parse_times(std::string_view at);

}  // namespace mlops::manifest
