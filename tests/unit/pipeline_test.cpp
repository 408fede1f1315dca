/// Times of cron, held to a walk minute by minute that knows nothing but the rules.
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/pipeline/timetable.hpp>

#include <bitset>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::pipeline {
namespace {

using test::error_of;

const std::filesystem::path zones = TEST_DATA "/tz/zoneinfo";
constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t minute = 60 * second;

Time at(std::string_view text) { return Time::parse(text).value(); }

/// A field as its values, and as people write it.
struct Field {
  std::string text;
  std::bitset<60> values;
};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  int in(int least, int most) { return std::uniform_int_distribution<int>(least, most)(engine_); }

  Field field(int least, int most) {
    Field out;
    const int items = in(0, 3) == 0 ? in(2, 3) : 1;
    for (int i = 0; i < items; ++i) add(out, least, most, items == 1 ? in(0, 3) : in(1, 3));
    return out;
  }

 private:
  void add(Field& out, int least, int most, int shape) {
    if (!out.text.empty()) out.text += ',';
    int first = least;
    int last = most;
    int step = 1;
    if (shape == 0) out.text += '*';
    if (shape == 1) {
      first = last = in(least, most);
      out.text += std::to_string(first);
    } else if (shape >= 2) {
      first = in(least, most);
      last = in(first, most);
      out.text += std::to_string(first) + '-' + std::to_string(last);
    }
    if (shape == 3 || (shape == 0 && in(0, 2) == 0)) {
      step = in(1, most);
      out.text += '/' + std::to_string(step);
    }
    for (int value = first; value <= last; value += step) out.values.set(static_cast<std::size_t>(value));
  }
  std::mt19937 engine_;
};

class Cron {
 public:
  Field minutes, hours, days, months, weekdays;

