#include <gtest/gtest.h>
#include <mlops/base/text.hpp>
#include <mlops/monitor/report.hpp>

#include <algorithm>
#include <limits>

#include "monitor_watches.hpp"

namespace mlops::monitor {
namespace {

using expect::Outcome;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t times(const std::string& text, std::string_view part) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

/// The text between the first `begin` and the `end` behind it.
std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const std::size_t from = text.find(begin);
  return from == std::string::npos ? std::string() : text.substr(from, text.find(end, from) - from);
}

Watch empty_watch() {
  return {.model = "delay",
          .time = {test::first_day_us + test::day_us},
          .window = {{test::first_day_us}, {test::first_day_us + test::day_us}}};
}

// ---- the verdict
// -------------------------------------------------------------------------------------------------

TEST(MonitorReport, TheVerdictComesFirstWithWhatWasSeenAndSinceWhen) {
  const auto watches = test::weeks(30, 24);
  const std::string page = html_report(watches);
  const std::string banner = between(page, "id=\"verdict\"", "</section>");
  EXPECT_LT(page.find("id=\"verdict\""), page.find("<table"));
  EXPECT_TRUE(has(banner, "data-verdict=\"fail\""));
  EXPECT_TRUE(has(banner, "1 assertion fails, 1 warns, 2 hold, 1 is skipped")) << banner;
  EXPECT_TRUE(has(banner, "auc &gt;= test.auc - 0.02"));
  EXPECT_TRUE(has(banner, "auc = 0.661, wanted &gt;= 0.718"));
  EXPECT_TRUE(has(banner, "since 2001-06-25 UTC, 6 windows in a row")) << banner;
  EXPECT_FALSE(has(banner, "drift(prediction)")) << "what holds is no news";
  const std::string markdown = markdown_report(watches);
  EXPECT_TRUE(markdown.starts_with("### ❌ `delay`: 1 assertion fails, 1 warns, 2 hold, 1 is skipped\n"));
  EXPECT_TRUE(has(
      markdown,
      "| ❌ fail | `auc >= test.auc - 0.02` | `auc = 0.661, wanted >= 0.718` | 2001-06-25 (6 windows) |\n"));
}

TEST(MonitorReport, AStreakEndsWhereTheAssertionHeldOrWasNotMade) {
  auto watches = test::weeks(6, 2);
  watches[3].results[2].verdict.outcome = Outcome::pass;
  EXPECT_TRUE(has(markdown_report(watches), "`auc = 0.661, wanted >= 0.718` | 2001-06-05 (2 windows) |"));
  watches[4].results.clear();
  EXPECT_TRUE(has(markdown_report(watches), "`auc = 0.661, wanted >= 0.718` | 2001-06-06 (1 window) |"));
  EXPECT_TRUE(has(html_report(watches), "in this window only"));
}

TEST(MonitorReport, AStreakEndsAtAGap) {
  auto watches = test::weeks(6, 2);
  watches.erase(watches.begin() + 4);
  EXPECT_TRUE(has(markdown_report(watches), "`auc = 0.661, wanted >= 0.718` | 2001-06-06 (1 window) |"));
}

TEST(MonitorReport, FewRowsAreNoShift) {
  auto watches = test::weeks(2, 40);
  WatchedColumn& column = watches.back().columns[0];
  column.shift.psi = 0.5;
  EXPECT_TRUE(has(html_report(watches), "<b class=\"fail\">0.500</b> large"));
  EXPECT_EQ(chance_text(column).substr(0, chance_text(column).find(" about")),
            fmt::format("{} rows,", count_text(column.shift.rows)));
  column.shift.rows = 30;
  EXPECT_TRUE(has(html_report(watches), "<b class=\"\">0.500</b> few rows"));
  EXPECT_TRUE(has(markdown_report(watches), "| `distance` | 0.500 | "));
  column.shift.psi = 0.01;
  EXPECT_EQ(chance_text(column), "") << "it is not worth a look";
}

TEST(MonitorReport, TheAxisOfTimeShowsTheYearWhereThereAreTwo) {
  auto watches = test::weeks(3, 40);
  const auto at = [&](std::size_t i, std::string_view from, std::string_view to) {
    watches[i].window = {*Time::parse(std::string(from)), *Time::parse(std::string(to))};
  };
  at(0, "2001-12-31T12:00:00Z", "2001-12-31T18:00:00Z");
  at(1, "2001-12-31T18:00:00Z", "2002-01-01T00:00:00Z");
  at(2, "2002-01-01T06:00:00Z", "2002-01-01T12:00:00Z");
  EXPECT_TRUE(has(html_report(watches), ">2001-12-31 12:00</text>"));
  EXPECT_TRUE(has(html_report(watches), ">2002-01-01 06:00</text>"));
  watches.pop_back();
  EXPECT_TRUE(has(html_report(watches), ">12-31 12:00</text>"));
}

TEST(MonitorReport, AnswersAreComparedWithTestRows) {
  const std::string page = html_report(test::weeks(2, 40));
  EXPECT_TRUE(has(page, "% in test rows ("));
  EXPECT_TRUE(has(page, "% in training ("));
}

TEST(MonitorReport, ASmallLineIsDrawnOfOneHeightForAll) {
  auto watches = test::weeks(2, 40);
  watches[0].columns[0].shift.psi = 0;
  watches[1].columns[0].shift.psi = 9;
  EXPECT_TRUE(has(markdown_report(watches), "psi over time (█: 0.2 or more)"));
  watches[0].columns[0].shift.psi = 0.2;
  EXPECT_TRUE(has(markdown_report(watches), " ██ |"));
}

TEST(MonitorReport, EachStandingHasAWordAndASign) {
  auto watches = test::weeks(3, 40);
  EXPECT_TRUE(has(html_report(watches), "data-verdict=\"pass\""));
  watches.back().results[0].verdict.outcome = Outcome::fail;  // a warning
  EXPECT_TRUE(has(html_report(watches), "data-verdict=\"warn\""));
  EXPECT_TRUE(
      markdown_report(watches).starts_with("### ⚠️ `delay`: 1 assertion warns, 3 hold, 1 is skipped"));
  watches.back().results.clear();
  EXPECT_TRUE(has(html_report(watches), "data-verdict=\"skip\""));
  EXPECT_TRUE(has(html_report(watches), "nothing is asserted"));
}

TEST(MonitorReport, AWindowWithoutAnswersSaysSo) {
  const std::vector<Watch> watches = {empty_watch()};
  const std::string page = html_report(watches);
  EXPECT_TRUE(has(page, "nothing was answered in this window: nothing is asserted"));
  EXPECT_FALSE(has(page, "id=\"columns\""));
  EXPECT_TRUE(has(markdown_report(watches), "0 rows in 0 requests, 2001-06-01 (UTC).\n"));
  auto asserted = watches;
  asserted.back().results = {test::result("rows > 10", false, Outcome::fail, "rows = 0, wanted > 10")};
  EXPECT_TRUE(has(html_report(asserted), "data-verdict=\"fail\""));
}

// ---- what is shown
// -----------------------------------------------------------------------------------------------

TEST(MonitorReport, ColumnsStandByPsiAndEveryBarTellsItsNumbers) {
  const auto watches = test::weeks(30, 24);
  const std::string table = between(html_report(watches), "<table id=\"columns\">", "</table>");
  std::vector<std::size_t> places;
  for (const char* name :
       {"airport__delay_1h", "probability", "origin", "distance", "carrier", "hour", "departure"})
    places.push_back(table.find(std::string("<bdi>") + name));
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << table;
  EXPECT_NE(places.back(), std::string::npos);
  const WatchedColumn& origin = watches.back().columns[2];
  const std::size_t stl = 14;
  const std::string card = between(html_report(watches), "<article class=\"card\" id=\"c2\">", "</article>");
  EXPECT_TRUE(has(card, "<bdi>origin</bdi>"));
  const double then =
      static_cast<double>(origin.reference.counts[stl]) / static_cast<double>(origin.reference.rows);
  EXPECT_TRUE(has(card, fmt::format("<title>STL: {:.1f} % in training ({} rows), ", then * 100,
                                    origin.reference.counts[stl])))
      << card;
  EXPECT_TRUE(has(card, "4 smaller ones"));
}

TEST(MonitorReport, EdgesOfTimesAreTimesAndRangesAreNamed) {
  std::vector<Watch> watches = {test::flights(0, 40)};
  const std::string page = html_report(watches);
  EXPECT_TRUE(has(page, "<title>under 190: "));
  EXPECT_TRUE(has(page, "<title>190 to 270: "));
  EXPECT_TRUE(has(page, "<title>1670 or more: "));
  EXPECT_TRUE(has(page, "<title>under 2001-05-16 "));
  watches[0].columns = {test::numbers("day", "input", "DATE", {991'353'600e6, 991'440'000e6}, 0.1)};
  EXPECT_TRUE(has(html_report(watches), "<title>2001-06-01 to 2001-06-02: "));
}

TEST(MonitorReport, WhatMovesOnByNatureStandsLastAndIsNoShift) {
  std::vector<Watch> watches = {test::flights(0, 40), test::flights(1, 40)};
  for (Watch& watch : watches) {
    watch.columns[5].shift.psi = 8.5;
    watch.columns.push_back(test::numbers("day", "input", "DATE", {991'353'600e6, 991'440'000e6}, 0.9));
  }
  const std::string page = html_report(watches);
  const std::string table = between(page, "<table id=\"columns\">", "</table>");
  for (const char* name : {"distance", "hour", "origin", "carrier"})
    EXPECT_LT(table.find(fmt::format("<bdi>{}<", name)), table.find("<bdi>departure<")) << name;
  EXPECT_TRUE(has(table, "<b class=\"\">8.500</b> moves on")) << table;
  EXPECT_FALSE(has(table, "large"));
  EXPECT_FALSE(has(between(page, "psi of the columns that are shifted most now", "</div>"), "departure"));
  EXPECT_TRUE(has(markdown_report(watches), "| `departure` | 8.500 | "));
  EXPECT_TRUE(has(markdown_report(watches), " | moves on | "));
}

TEST(MonitorReport, TruthThatIsAmbiguousIsTold) {
  const std::vector<Watch> watches = {test::flights(0, 40)};
  EXPECT_TRUE(has(html_report(watches), "Left out: the truth of 2 rows is ambiguous: "));
  EXPECT_TRUE(has(markdown_report(watches), "\nLeft out: the truth of 2 rows is ambiguous: "));
}

TEST(MonitorReport, WhatIsNotANumberIsADash) {
  std::vector<Watch> watches = {test::flights(0, 40), test::flights(1, 40)};
  watches[1].columns[0].shift.psi = std::numeric_limits<double>::quiet_NaN();
  watches[1].columns[0].shift.drift = std::numeric_limits<double>::quiet_NaN();
  watches[1].performance->metrics = {
      {"auc", json::Object{{"value", nullptr}, {"low", nullptr}, {"high", nullptr}}}};
  const std::string page = html_report(watches);
  EXPECT_FALSE(has(page, "nan"));
  EXPECT_FALSE(has(page, "inf\""));
  const std::string table = between(page, "<table id=\"columns\">", "</table>");
  EXPECT_GT(table.find("<bdi>distance"), table.find("<bdi>hour")) << "nothing can be said of it";
  EXPECT_TRUE(has(markdown_report(watches), "| `distance` | - |"));
  EXPECT_TRUE(has(markdown_report(watches), "| `auc` | - |  | 0.738 |"));
}

TEST(MonitorReport, MarkdownHasTenColumnsWithALineOfBlocks) {
  auto watches = test::weeks(4, 2);
  for (Watch& watch : watches) {
    for (int i = 0; i < 20; ++i)
      watch.columns.push_back(test::texts(fmt::format("c{}", i), {"a", "b"}, 0.01));
  }
  const std::string markdown = markdown_report(watches);
  EXPECT_TRUE(has(markdown, "\n17 further columns shifted less or move on by nature.\n"));
  EXPECT_EQ(times(markdown, "\n| `"), 10U + 3U) << "columns and metrics";
  EXPECT_TRUE(has(markdown, "▁▁")) << markdown;
  EXPECT_TRUE(has(markdown, " ▁▁▄▆ |\n")) << markdown;
}

// ---- what somebody else named
// ------------------------------------------------------------------------------------

/// Names and values that would be markup.
Watch hostile() {
  const std::string evil = "<script>alert(\"1\")</script>&'`|@ana\n\x01\xff\xE2\x80\xAEx";
  Watch out = test::flights(0, 0);
  out.model = evil;
  out.note = evil;
  out.version = evil;
  out.versions = {{evil, 3}};
  out.results = {test::result(evil, false, Outcome::fail, evil)};
  out.columns = {test::texts(evil, {evil, "b"}, 0.3)};
  out.columns[0].kind = out.columns[0].type = evil;
  out.performance->metrics = {{evil, 0.5}};
  out.performance->versions = {evil};
  return out;
}

TEST(MonitorReport, NothingThatWasNamedIsMarkup) {
  const std::vector<Watch> watches = {hostile(), hostile()};
  const std::string page = html_report(watches);
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_FALSE(has(page, "\x01"));
  EXPECT_FALSE(has(page, "\xff"));
  EXPECT_FALSE(has(page, "\xE2\x80\xAE")) << "what turns the direction of the page";
  EXPECT_TRUE(has(page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;"));
  EXPECT_FALSE(has(page, "http:") || has(page, "https:") || has(page, "//"));
  EXPECT_FALSE(has(page, " on") && has(page, "onload"));
}

TEST(MonitorReport, MarkdownOfHostileNamesStaysInItsCells) {
  const std::vector<Watch> watches = {hostile(), hostile()};
  const std::string markdown = markdown_report(watches);
  for (std::size_t at = markdown.find("<script>"); at != std::string::npos;
       at = markdown.find("<script>", at + 1))
    EXPECT_EQ(markdown.substr(at - 2, 2), "``") << "in a code span whose fence is longer than what is in it";
  EXPECT_TRUE(has(markdown, "``<script>alert(\"1\")</script>&'`\\|@ana  "));
}

TEST(MonitorReport, ItsSizeIsThatOfTheColumnsNotOfTheRows) {
  std::vector<Watch> watches;
  for (int day = 0; day < 30; ++day) {
    Watch one = test::flights(day, 24);
    for (int i = 0; i < 8; ++i)
      one.columns.push_back(
          test::numbers(fmt::format("more_{}", i), "input", "DOUBLE", {1, 2, 3, 4, 5, 6, 7, 8, 9}, 0.1));
    watches.push_back(std::move(one));
  }
  ASSERT_EQ(watches.back().columns.size(), 15U);
  EXPECT_LT(html_report(watches).size(), 200'000U);
  EXPECT_LT(markdown_report(watches).size(), 5'000U);
}

TEST(MonitorReport, AThousandWideColumnsStayUnderAMegabyte) {
  Watch wide = test::flights(0, 0);
  const std::string long_name(2'000, 'n');
  std::vector<std::string> values;
  for (int i = 0; i < 100; ++i) values.push_back(fmt::format("{:03}", i) + std::string(200, 'v'));
  for (int i = 0; i < 1'000; ++i)
    wide.columns.push_back(test::texts(long_name + std::to_string(i), values, 0.1));
  for (int i = 0; i < 1'000; ++i)
    wide.results.push_back(test::result(long_name, true, Outcome::fail, long_name));
  auto watches = test::weeks(100, 50);
  watches.push_back(std::move(wide));
  const std::string page = html_report(watches);
  EXPECT_LT(page.size(), 1'000'000U);
  EXPECT_TRUE(has(page, "507 further columns shifted less or move on by nature."));
  EXPECT_TRUE(has(page, "805 further assertions not shown."));
  EXPECT_TRUE(has(page, "60 windows, the newest of 101."));
  EXPECT_LT(markdown_report(watches).size(), 65'536U) << "what a comment takes";
}

}  // namespace
}  // namespace mlops::monitor
