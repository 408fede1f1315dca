#include <mlops/pipeline/due.hpp>

#include <algorithm>
#include <set>

#include "src/carried.hpp"

namespace mlops::pipeline {
namespace {

using Event = Entry::Event;

constexpr std::size_t newest_kept = 20;

bool is_good(const Entry& entry) {
  return entry.event == Event::ended && (entry.outcome == Outcome::done || entry.outcome == Outcome::fresh);
}

void see_to(State& state, Time time) { state.seen_to = std::max(state.seen_to.value_or(time), time); }

void begin(State& state, const Entry& entry) {
  const bool again = entry.attempt > 1;
  if (state.open && again && state.open->due == entry.due) ++state.killed;
  if (!again) state.killed = 0;
  // A new due time is what the clock says now, even if it said something later once.
  if (again) see_to(state, entry.due);
  else state.seen_to = entry.due;
  state.open = entry;
  state.to_retry.reset();
}

void end(State& state, const Entry& entry) {
  see_to(state, entry.due);
  state.last = entry;
  if (is_good(entry)) state.last_good = entry;
  if (entry.attempt == 0) return;
  state.killed = entry.outcome == Outcome::lost ? state.killed + 1 : 0;
  state.open.reset();
  state.to_retry = is_retried(entry) ? std::optional(entry) : std::nullopt;
}

void apply(State& state, const Entry& entry) {
  switch (entry.event) {
    case Event::armed:
      return see_to(state, entry.time);
    case Event::begun:
      return begin(state, entry);
    case Event::ended:
      return end(state, entry);
    case Event::paused:
      state.paused = true;
      return;
    case Event::resumed:
      if (state.paused) see_to(state, entry.time);
      state.paused = false;
      return;
  }
}

}  // namespace

State state_of(const std::vector<Entry>& entries) {
  State state;
  for (const Entry& entry : entries) apply(state, entry);
  if (state.open) ++state.killed;
  return state;
}

State beside_work(State state) {
  if (!state.open) return state;
  see_to(state, std::max(state.open->due, state.open->time));
  state.open.reset();
  return state;
}

bool is_retried(const Entry& ended) {
  constexpr int try_again = 75;
  constexpr int signals = 128;
  if (ended.outcome == Outcome::late || ended.outcome == Outcome::lost) return true;
  return ended.outcome == Outcome::failed && (ended.exit_code == try_again || ended.exit_code > signals);
}

std::vector<std::size_t> carried(const std::vector<Entry>& entries) {
  std::set<std::size_t> places;
  const auto keep_last = [&](const auto& wanted) {
    const auto found = std::find_if(entries.rbegin(), entries.rend(), wanted);
    if (found != entries.rend()) places.insert(static_cast<std::size_t>(entries.rend() - found) - 1);
  };
  keep_last([](const Entry& entry) { return entry.event == Event::armed; });
  keep_last([](const Entry& entry) { return entry.event == Event::paused; });
  keep_last([](const Entry& entry) { return entry.event == Event::resumed; });
  keep_last([](const Entry& entry) { return entry.event == Event::begun; });
  keep_last([](const Entry& entry) { return entry.event == Event::ended && entry.attempt > 0; });
  keep_last(is_good);
  for (std::size_t i = entries.size() - std::min(entries.size(), newest_kept); i < entries.size(); ++i)
    places.insert(i);
  return {places.begin(), places.end()};
}

}  // namespace mlops::pipeline
