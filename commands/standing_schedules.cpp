#include "cli/invocation.hpp"
#include "monitor.hpp"
#include "schedule.hpp"
#include "standing.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/pipeline/work.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>

namespace mlops::commands {
namespace {

using pipeline::Entry;
using pipeline::Outcome;

/// Ticks come each minute; a machine may be slow or start.
constexpr std::int64_t patience_us = std::int64_t{600} * 1'000'000;

/// The first due time that nobody saw to, where that is long ago.
std::optional<Time> overdue(const Scheduled& one, const pipeline::State& state, Time now) {
  if (!state.seen_to || state.paused) return std::nullopt;
  const auto next = one.times.next(*state.seen_to);
  return next && next->us + patience_us < now.us ? next : std::nullopt;
}

bool is_bad(Outcome outcome) {
  return outcome == Outcome::rejected || outcome == Outcome::failed || outcome == Outcome::late ||
         outcome == Outcome::lost;
}

std::string lost_text(const Scheduled& one, const pipeline::State& state, Time now) {
  if (!pipeline::is_given_up(state)) return "the tick was killed; the next one takes it up again";
  const auto next = next_of(one, now);
  return fmt::format("killed {} times, given up{}", state.killed, next ? " until " + next->text() : "");
}

std::optional<Standing> standing_of(const Scheduled& one, Time now) {
  const pipeline::State state = one.state();
  const auto says = [&](std::string_view what, std::optional<Time> since, std::string why) {
    return Standing{"schedule", "schedule/" + one.name(), std::string(what), since, std::move(why)};
  };
  const auto begun = state.open ? std::optional(state.open->time) : std::nullopt;
  if (pipeline::is_at_work(one.journal.work_lock())) return says("running", begun, "a tick is at work");
  if (const std::uint64_t lines = one.journal.damaged(); lines > 0)
    return says(
        "damaged", std::nullopt,
        fmt::format("{0} of .mlops/schedules/{1}.jsonl cannot be read; what {2} said is forgotten: `mlops "
                    "schedule resume {1}`, or `pause`, says anew whether it works",
                    count_of(lines, "line"), one.name(), lines == 1 ? "it" : "they"));
  if (state.open) return says("lost", begun, lost_text(one, state, now));
  if (const auto due = overdue(one, state, now))
    return says("late", due, "it was due, and nobody ticked: `mlops schedule install` has cron do it");
  if (state.last && is_bad(state.last->outcome))
    return says(pipeline::name_of(state.last->outcome), state.last->time, state.last->why);
  if (state.paused) return says("paused", std::nullopt, "`mlops schedule resume` lets it go on");
  if (!state.seen_to)
    return says("off", std::nullopt, "nobody ever ticked: `mlops schedule install` has cron do it");
  return std::nullopt;
}

/// It ended as it should: something was done, nothing was to do, or no `when:` held.
bool is_good(const Entry& entry) {
  return entry.event == Entry::Event::ended && entry.attempt > 0 && !is_bad(entry.outcome);
}

/// Since when there was no good tick: since the last one, or since it was armed; nothing: it never was.
std::optional<Time> good_until(const std::vector<Entry>& entries) {
  std::optional<Time> out;
  for (const Entry& entry : entries) {
    if (is_good(entry) || (entry.event == Entry::Event::armed && !out)) out = entry.time;
  }
  return out;
}

struct Silence {
  std::string what;           ///< "the schedule 'nightly' had no good tick"
  std::optional<Time> since;  ///< Nothing: ever.
};

std::vector<Silence> silences(cli::Invocation& invocation) {
  std::vector<Silence> out;
  for (const manifest::ScheduleSpec& spec : invocation.project().manifest().schedules) {
    const auto entries = scheduled(spec, invocation).journal.entries();
    if (pipeline::state_of(entries).paused) continue;
    out.push_back({fmt::format("the schedule '{}' had no good tick", spec.name), good_until(entries)});
  }
  return out;
}

Silence silence_of_all(project::Project& project) {
  Silence out = {"nothing was done", std::nullopt};
  if (!project.has_store()) return out;
  const auto events = project.store().catalogue().events("", 1);
  if (!events.empty()) out.since = events.front().time;
  return out;
}

}  // namespace

std::vector<Standing> schedules_to_see_to(cli::Invocation& invocation) {
  std::vector<Standing> out;
  for (const manifest::ScheduleSpec& spec : invocation.project().manifest().schedules) {
    if (auto one = standing_of(scheduled(spec, invocation), invocation.clock().now()))
      out.push_back(*std::move(one));
  }
  return out;
}

void require_alive(std::string_view allowed, std::int64_t allowed_us, cli::Invocation& invocation) {
  std::vector<Silence> all = silences(invocation);
  if (invocation.project().manifest().schedules.empty()) all = {silence_of_all(invocation.project())};
  const Time now = invocation.clock().now();
  for (const Silence& one : all) {
    if (one.since && now.us - one.since->us <= allowed_us) continue;
    const std::string since =
        one.since ? fmt::format(" since {}, {} ago", one.since->text(), age_text(now.us - one.since->us))
                  : " ever";
    throw error(Code::negative, "{}{}; {} is allowed", one.what, since, allowed).with_id("status.silent");
  }
}

}  // namespace mlops::commands
