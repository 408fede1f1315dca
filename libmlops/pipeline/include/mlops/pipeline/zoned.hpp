#pragma once
/// A schedule's times on the clock of its zone.

#include <mlops/base/clock.hpp>
#include <mlops/manifest/scheduling.hpp>
#include <mlops/pipeline/timetable.hpp>

#include <string>

namespace mlops::pipeline {

/// Throws as tz::find_zone() does.
Timetable timetable_of(const manifest::ScheduleSpec& spec);

/// "UTC", where none is given.
std::string zone_of(const manifest::ScheduleSpec& spec);

/// As the clock there shows it, with its offset: "2026-11-21T03:17:00-03:00". Throws as tz::find_zone() does.
std::string local_text(const manifest::ScheduleSpec& spec, Time time);

}  // namespace mlops::pipeline
