#pragma once
/// A rule of POSIX, as TZif has it behind its table: `EST5EDT,M3.2.0,M11.1.0`.

#include <cstdint>
#include <string_view>

namespace mlops::tz {

/// A day of the year and a time of it.
struct YearTime {
  enum class Kind {
    weekday,    ///< The `week`-th `day` (from Sunday, 0) of `month`; the 5th is the last.
    no_leap,    ///< Day 1 to 365: 29 February is never counted.
    from_zero,  ///< Day 0 to 365.
  };
  Kind kind = Kind::weekday;
  int month = 0;
  int week = 0;
  int day = 0;
  std::int64_t time_s = 2 * 3600;  ///< From -167 h to 167 h.

  /// Seconds since 1970 of the clock's own reckoning.
  std::int64_t in(int year) const;
};

struct Rule {
  std::int64_t winter = 0;  ///< Seconds ahead of UTC.
  std::int64_t summer = 0;
  bool has_summer = false;
  YearTime summer_begins = {};  ///< On the clock of the winter.
  YearTime summer_ends = {};    ///< On the clock of the summer.
};

/// Throws Error(corrupt).
Rule read_rule(std::string_view text);

}  // namespace mlops::tz
