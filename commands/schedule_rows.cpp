#include "row_values.hpp"
#include "schedule.hpp"

#include <mlops/pipeline/work.hpp>

#include <fmt/core.h>

#include <cstdlib>

namespace mlops::commands {
namespace {

json::Value time_or_null(const std::optional<Time>& time) {
  return time ? json::Value(time->text()) : json::Value();
}

std::string_view doing(const pipeline::State& state, bool working) {
  if (working) return "running";
  if (state.open) return "lost";
  return state.paused ? "paused" : "idle";
}

/// "2026-11-21T03:17:00-03:00"
std::string local_text(const tz::Zone& zone, Time time) {
  constexpr std::int64_t second_us = 1'000'000;
  const std::int64_t wall_s = zone.wall(time).s;
  const std::int64_t offset_s = wall_s - time.us / second_us;
  std::string text = Time{wall_s * second_us}.text();
  text.pop_back();
  const std::int64_t minutes = std::abs(offset_s) / 60;
  return fmt::format("{}{}{:02}:{:02}", text, offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

ui::Row schedule_row(const Scheduled& one, Time now) {
  const pipeline::State state = one.state();
  const bool working = pipeline::is_at_work(one.journal.work_lock());
  const auto& last = state.last;
  const auto next = pipeline::next_time(one.spec, one.times, state, now);
  return {{"name", one.name()},
          {"at", one.spec.at},
          {"tz", one.zone->name()},
          {"run", texts_json(one.spec.run), ui::Show::hidden},
          {"state", doing(state, working)},
          {"outcome", last ? json::Value(pipeline::name_of(last->outcome)) : json::Value()},
          {"time", last ? json::Value(last->time.text()) : json::Value()},
          {"why", last ? or_null(last->why) : json::Value()},
          {"next", time_or_null(next)}};
}

ui::Row time_row(const Scheduled& one, Time due) {
  return {{"schedule", one.name()},
          {"time", due.text()},
          {"local", local_text(*one.zone, due)},
          {"tz", one.zone->name()}};
}

ui::Row tick_row(const std::string& schedule, const pipeline::Entry& ended) {
  const json::Value* steps = ended.facts.find("steps");
  return {{"schedule", schedule},
          {"due", ended.due.text()},
          {"outcome", pipeline::name_of(ended.outcome)},
          {"attempt", ended.attempt},
          {"missed", ended.missed},
          {"why", or_null(ended.why)},
          {"seconds", ended.wall_s, ui::Show::hidden},
          {"steps", steps == nullptr ? json::Value(json::Array()) : *steps, ui::Show::hidden}};
}

}  // namespace mlops::commands
