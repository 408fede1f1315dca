#pragma once
/// What both reports say of watches, in words and numbers.

#include <mlops/monitor/watch.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

enum class Standing { fails, warns, holds, unanswered, unasserted, unknown };

Standing standing_of(const Watch& watch);
/// "fail", "warn", "pass", "skip"
std::string_view verdict_word(const WatchResult& result);
/// "2 assertions fail, 1 warns, 3 hold"
std::string headline(const Watch& watch);

/// How long an assertion of the newest watch has failed without a break, looking back.
struct Streak {
  std::size_t windows = 0;  ///< 0: it does not fail.
  Time since = {};          ///< Where the first of them begins.
};
Streak streak_of(std::span<const Watch> watches, const WatchResult& result);

/// Failures first, then warnings, then what was skipped, then what holds; each in the order of the file.
std::vector<const WatchResult*> by_urgency(const Watch& watch);
/// The most shifted first; where nothing can be said of the shift behind these, and what moves on by nature
/// last.
std::vector<const WatchedColumn*> by_shift(const Watch& watch);

/// "moves on" of a date or time stamp; else by psi, "large" over 0.2, "some" over 0.1, "few rows" where
/// these are what chance alone may do, or empty.
std::string_view shift_word(const WatchedColumn& column);
/// "3 further columns shifted less", of columns that are not shown.
std::string further_text(std::span<const WatchedColumn* const> columns);

/// "2001-06-29", "2001-06-29 18:00"
std::string time_text(Time time);
/// "2001-06-29 (UTC)", "2001-06-29 06:00 to 12:00 UTC"
std::string window_text(const Window& window);

/// Four digits: "0.3142", "12,340", "1.2e+09"; "-" for what is not a number.
std::string number_text(double number);
/// Of psi and its like, three decimals: "0.315".
std::string distance_text(double distance);
/// Of a column of that SQL type: times as such.
std::string value_text(double value, std::string_view type);
/// "12.3 %"
std::string share_text(double share);
std::string share_text(std::uint64_t part, std::uint64_t rows);

/// What falls into a bin: "112 to 250", "under 112", "ORD", "other values", "null".
std::string bin_text(const WatchedColumn& column, std::size_t bin);

/// At most `most` characters of UTF-8, "…" for the rest.
std::string shortened(std::string_view text, std::size_t most);

/// A metric that was measured, or promised: {"value", "low", "high"}, or a number alone.
struct Measured {
  double value;
  double low;
  double high;  ///< NaN as `low`: no interval.
};
Measured measured(const json::Value& value);

}  // namespace mlops::monitor
