/// What a tick has to see to, from what the journal says.
#include <gtest/gtest.h>
#include <mlops/pipeline/due.hpp>

#include <string>
#include <vector>

namespace mlops::pipeline {
namespace {

using manifest::ScheduleSpec;
using Event = Entry::Event;
using Missed = ScheduleSpec::Missed;

Time t(std::string_view clock) { return Time::parse("2026-11-21T" + std::string(clock) + "Z").value(); }

/// A journal, line by line; hourly.
class Schedule {
 public:
  ScheduleSpec spec{.name = "x", .at = "hourly", .run = {"data"}};

  Schedule& armed(std::string_view time) { return add({.event = Event::armed, .time = t(time)}); }
  Schedule& paused(std::string_view time) { return add({.event = Event::paused, .time = t(time)}); }
  Schedule& resumed(std::string_view time) { return add({.event = Event::resumed, .time = t(time)}); }
  Schedule& begun(std::string_view due, std::uint64_t attempt = 1) { return begun(due, attempt, due); }
  Schedule& begun(std::string_view due, std::uint64_t attempt, std::string_view time) {
    return add({.event = Event::begun, .time = t(time), .due = t(due), .attempt = attempt});
  }
  Schedule& ended(std::string_view due, std::string_view time, Outcome outcome, std::uint64_t attempt = 1,
                  int exit_code = 0) {
    return add({.event = Event::ended,
                .time = t(time),
                .due = t(due),
                .attempt = attempt,
                .outcome = outcome,
                .exit_code = exit_code});
  }
  /// Begun and well done, at once.
  Schedule& done(std::string_view due) { return begun(due).ended(due, due, Outcome::done); }

  State state() const { return state_of(entries_); }
  /// "09:00 #2 -3": the attempt where it is not the first, and how many were missed; "!": made up.
  std::vector<std::string> due(std::string_view now) const { return due(now, state()); }
  std::vector<std::string> due(std::string_view now, const State& state) const {
    std::vector<std::string> out;
    for (const Due& one : due_times(spec, times(), state, t(now))) {
      out.push_back(one.time.text().substr(11, 5));
      if (one.attempt != 1) out.back() += " #" + std::to_string(one.attempt);
      if (one.missed > 0) out.back() += " -" + std::to_string(one.missed);
      if (one.made_up) out.back() += "!";
    }
    return out;
  }
  std::string next(std::string_view now) const {
    const auto time = next_time(spec, times(), state(), t(now));
    return time ? time->text().substr(11, 8) : "never";
  }

