#include <mlops/pipeline/zoned.hpp>
#include <mlops/tz/zone.hpp>

#include <fmt/core.h>

#include <cstdlib>

namespace mlops::pipeline {

Timetable timetable_of(const manifest::ScheduleSpec& spec) { return {spec.at, tz::find_zone(zone_of(spec))}; }

std::string zone_of(const manifest::ScheduleSpec& spec) { return spec.tz.empty() ? "UTC" : spec.tz; }

std::string local_text(const manifest::ScheduleSpec& spec, Time time) {
  constexpr std::int64_t second_us = 1'000'000;
  const std::int64_t wall_s = tz::find_zone(zone_of(spec))->wall(time).s;
  const std::int64_t offset_s = wall_s - time.us / second_us;
  std::string text = Time{wall_s * second_us}.text();
  text.pop_back();
  const std::int64_t minutes = std::abs(offset_s) / 60;
  return fmt::format("{}{}{:02}:{:02}", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace mlops::pipeline
