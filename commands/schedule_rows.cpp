#include "row_values.hpp"
#include "schedule.hpp"

#include <mlops/pipeline/work.hpp>

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

}  // namespace

std::optional<Time> next_of(const Scheduled& one, Time now) {
  const bool working = pipeline::is_at_work(one.journal.work_lock());
  const pipeline::State state = working ? pipeline::beside_work(one.state()) : one.state();
  return pipeline::next_time(one.spec, one.times, state, now);
}

ui::Row schedule_row(const Scheduled& one, Time now) {
  const pipeline::State state = one.state();
  const bool working = pipeline::is_at_work(one.journal.work_lock());
  const auto& last = state.last;
  const auto next = next_of(one, now);
  return {{"name", one.name()},
          {"at", one.spec.at},
          {"tz", pipeline::zone_of(one.spec)},
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
          {"local", pipeline::local_text(one.spec, due)},
          {"tz", pipeline::zone_of(one.spec)}};
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