  std::string text() const {
    return minutes.text + ' ' + hours.text + ' ' + days.text + ' ' + months.text + ' ' + weekdays.text;
  }
  bool every_hour() const { return hours.text[0] == '*'; }
  bool fits(tz::WallSeconds wall) {
    if (wall.s % 60 != 0) return false;
    const std::int64_t day = wall.s >= 0 ? wall.s / 86'400 : (wall.s + 1) / 86'400 - 1;
    if (day != day_) good_day_ = fits_day(day_ = day);
    const auto of_day = static_cast<std::size_t>(wall.s - day * 86'400);
    return good_day_ && minutes.values[of_day / 60 % 60] && hours.values[of_day / 3600];
  }

 private:
  bool fits_day(std::int64_t number) const {
    const std::chrono::sys_days day{std::chrono::days(number)};
    const std::chrono::year_month_day date{day};
    const unsigned weekday_number = std::chrono::weekday(day).c_encoding();
    const bool month_day = days.values[static_cast<unsigned>(date.day())];
    const bool week_day = weekdays.values[weekday_number] || (weekday_number == 0 && weekdays.values[7]);
    const bool either = days.text[0] != '*' && weekdays.text[0] != '*';
    return months.values[static_cast<unsigned>(date.month())] &&
           (either ? month_day || week_day : month_day && week_day);
  }
  std::int64_t day_ = -1'000'000;
  bool good_day_ = false;
};

Cron random_cron(Random& random) {
  Cron cron;
  cron.minutes = random.field(0, 59);
  cron.hours = random.field(0, 23);
  cron.days = random.field(1, 31);
  cron.months = random.field(1, 12);
  cron.weekdays = random.field(0, 7);
  return cron;
}

/// The moments that fit, walking with the clock: what it newly shows since the minute before counts; what it
/// jumps over comes with the jump, once; what it shows again does not.
std::vector<Time> walk(Cron cron, const tz::Zone& zone, Time begin, Time end) {
  std::vector<Time> out;
  std::int64_t shown = zone.wall(begin).s;  // the latest that was shown so far
  for (Time time = {begin.us + minute}; time <= end; time.us += minute) {
    const std::int64_t wall = zone.wall(time).s;
    bool fits = false;
    if (cron.every_hour()) fits = cron.fits({wall});
    else
      for (std::int64_t passed = shown + 60; passed <= wall; passed += 60) fits = fits || cron.fits({passed});
    if (fits) out.push_back(time);
    shown = std::max(shown, wall);
  }
  return out;
}

void expect_walk(const Cron& cron, const std::shared_ptr<const tz::Zone>& zone, Time begin, Time end) {
  SCOPED_TRACE(cron.text() + " of " + zone->name() + " from " + begin.text());
  const auto wanted = walk(cron, *zone, begin, end);
  const Timetable table(cron.text(), zone);
  std::optional<Time> time = begin;
  for (const Time one : wanted) {
    time = table.next(*time);
    ASSERT_TRUE(time && *time == one) << (time ? time->text() : "never") << ", wanted " << one.text();
  }
  time = table.next(*time);
  ASSERT_TRUE(!time || *time > end) << time->text();
  const auto passed = table.passed(begin, end);
  ASSERT_EQ(passed.count, wanted.size());
  if (!wanted.empty()) {
    ASSERT_EQ(passed.last.text(), wanted.back().text());
  }
}

bool comes(const Cron& cron) {
  return std::holds_alternative<manifest::Times>(manifest::parse_times(cron.text()));
}

TEST(Timetable, TenThousandExpressionsAgreeWithAWalkThroughADay) {
  Random random(1);
  int compared = 0;
  while (compared < 10'000) {
    const Cron cron = random_cron(random);
    if (!comes(cron)) continue;
    const Time begin = {at("2024-02-27T00:00:00Z").us + random.in(0, 900 * 24 * 60) * minute};
    expect_walk(cron, tz::utc(), begin, {begin.us + 24 * 60 * minute});
    if (HasFatalFailure()) return;
    ++compared;
  }
}

TEST(Timetable, AgreesWithAWalkWhereClocksChange) {
  struct Change {
    const char* zone;
    const char* day;
  };
  const Change changes[] = {{"America/New_York", "2026-03-08"},    {"America/New_York", "2026-11-01"},
                            {"Europe/Berlin", "2026-03-29"},       {"Europe/Berlin", "2026-10-25"},
                            {"Australia/Lord_Howe", "2026-04-04"}, {"Australia/Lord_Howe", "2026-10-03"},
                            {"Pacific/Apia", "2011-12-30"},        {"America/Nuuk", "2027-10-30"},
                            {"Asia/Gaza", "2026-03-28"},           {"Africa/Casablanca", "2026-03-22"},
                            {"America/Juneau", "1867-10-18"}};
  Random random(2);
  for (const Change& change : changes) {
    const auto zone = tz::find_zone(change.zone, zones);
    // Clocks of old were not whole minutes from UTC, which a walk by minutes would miss.
    if (zone->wall(at(change.day)).s % 60 != 0) continue;
    for (int i = 0; i < 100; ++i) {
      Cron cron = random_cron(random);
      cron.months = cron.days = cron.weekdays = {"*", std::bitset<60>().set()};
      const Time begin = {at(change.day).us - random.in(0, 30 * 60) * minute};
      expect_walk(cron, zone, begin, {begin.us + 3 * 24 * 60 * minute});
      if (HasFatalFailure()) return;
    }
  }
}

std::vector<std::string> next_of(std::string_view cron, std::string_view zone, std::string_view after,
                                 int count) {
  const Timetable table(cron, tz::find_zone(zone, zones));
  std::vector<std::string> out;
  std::optional<Time> time = at(after);
  for (int i = 0; i < count && (time = table.next(*time)); ++i) out.push_back(time->text());
  return out;
}

using Texts = std::vector<std::string>;

TEST(Timetable, WhatTheClockJumpsOverComesOnceWithTheJump) {
  EXPECT_EQ(next_of("*/15 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2),
            (Texts{"2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"}));
  EXPECT_EQ(next_of("0 12 * * *", "Pacific/Apia", "2011-12-29T22:00:00Z", 2),
            (Texts{"2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"}));
}

TEST(Timetable, WhatTheClockShowsTwiceCountsOnce) {
  EXPECT_EQ(next_of("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            (Texts{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}));
}

TEST(Timetable, EveryHourIsAnHourThatPasses) {
  EXPECT_EQ(next_of("30 * * * *", "Europe/Berlin", "2026-10-24T23:45:00Z", 3),
            (Texts{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"}));
  EXPECT_EQ(next_of("30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 2),
            (Texts{"2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"}));
}

TEST(Timetable, LeapDaysAndWeekdays) {
  EXPECT_EQ(next_of("0 0 29 2 *", "UTC", "2026-01-01", 2),
            (Texts{"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}));
  EXPECT_EQ(next_of("0 0 29 2 *", "UTC", "2096-03-01", 1), (Texts{"2104-02-29T00:00:00Z"}));
  EXPECT_EQ(next_of("0 9 13 * fri", "UTC", "2026-11-01", 3),
            (Texts{"2026-11-06T09:00:00Z", "2026-11-13T09:00:00Z", "2026-11-20T09:00:00Z"}));
  EXPECT_EQ(next_of("0 9 */13 * fri", "UTC", "2026-11-01", 2),
            (Texts{"2026-11-27T09:00:00Z", "2027-01-01T09:00:00Z"}))
      << "both fields, as one of them begins with a star";
  EXPECT_EQ(next_of("0 9 * * sat-sun", "UTC", "2026-11-20", 2),
            (Texts{"2026-11-21T09:00:00Z", "2026-11-22T09:00:00Z"}));
}

TEST(Timetable, WordsOfCron) {
  EXPECT_EQ(next_of("hourly", "UTC", "2026-11-21T09:30:30Z", 1), (Texts{"2026-11-21T10:00:00Z"}));
  EXPECT_EQ(next_of("daily", "UTC", "2026-11-21T00:00:00Z", 1), (Texts{"2026-11-22T00:00:00Z"}));
  EXPECT_EQ(next_of("weekly", "UTC", "2026-11-21", 1), (Texts{"2026-11-22T00:00:00Z"}));
  EXPECT_EQ(next_of("monthly", "UTC", "2026-11-21", 1), (Texts{"2026-12-01T00:00:00Z"}));
}

TEST(Timetable, YearsOfMinutesAreCountedByDays) {
  const Timetable table("* * * * *", tz::find_zone("Europe/Berlin", zones));
  const auto passed = table.passed(at("2016-01-01"), at("2026-01-01"));
  EXPECT_EQ(passed.count, 3653u * 24 * 60);
  EXPECT_EQ(passed.last, at("2026-01-01"));
}

TEST(Timetable, RefusesWhatIsNone) {
  const Error fault = error_of([] { Timetable("61 * * * *", tz::utc()); });
  EXPECT_EQ(fault.code(), Code::usage);
  EXPECT_EQ(fault.message(), "'at': the minute 61 is not from 0 to 59");
}

}  // namespace
}  // namespace mlops::pipeline
