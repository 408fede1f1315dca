#pragma once
/// The changes of a zone's clocks, each with what they are ahead of UTC from then on.

#include <mlops/tz/zone.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::tz {

struct Change {
  std::int64_t at = 0;  ///< Seconds since 1970 of UTC.
  std::int64_t ahead = 0;

  bool operator==(const Change&) const = default;
};

struct Table {
  std::int64_t ahead = 0;  ///< Before the first change.
  std::vector<Change> changes = {};
  std::string rule = {};  ///< Of POSIX, for what comes after the last change; may be empty.
};

/// The bytes of a TZif file. Throws Error(corrupt) without naming it.
Table read_tzif(std::string_view bytes);

/// Adds what the rule says, from the last change on, for 400 years: the calendar repeats itself then. Throws
/// Error(corrupt).
void follow_rule(Table& table);

std::shared_ptr<const Zone> zone_of(std::string name, Table table);

}  // namespace mlops::tz