 private:
  Timetable times() const { return Timetable(spec.at, tz::utc()); }
  Schedule& add(Entry entry) {
    entries_.push_back(std::move(entry));
    return *this;
  }
  std::vector<Entry> entries_;
};

using Texts = std::vector<std::string>;

TEST(Due, AFreshScheduleCountsFromAMinuteAgo) {
  EXPECT_EQ(Schedule().due("09:00:30"), (Texts{"09:00"}));
  EXPECT_EQ(Schedule().due("09:00:00"), (Texts{"09:00"}));
  EXPECT_EQ(Schedule().due("09:01:00"), Texts{});
  EXPECT_EQ(Schedule().next("09:01:00"), "10:00:00");
}

TEST(Due, AnArmedScheduleCountsFromThen) {
  Schedule schedule;
  schedule.armed("06:30:00");
  EXPECT_EQ(schedule.due("06:59:59"), Texts{});
  EXPECT_EQ(schedule.due("07:00:00"), (Texts{"07:00"}));
  EXPECT_EQ(schedule.due("09:10:00"), (Texts{"09:00 -2"}));
  schedule.done("09:00:00").armed("09:20:00");
  EXPECT_EQ(schedule.due("09:30:00"), Texts{})
      << "to be armed again takes nothing away and brings nothing back";
}

TEST(Due, WhatWasSeenToIsNotDueAgain) {
  Schedule schedule;
  EXPECT_EQ(schedule.done("09:00:00").due("09:00:30"), Texts{});
  EXPECT_EQ(schedule.due("10:00:00"), (Texts{"10:00"}));
}

TEST(Due, MissedTimesAreMadeUpAsItIsSaid) {
  Schedule schedule;
  schedule.done("05:00:00");
  EXPECT_EQ(schedule.due("09:30:00"), (Texts{"09:00 -3"}));
  schedule.spec.missed = Missed::none;
  EXPECT_EQ(schedule.due("09:30:00"), Texts{});
  EXPECT_EQ(schedule.due("10:05:00"), (Texts{"10:00 -4"})) << "five minutes late is on time";
  EXPECT_EQ(schedule.due("10:05:01"), Texts{});
  schedule.spec.missed = Missed::all;
  EXPECT_EQ(schedule.due("09:30:00"), (Texts{"06:00!", "07:00!", "08:00!", "09:00!"}));
}

TEST(Due, OfAllThatIsMissedNewerTimesWaitForATry) {
  Schedule schedule;
  schedule.done("05:00:00").begun("06:00:00").ended("06:00:00", "09:30:00", Outcome::failed, 1, 75);
  schedule.spec.retry.times = 1;
  EXPECT_FALSE(waits(schedule.spec, schedule.state()));
  schedule.spec.missed = Missed::all;
  EXPECT_TRUE(waits(schedule.spec, schedule.state()));
  EXPECT_EQ(schedule.due("09:30:30"), Texts{});
  EXPECT_EQ(schedule.due("09:31:00"), (Texts{"06:00 #2!", "07:00!", "08:00!", "09:00!"}));
  schedule.spec.retry.times = 0;
  EXPECT_FALSE(waits(schedule.spec, schedule.state()));
}

TEST(Due, BesideWhatIsBegunNewerTimesAreLeft) {
  Schedule schedule;
  schedule.done("08:00:00").begun("09:00:00");
  EXPECT_EQ(schedule.due("10:30:00", beside_work(schedule.state())), (Texts{"10:00"}));
  EXPECT_EQ(schedule.due("09:30:00", beside_work(schedule.state())), Texts{});
  Schedule each;
  each.spec.missed = Missed::all;
  each.done("05:00:00").begun("06:00:00", 1, "09:30:00");
  EXPECT_EQ(each.due("09:59:00", beside_work(each.state())), Texts{}) << "the one at work gets to them";
  EXPECT_EQ(each.due("10:00:00", beside_work(each.state())), (Texts{"10:00!"}));
}

TEST(Due, WhatPassesWhileItIsPausedIsNotMissed) {
  Schedule schedule;
  schedule.done("05:00:00").paused("05:30:00");
  EXPECT_TRUE(schedule.state().paused);
  EXPECT_EQ(schedule.due("09:00:00"), Texts{});
  EXPECT_EQ(schedule.next("09:00:00"), "never");
  schedule.resumed("09:30:00");
  EXPECT_EQ(schedule.due("09:31:00"), Texts{});
  EXPECT_EQ(schedule.due("10:00:00"), (Texts{"10:00"}));
  schedule.done("10:00:00").resumed("12:30:00");
  EXPECT_EQ(schedule.due("12:40:00"), (Texts{"12:00 -1"})) << "who was not paused is not resumed";
}

TEST(Due, WhatWasKilledIsTakenUpAgainThreeTimes) {
  Schedule schedule;
  schedule.begun("09:00:00");
  EXPECT_EQ(schedule.due("09:00:10"), (Texts{"09:00 #2"}));
  EXPECT_EQ(schedule.due("10:30:00"), (Texts{"10:00"}));
  schedule.begun("09:00:00", 2).ended("09:00:00", "09:02:00", Outcome::lost, 2);
  EXPECT_EQ(schedule.due("09:03:00"), (Texts{"09:00 #3"}));
  EXPECT_EQ(schedule.due("10:30:00"), (Texts{"10:00"}));
  schedule.spec.missed = Missed::all;
  EXPECT_EQ(schedule.due("10:30:00"), (Texts{"09:00 #3!", "10:00!"})) << "each for itself";
  schedule.spec.missed = Missed::last;
  schedule.begun("09:00:00", 3);
  EXPECT_EQ(schedule.due("09:04:00"), (Texts{"09:00 #4"}));
  schedule.begun("09:00:00", 4);
  EXPECT_EQ(schedule.state().killed, 4u);
  EXPECT_TRUE(is_given_up(schedule.state()));
  EXPECT_EQ(schedule.due("09:05:00"), Texts{}) << "it kills whoever touches it";
  EXPECT_EQ(schedule.due("10:00:00"), (Texts{"10:00"}));
  schedule.begun("10:00:00");
  EXPECT_EQ(schedule.due("10:00:01"), (Texts{"10:00 #2"}));
}

TEST(Due, WhatMayPassIsTriedAgainLater) {
  Schedule schedule;
  schedule.spec.retry = {.times = 2, .wait_us = 5 * 60'000'000LL, .backoff = 3};
  schedule.begun("09:00:00").ended("09:00:00", "09:10:00", Outcome::failed, 1, 75);
  EXPECT_EQ(schedule.due("09:14:59"), Texts{});
  EXPECT_EQ(schedule.next("09:14:59"), "09:15:00");
  EXPECT_EQ(schedule.due("09:15:00"), (Texts{"09:00 #2"}));
  schedule.begun("09:00:00", 2).ended("09:00:00", "09:20:00", Outcome::late, 2);
  EXPECT_EQ(schedule.due("09:34:59"), Texts{}) << "a wait of 5m, then of 15m";
  EXPECT_EQ(schedule.due("09:35:00"), (Texts{"09:00 #3"}));
  schedule.begun("09:00:00", 3).ended("09:00:00", "09:40:00", Outcome::failed, 3, 75);
  EXPECT_EQ(schedule.due("09:59:00"), Texts{}) << "twice, and no more";
  EXPECT_EQ(schedule.next("09:59:00"), "10:00:00");
}

TEST(Due, ANewerTimeTakesThePlaceOfATry) {
  Schedule schedule;
  schedule.spec.retry = {.times = 2, .wait_us = 60 * 60'000'000LL};
  schedule.begun("09:00:00").ended("09:00:00", "09:10:00", Outcome::failed, 1, 75);
  EXPECT_EQ(schedule.due("10:20:00"), (Texts{"10:00"}));
  schedule.spec.missed = Missed::all;
  EXPECT_EQ(schedule.due("10:05:00"), Texts{}) << "each for itself, in their order";
  EXPECT_EQ(schedule.due("10:20:00"), (Texts{"09:00 #2!", "10:00!"}));
}

TEST(Due, AnAnswerThatIsNoIsFinal) {
  const auto retried = [](Outcome outcome, int exit_code) {
    return is_retried({.event = Event::ended, .outcome = outcome, .exit_code = exit_code});
  };
  EXPECT_TRUE(retried(Outcome::failed, 75));
  EXPECT_TRUE(retried(Outcome::failed, 137));
  EXPECT_TRUE(retried(Outcome::late, 75));
  EXPECT_TRUE(retried(Outcome::lost, 0));
  for (const int code : {1, 2, 3, 4, 5, 6, 70}) EXPECT_FALSE(retried(Outcome::failed, code)) << code;
  for (const Outcome outcome : {Outcome::done, Outcome::fresh, Outcome::skipped, Outcome::rejected})
    EXPECT_FALSE(retried(outcome, 75)) << name_of(outcome);
}

TEST(Due, ATickThatFoundAnotherAtWorkEndsNothing) {
  Schedule schedule;
  schedule.begun("09:00:00").ended("10:00:00", "10:00:01", Outcome::skipped, 0);
  EXPECT_TRUE(schedule.state().open.has_value());
  EXPECT_EQ(schedule.state().seen_to, t("10:00:00"));
  schedule.ended("09:00:00", "10:30:00", Outcome::done);
  EXPECT_FALSE(schedule.state().open.has_value());
  EXPECT_EQ(schedule.due("10:31:00"), Texts{});
}

TEST(Due, AClockThatWasWrongIsForgiven) {
  Schedule schedule;
  schedule.done("09:00:00");
  schedule.spec.at = "0 * * * *";
  State state = schedule.state();
  state.seen_to = Time{t("09:00:00").us + 400LL * 86'400 * 1'000'000};
  const Timetable times("hourly", tz::utc());
  EXPECT_EQ(due_times(schedule.spec, times, state, t("10:00:10")).size(), 1u);
  state.seen_to = t("10:30:00");
  EXPECT_TRUE(due_times(schedule.spec, times, state, t("10:00:10")).empty()) << "an hour is put back";
  Schedule back;
  EXPECT_EQ(back.done("20:00:00").done("09:00:00").state().seen_to, t("09:00:00"));
}

TEST(State, RemembersTheNewestOfEach) {
  Schedule schedule;
  schedule.done("08:00:00").begun("09:00:00").ended("09:00:00", "09:00:10", Outcome::rejected, 1, 3);
  const State state = schedule.state();
  EXPECT_EQ(state.last->outcome, Outcome::rejected);
  EXPECT_EQ(state.last_good->due, t("08:00:00"));
  EXPECT_FALSE(state.open || state.to_retry || state.paused);
  EXPECT_FALSE(state_of({}).seen_to.has_value());
}

}  // namespace
}  // namespace mlops::pipeline
