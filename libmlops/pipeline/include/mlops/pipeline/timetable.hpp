#pragma once
/// The times of a schedule: cron's five fields on the clock of a zone. Pure.
///
/// Fields are minute, hour, day of the month, month, day of the week (0 and 7 are Sunday), with names of
/// months and days, lists, ranges and steps; a day fits where both day fields do, or, where neither begins
/// with `*`, where either does (crontab(5) of Vixie cron). `hourly`, `daily`, `weekly` and `monthly` are
/// what cron's @words mean.
///
/// Where clocks change, no time is lost and none comes twice, as Vixie cron has it: a time that the clock
/// jumps over comes at the moment of the jump, once however many were jumped over; of a time that it shows
/// twice only the first counts. Schedules of every hour (an hour field that begins with `*`) follow the
/// time that passes instead.

#include <mlops/base/clock.hpp>
#include <mlops/manifest/times.hpp>
#include <mlops/tz/zone.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::pipeline {

class Timetable {
 public:
  /// Throws Error(usage) for an `at` that is none, as manifest::parse_times() says it.
  Timetable(std::string_view at, std::shared_ptr<const tz::Zone> zone);

  /// The first after `after`; nothing: there is none within the next 30 years.
  std::optional<Time> next(Time after) const;

  /// How many there are after `after` until `until`, that one included, and the latest of them.
  struct Passed {
    std::uint64_t count = 0;
    Time last = {};
  };
  Passed passed(Time after, Time until) const;

 private:
  std::optional<Time> next_shown_again(Time after, std::optional<Time> before) const;

  manifest::Times times_;
  std::shared_ptr<const tz::Zone> zone_;
};

}  // namespace mlops::pipeline
