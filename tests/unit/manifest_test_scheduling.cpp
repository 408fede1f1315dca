/// `schedule:`, and the times of `at:`.
#include <mlops/manifest/assertions.hpp>
#include <mlops/manifest/times.hpp>

#include "manifest_test_faults.hpp"

namespace mlops::manifest {
namespace {

using Missed = ScheduleSpec::Missed;
using Busy = ScheduleSpec::Busy;

constexpr std::int64_t one_minute = std::int64_t{60} * 1'000'000;

const std::string project =
    "mlops: 1\nsources: {flights: {from: f.csv, label: late}}\ndata: {departures: {sql: SELECT 1}}\n"
    "models: {base: {train: prior}}\nrelease: {delay: {among: base}, taxi: {among: base}}\n"
    "monitor: {delay: {every: 1d}}\nschedule:\n  nightly: ";

std::string scheduled(const std::string& keys) { return project + "{" + keys + "}\n"; }

/// With `at:` and `run:` in front.
std::string nightly_with(const std::string& keys) { return scheduled("at: daily, run: data, " + keys); }

ScheduleSpec schedule_in(const std::string& text) { return parse(text, "f").schedules.at(0); }

TEST(Schedules, AreReadWithTheirDefaults) {
  const ScheduleSpec plain = schedule_in(scheduled("at: 17 3 * * *, run: release/delay"));
  EXPECT_EQ(plain, (ScheduleSpec{.name = "nightly", .at = "17 3 * * *", .run = {"release/delay"}}));
  EXPECT_EQ(plain.places.at("at").line, 8U);
  EXPECT_EQ(plain.places.at("at").column, 17U);
  const Manifest all = parse(scheduled("at: hourly, run: data"), "f");
  EXPECT_NE(all.find_schedule("nightly"), nullptr);
  EXPECT_EQ(all.find_schedule("daily"), nullptr);
}

TEST(Schedules, EveryKeyIsKept) {
  const ScheduleSpec all = schedule_in(
      project +
      "\n    at: '*/5 8-18 * * mon-fri'\n    tz: America/Argentina/Buenos_Aires\n    run: [departures, "
      "release/delay, "
      "monitor/delay]\n    when:\n      - changed(flights)\n      - older(delay, 14d) and not alert(delay)\n"
      "    missed: all\n    busy: wait 10m\n    deadline: 2h\n    retry: {times: 2, wait: 5m, backoff: 1.5}\n"
      "    then: promote\n    doc: retrains\n");
  EXPECT_EQ(all, (ScheduleSpec{.name = "nightly",
                               .at = "*/5 8-18 * * mon-fri",
                               .tz = "America/Argentina/Buenos_Aires",
                               .run = {"departures", "release/delay", "monitor/delay"},
                               .when = {{.text = "changed(flights)"},
                                        {.text = "older(delay, 14d) and not alert(delay)"}},
                               .missed = Missed::all,
                               .busy = Busy::wait,
                               .busy_wait_us = 10 * one_minute,
                               .deadline_us = 120 * one_minute,
                               .retry = {.times = 2, .wait_us = 5 * one_minute, .backoff = 1.5},
                               .then = "promote",
                               .doc = "retrains"}));
  EXPECT_EQ(schedule_in(nightly_with("missed: none, busy: replace")).missed, Missed::none);
  EXPECT_EQ(schedule_in(nightly_with("missed: none, busy: replace")).busy, Busy::replace);
}

TEST(Schedules, FaultsAreShownWhereTheyStand) {
  expect_faults({
      {scheduled("run: data"), "f:8:3: schedule 'nightly' has no 'at'",
       "{at: 17 3 * * *, run: release/delay}"},
      {scheduled("at: daily"), "f:8:3: schedule 'nightly' has no 'run'", ""},
      {nightly_with("misssed: all"), "f:8:35: unknown key 'misssed'", "`missed`"},
      {nightly_with("missed: some"), "f:8:43: 'missed' cannot be 'some'", "`none`, `last` or `all`"},
      {nightly_with("busy: wait"), "f:8:41: 'busy' is 'wait', `skip`, `wait 10m` or `replace` is wanted", ""},
      {nightly_with("busy: wait 10"),
       "f:8:41: 'busy' is 'wait 10', `skip`, `wait 10m` or `replace` is wanted", ""},
      {nightly_with("deadline: 2"), "f:8:45: 'deadline' is '2', a time such as `48h` is wanted", "s, m, h"},
      {nightly_with("retry: 2"), "f:8:42: 'retry' takes a map", "`retry: {times: 2, wait: 5m, backoff: 2}`"},
      {nightly_with("retry: {times: 101}"),
       "f:8:50: 'times' is '101', a whole number from 0 to 100 is wanted", ""},
      {nightly_with("retry: {backoff: 0.5}"), "f:8:52: 'backoff' is '0.5', a number from 1 to 100 is wanted",
       ""},
      {nightly_with("then: publish"), "f:8:41: 'then' cannot be 'publish'",
       "`nothing`, `stage` or `promote`"},
      {scheduled("at: daily, run: []"), "f:8:29: 'run' names nothing", "run: release/delay"},
  });
}

TEST(Schedules, TargetsAreThoseOfTheFile) {
  for (const char* target :
       {"flights", "sources/flights", "departures", "data/departures", "data", "sources", "release",
        "monitor", "release/delay", "monitor/delay", "taxi", "delay", "[departures, release]"})
    EXPECT_NO_THROW(schedule_in(scheduled("at: daily, run: " + std::string(target)))) << target;
  const auto fault = [](const std::string& target, const std::string& message, const std::string& hint) {
    return Bad{scheduled("at: daily, run: " + target), "f:8:29: " + message, hint};
  };
  expect_faults({
      fault("departurs", "nothing called 'departurs' can be run", "did you mean `data/departures`?"),
      fault("release/dlay", "nothing called 'release/dlay' can be run", "`release/delay`"),
      fault("release/delays", "nothing called 'release/delays' can be run", "`release/delay`"),
      fault("base", "nothing called 'base' can be run", "it is one of `sources/flights`"),
  });
  const std::string two =
      "mlops: 1\nsources: {a: {from: b, label: c}, m: {from: b}}\nmodels: {b: {train: prior}}\n"
      "release: {a: {among: b}}\nmonitor: {w: {every: 1d}}\nschedule: {x: {at: daily, run: ";
  expect_faults(
      {{two + "a}}\n", "f:6:32: 'a' is `sources/a` or `release/a`", "write the section in front of it"},
       {two + "w}}\n", "f:6:32: nothing called 'w' can be run", "`monitor/w`"}});
  expect_faults({{"mlops: 1\nschedule: {x: {at: daily, run: data}}\n",
                  "f:2:32: 'data' stands for all of `data:`, which is empty", ""}});
}

TEST(Schedules, ThenIsOfARelease) {
  for (const char* target : {"release/delay", "release", "[flights, taxi]"})
    EXPECT_EQ(schedule_in(scheduled("at: daily, run: " + std::string(target) + ", then: stage")).then,
              "stage");
  EXPECT_EQ(schedule_in(nightly_with("then: nothing")).then, "nothing");
  expect_faults({{nightly_with("then: promote"), "f:8:41: 'then: promote' is of a release, 'run' names none",
                  "release/delay"}});
}

TEST(Schedules, TriggersAreOfThingsOfTheFile) {
  const auto when = [](const std::string& item) { return nightly_with("when: ['" + item + "']"); };
  for (const char* good :
       {"changed(flights)", "changed(data.departures)", "older(taxi, 14d)", "older(release.delay, 1w)",
        "alert(delay)", "not changed(flights) or alert(monitor.delay)"})
    EXPECT_NO_THROW(schedule_in(when(good))) << good;
  const auto fault = [&](const std::string& item, std::size_t column, const std::string& message,
                         const std::string& hint) {
    return Bad{when(item), "f:8:" + std::to_string(43 + column) + ": " + message, hint};
  };
  expect_faults({
      fault("changed(fligts)", 8, "there is nothing called 'fligts'", "`flights`"),
      fault("changed(base)", 8, "there is nothing called 'base'", ""),
      fault("changed(flights, 2)", 17, "'changed' takes 1 argument", "changed(table)"),
      fault("changed()", 0, "'changed' wants an argument", "changed(table)"),
      fault("changed", 0, "'changed' is a function", "changed(table)"),
      fault("changed(*)", 8, "'*' cannot stand in 'changed'", "name the column"),
      fault("changed(3)", 8, "'changed' takes a table of the file here, not '3'", "changed(table)"),
      fault("changed(last)", 8, "there is no 'last' here", "tables, releases and monitors"),
      fault("older(dely, 14d)", 6, "there is no release 'dely'", "`delay`"),
      fault("older(delay)", 0, "'older' wants more arguments", "older(release, age)"),
      fault("older(delay, 14)", 13, "'older' takes a time such as 14d here, not '14'", "older(release, age)"),
      fault("older(delay, 14MB)", 13, "'older' takes a time such as 14d here, not '14MB'", ""),
      fault("alert(taxi)", 6, "there is no monitor 'taxi'", "it is one of delay"),
      fault("chnged(flights)", 0, "there is no trigger 'chnged'", "`changed`"),
      fault("rows > 3", 0, "'rows' cannot be asked here", "`expect:`"),
      fault("auc", 0, "'auc' cannot be asked here", "`release:`"),
      fault("xyzzy", 0, "there is no trigger 'xyzzy'",
            "`changed(table)`, `older(release, age)`, `alert(monitor)`"),
      fault("changed(flights) = 1", 0, "'changed(flights)' is true or false, it is not compared", ""),
      {nightly_with("when: changed(flights)"), "f:8:41: 'when' takes a list", "`when: ['changed(flights)']`"},
      {nightly_with("when: []"), "f:8:41: 'when' names nothing", "without `when`"},
      {nightly_with("when: ['changed(flights): warn']"), "f:8:41: 'when' has an item with ': warn'", ""},
  });
  expect_faults({{"mlops: 1\nsources: {a: {from: b, expect: ['changed(a)']}}\n",
                  "f:2:34: 'changed' cannot be asked here", "it is asked in `when:` of `schedule:`"}});
}

TEST(Schedules, TrapsOfYamlSayWhatToQuote) {
  expect_faults({
      {project + "\n    at: */5 * * * *\n    run: data\n", "f:9:9: a value cannot begin with '*'",
       "single quotes"},
      {project + "\n    at: @daily\n    run: data\n", "f:9:9: a value cannot begin with '@'",
       "single quotes"},
      {project + "\n    at: '@daily'\n    run: data\n", "f:9:9: 'at': '@daily' is no time",
       "did you mean `daily`?"},
  });
  const Error cut = test::error_of([] { parse(scheduled("at: 0,30 3 * * *, run: data"), "f"); });
  EXPECT_NE(cut.detail().find("f:8:19: '30 3 * * *' has no value"), std::string::npos) << cut.detail();
  EXPECT_NE(cut.detail().find("quote a value that holds a comma"), std::string::npos) << cut.detail();
}

std::string times_fault(std::string_view at) {
  const auto read = parse_times(at);
  const auto* fault = std::get_if<TimesFault>(&read);
  return fault == nullptr ? "" : fault->message + " / " + fault->hint;
}

TEST(Times, FieldsAreRead) {
  const auto read = parse_times("1-10/3,59 0,12 31 1,MAR-apr */2");
  const Times times = std::get<Times>(read);
  for (const std::size_t minute : {1, 4, 7, 10, 59}) EXPECT_TRUE(times.minutes[minute]) << minute;
  EXPECT_EQ(times.minutes.count(), 5U);
  EXPECT_EQ(times.hours.to_ullong(), 1U | 1U << 12);
  EXPECT_EQ(times.months.to_ullong(), 2U | 8U | 16U);
  EXPECT_EQ(times.weekdays.to_ullong(), 1U | 4U | 16U | 64U);
  EXPECT_FALSE(times.either_day);
  EXPECT_FALSE(times.every_hour);
  EXPECT_TRUE(std::get<Times>(parse_times("0 * 1 * 1")).either_day);
  EXPECT_TRUE(std::get<Times>(parse_times("0 */2 1 * 1")).every_hour);
  EXPECT_EQ(parse_times("0 0 * * 7"), parse_times("0 0 * * sun"));
  EXPECT_EQ(std::get<Times>(parse_times("0 0 * * 5-7")).weekdays.to_ullong(), 1U | 32U | 64U);
  EXPECT_EQ(parse_times("0 0 * * fri-sun"), parse_times("0 0 * * 5-7"));
  EXPECT_EQ(parse_times("hourly"), parse_times("0 * * * *"));
  EXPECT_EQ(parse_times(" 0\t0  * * 0 "), parse_times("weekly"));
}

TEST(Times, FaultsSayWhatIsWanted) {
  EXPECT_EQ(times_fault("60 * * * *"), "the minute 60 is not from 0 to 59 / ");
  EXPECT_EQ(times_fault("0 24 * * *"), "the hour 24 is not from 0 to 23 / ");
  EXPECT_EQ(times_fault("x * * * *"),
            "the minute is 'x', a value from 0 to 59 is wanted / it takes `*`, values, ranges and steps, "
            "such as `*/15`");
  EXPECT_EQ(times_fault("* * * * mo"),
            "the day of the week is 'mo', a value from 0 to 7 is wanted / it takes `*`, values, ranges and "
            "steps, such "
            "as `mon-fri`");
  EXPECT_EQ(times_fault("5/10 * * * *"), "the minute '5/10' has a step and no range / write `5-59/10`");
  EXPECT_NE(times_fault("*/90 * * * *").find("the minute has the step '90', one from 1 to 59 is wanted"),
            std::string::npos);
  EXPECT_NE(times_fault("*/0 * * * *").find("the step '0'"), std::string::npos);
  EXPECT_EQ(times_fault("0 22-6 * * *"),
            "the hour '22-6' ends before it begins / write both ends of the hour: `22-23,0-6`");
  EXPECT_EQ(times_fault("30 2 31 2,4 *"), "it never comes: no month of '2,4' has such a day / ");
  EXPECT_EQ(times_fault("30 2 31 2 1"), "") << "either of the days";
  EXPECT_EQ(times_fault("0 0 29 2 *"), "");
  EXPECT_EQ(times_fault("0 3 * *"),
            "'0 3 * *' has 4 fields, five are wanted / minute, hour, day of the month, month, day of the "
            "week: `17 3 * * *`");
  EXPECT_NE(times_fault("0 0 3 * * *").find("there are no seconds"), std::string::npos);
  EXPECT_EQ(times_fault("dayly"), "'dayly' is no time / did you mean `daily`?");
  EXPECT_EQ(times_fault("@yearly"), "'@yearly' is no time / write `0 0 1 1 *`");
  for (const char* bad :
       {"", "1,,2 * * * *", ", * * * *", "1- * * * *", "-1 * * * *", "1-2-3 * * * *", "*-5 * * * *",
        "99999999999 * * * *", "+1 * * * *", "1.5 * * * *", "** * * * *", "1-5/ * * * *"})
    EXPECT_NE(times_fault(bad), "") << bad;
}

}  // namespace
}  // namespace mlops::manifest
