#include "schedule_work.hpp"

#include "cli/invocation.hpp"
#include "cli/signals.hpp"
#include "dataset_rows.hpp"
#include "schedule_attempt.hpp"
#include "schedule_when.hpp"

#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace mlops::commands {
namespace {

using Steady = std::chrono::steady_clock;
using pipeline::Due;
using pipeline::Entry;
using pipeline::Outcome;
using Busy = manifest::ScheduleSpec::Busy;

constexpr std::int64_t patience_with_replaced_us = 60'000'000;

class Seeing {
 public:
  Seeing(Scheduled& one, cli::Invocation& invocation, const std::function<void(Ticked)>& done)
      : one_(one), invocation_(invocation), done_(done), state_(one.state()) {}

  void run() {
    const bool nothing = due().empty();
    if (nothing && state_.seen_to) return;
    (void)invocation_.project().store();
    if (nothing) return arm();
    const auto work = take();
    state_ = one_.state();
    if (!work) return skip();
    for (const Due& next : due()) {
      if (!attempt(next)) return;
      state_ = one_.state();
      if (state_.paused || pipeline::waits(one_.spec, state_)) return;
    }
  }

 private:
  std::vector<Due> due() const {
    return pipeline::due_times(one_.spec, one_.times, state_, invocation_.clock().now());
  }

  /// From the first tick on what passes is missed.
  void arm() {
    one_.journal.append(
        {.event = Entry::Event::armed, .time = invocation_.clock().now(), .who = user_of(invocation_)});
  }

  /// Beside what another tick is at work on.
  std::vector<Due> also_due() {
    state_ = pipeline::beside_work(std::move(state_));
    return due();
  }

  /// Nothing: another tick has it and keeps it.
  std::optional<pipeline::Work> take() {
    // who has the lock, and has not said that it began, is about to, or has just ended
    for (const auto end = Steady::now() + std::chrono::seconds(2); Steady::now() < end;) {
      if (auto work = pipeline::Work::take(one_.journal.work_lock())) return work;
      state_ = one_.state();
      // who only looks whether somebody works has the lock for a moment, too
      if (state_.open && pipeline::is_at_work(one_.journal.work_lock())) return take_from_another();
      invocation_.cancel().check();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return std::nullopt;
  }

  std::optional<pipeline::Work> take_from_another() {
    if (one_.spec.busy == Busy::skip || also_due().empty()) return std::nullopt;
    if (one_.spec.busy == Busy::wait) return wait_for(one_.spec.busy_wait_us);
    return pipeline::ask_to_end(one_.journal.work_lock()) ? wait_for(patience_with_replaced_us)
                                                          : std::nullopt;
  }

  std::optional<pipeline::Work> wait_for(std::int64_t us) {
    return pipeline::Work::take(one_.journal.work_lock(), us, &invocation_.cancel());
  }

  /// Of `missed: all` nothing is left out: what that one does not get to is for the next tick.
  void skip() {
    if (one_.spec.missed == manifest::ScheduleSpec::Missed::all) return;
    for (const Due& one : also_due()) {
      Entry ended = entry(Entry::Event::ended, one);
      ended.attempt = 0;
      ended.outcome = Outcome::skipped;
      ended.why = "another tick is at work";
      one_.journal.append(ended);
      done_({.ended = std::move(ended)});
    }
  }

  Entry entry(Entry::Event event, const Due& due) const {
    return {.event = event,
            .time = invocation_.clock().now(),
            .due = due.time,
            .missed = due.missed,
            .attempt = due.attempt,
            .who = user_of(invocation_)};
  }

  /// "Now" is the time that it was due at, where it is made up.
  bool attempt(const Due& due) {
    one_.journal.append(entry(Entry::Event::begun, due));
    std::unique_ptr<Clock> clock;
    if (due.made_up) clock = invocation_.exchange_clock(std::make_unique<FixedClock>(due.time));
    const auto begin = Steady::now();
    json::Object facts;
    const auto ended_as = [&](const Attempted& attempted) {
      Entry ended = entry(Entry::Event::ended, due);
      ended.outcome = attempted.outcome;
      ended.exit_code = exit_code_of(attempted);
      ended.why = attempted.why;
      ended.wall_s = std::chrono::duration<double>(Steady::now() - begin).count();
      ended.facts = facts;
      ended.facts.set("steps", attempted.steps);
      return ended;
    };
    const auto last_words = [&](const Attempted& attempted) { one_.journal.append(ended_as(attempted)); };
    const Attempted attempted = decide_and_work(facts, last_words);
    if (clock) invocation_.exchange_clock(std::move(clock));
    const Entry ended = ended_as(attempted);
    one_.journal.append(ended);
    done_({.ended = ended, .fault = attempted.fault});
    return !invocation_.cancel().is_set();
  }

  static int exit_code_of(const Attempted& attempted) {
    if (!attempted.fault) return 0;
    if (attempted.fault->code() == Code::interrupted) return cli::signal_status();
    return static_cast<int>(attempted.fault->code());
  }

  Attempted decide_and_work(json::Object& facts, const std::function<void(const Attempted&)>& last_words) {
    try {
      Reason reason = reason_of(one_.spec, state_.last_good, invocation_);
      // before the work: what changes meanwhile is seen by the next tick
      if (!one_.spec.when.empty()) {
        facts.set("looked", reason.time.text());
        facts.set("tokens", std::move(reason.tokens));
      }
      if (!reason.holds) return {.outcome = Outcome::skipped, .why = reason.why};
    } catch (const Error& fault) {
      return {.outcome = Outcome::failed, .why = fault.message(), .fault = fault};
    }
    return attempt_targets(one_.spec, invocation_, last_words);
  }

  Scheduled& one_;
  cli::Invocation& invocation_;
  const std::function<void(Ticked)>& done_;
  pipeline::State state_;
};

}  // namespace

void see_to(Scheduled one, cli::Invocation& invocation, const std::function<void(Ticked ticked)>& done) {
  Seeing(one, invocation, done).run();
}

}  // namespace mlops::commands
