/// Slices and gates of `release:`, and `monitor:`.
#include "manifest_test_faults.hpp"

#include <mlops/expect/signature.hpp>

namespace mlops::manifest {
namespace {

constexpr std::int64_t an_hour = std::int64_t{3'600} * 1'000'000;

std::string gated(const std::string& keys) {
  return "mlops: 1\nsources: {f: {from: f.csv, label: late}}\nmodels:\n  base: {train: prior}\n  linear: "
         "{train: logistic}\nrelease:\n  delay:\n    among: [base, linear]\n    " +
         keys + "\n";
}

std::string watched(const std::string& entry) {
  return "mlops: 1\nsources: {flights: {from: f.csv}, outcomes: {from: o.csv}}\nmonitor:\n  delay: " + entry +
         "\n";
}

std::string truth(const std::string& keys) { return watched("{truth: {" + keys + "}}"); }

TEST(Monitors, TruthMayBeKnownAtOnce) {
  for (const std::string none : {"0s", "0d", "0"})
    EXPECT_EQ(parse(truth("from: outcomes, after: " + none), "f").monitors.at(0).truth->after_us, 0) << none;
}

TEST(Gates, SlicesAndAssertionsAreRead) {
  const Manifest all = parse(gated("slices: [origin, distance by 500, '`Flug Nr.` by 1_000', weekday]\n"
                                   "    expect: [auc >= 0.72, 'worst(auc, origin) >= 0.6: warn', {auc >= "
                                   "champion.auc @ 95%: warn}, 'worst(auc, `Flug Nr.`) > 0.5']"),
                             "f");
  const ReleaseSpec& release = all.releases.at(0);
  EXPECT_EQ(release.slices,
            (std::vector<SliceSpec>{{"origin", {}}, {"distance", 500}, {"Flug Nr.", 1000}, {"weekday", {}}}));
  EXPECT_EQ(release.slices[1].text(), "distance by 500");
  EXPECT_EQ(release.slices[2].text(), "`Flug Nr.` by 1000");
  EXPECT_EQ((SliceSpec{"a`b c", 0.25}.text()), "`a``b c` by 0.25");
  ASSERT_EQ(release.expect.size(), 4U);
  EXPECT_EQ(release.expect[0], (ExpectSpec{.text = "auc >= 0.72"}));
  EXPECT_EQ(release.expect[2], (ExpectSpec{.text = "auc >= champion.auc @ 95%", .warn = true}));
  EXPECT_EQ(parse(gated("slices: origin"), "f").releases[0].slices, (std::vector<SliceSpec>{{"origin", {}}}));
  EXPECT_TRUE(parse(gated("pick: max auc"), "f").releases[0].slices.empty());
}

/// Where the quotes go around the word too, as they have to around a comma in brackets.
TEST(Gates, TheWordBehindAnAssertionMayStandInItsQuotes) {
  const auto read = [](const std::string& item) {
    return parse(gated("slices: [origin]\n    expect: [" + item + "]"), "f").releases.at(0).expect.at(0);
  };
  const std::string text = "worst(auc, origin) >= 0.6";
  EXPECT_EQ(read("'" + text + ": warn'"), (ExpectSpec{.text = text, .warn = true}));
  EXPECT_EQ(read("'" + text + "': warn"), (ExpectSpec{.text = text, .warn = true}));
  EXPECT_EQ(read("'" + text + ": error'"), (ExpectSpec{.text = text}));
  expect_faults({{gated("expect: ['auc > 0.5: warm']"), "f:9:24: ':' is not expected here", ""},
                 {gated("expect: [': warn']"), "f:9:15: ':' is not expected here", ""}});
}

TEST(Gates, FaultsOfSlicesAreShownWhereTheyStand) {
  expect_faults({
      {gated("slices: [origin, distance by 0]"),
       "f:9:22: 'distance by 0': behind `by` stands a number greater than 0", "`distance by 500`"},
      {gated("slices: distance by -5"),
       "f:9:13: 'distance by -5': behind `by` stands a number greater than 0", "`distance by 500`"},
      {gated("slices: [distance by 500km]"),
       "f:9:14: 'distance by 500km': behind `by` stands a number greater than 0", ""},
      {gated("slices: [distance by inf]"),
       "f:9:14: 'distance by inf': behind `by` stands a number greater than 0", ""},
      {gated("slices: [distance by]"), "f:9:14: 'distance by' is no slice", "`distance by 500`"},
      {gated("slices: [distance in 500]"), "f:9:14: 'distance in 500' is no slice", "in backticks"},
      {gated("slices: [Länder code]"), "f:9:14: 'Länder code' is no slice", "`` '`Länder code`' ``"},
      {gated("slices: ['`distance by 500']"), "f:9:14: '`distance by 500' names no column", "`origin`"},
      {gated("slices: ['']"), "f:9:14: '' names no column", "`origin`"},
      {gated("slices: [distance, origin, distance by 500]"), "f:9:32: 'distance' stands in the list twice",
       "in one way"},
      {gated("slices: {distance: 500}"), "f:9:13: 'slices' takes a text or a list, this is a map", ""},
      {gated("slice: [origin]"), "f:9:5: unknown key 'slice'", "`slices`"},
  });
}

TEST(Gates, FaultsOfAssertionsAreShownWhereTheyStand) {
  expect_faults({
      {gated("expect: [acu >= 0.72]"), "f:9:14: there is no metric 'acu'", "`auc`"},
      {gated("expect: [auc >= bse.auc + 0.05]"), "f:9:21: there is no model 'bse' here", "`base`"},
      {gated("expect: ['worst(auc, origin) >= 0.6: warn']"), "f:9:26: 'origin' is no slice of this release",
       "`slices: [origin]`"},
      {gated("slices: [origin]\n    expect: ['worst(auc, orgin) >= 0.6']"),
       "f:10:26: 'orgin' is no slice of this release", "`origin`"},
      {gated("expect: [rows > 5 @ 95%]"),
       "f:9:14: '@' stands behind comparisons of model metrics, 'rows' is none", ""},
      {gated("expect: [auc >= 72]"), "f:9:21: 'auc' is never more than 1", "`72%`"},
      {gated("expect: [null(delay) < 1%]"), "f:9:14: 'null' cannot be asked here", "`monitor:`"},
      {gated("expect: [auc >= champion.auc @ 95]"), "f:9:36: behind '@' stands a confidence", "95%"},
      {gated("expect: auc >= 0.72"), "f:9:13: 'expect' takes a list", "expect: ["},
  });
  const Error several = test::error_of([] {
    parse(
        gated("slices: [distance by 0]\n    expect: [acu > 1, 'worst(auc, distance) > 0.5', auc > bas.auc]"),
        "f");
  });
  EXPECT_EQ(several.message(), "3 faults in 'f'") << several.detail();
}

TEST(Monitoring, IsReadAsItStands) {
  const Manifest all = parse(
      watched(
          "{every: 6h, truth: {from: data/outcomes, id: call, row: nr, label: was_late, after: 48h}, expect: "
          "['psi(*) < 0.2: warn', drift(prediction) < 0.1, null(distance) < 2%, auc >= test.auc - "
          "0.02]}\n  churn:\n  fraud: {truth: {from: outcomes}}") +
          "data: {}\n",
      "f");
  ASSERT_EQ(all.monitors.size(), 3U);
  const MonitorSpec& delay = all.monitors[0];
  EXPECT_EQ(delay.every_us, 6 * an_hour);
  EXPECT_EQ(
      delay.truth,
      (TruthSpec{
          .from = "outcomes", .id = "call", .row = "nr", .label = "was_late", .after_us = 48 * an_hour}));
  ASSERT_EQ(delay.expect.size(), 4U);
  EXPECT_EQ(delay.expect[1], (ExpectSpec{.text = "drift(prediction) < 0.1"}));
  EXPECT_EQ(all.monitors[1], (MonitorSpec{.name = "churn"}));
  EXPECT_EQ(all.monitors[2].truth, (TruthSpec{.from = "outcomes"}));
  EXPECT_EQ(all.find_monitor("fraud"), &all.monitors[2]);
  EXPECT_EQ(all.find_monitor("nobody"), nullptr);
}

TEST(Monitoring, FaultsAreShownWhereTheyStand) {
  expect_faults({
      {watched("{evry: 1d}"), "f:4:11: unknown key 'evry'", "`every`"},
      {watched("{like: training.train}"), "f:4:11: unknown key 'like'", "the keys here are"},
      {watched("{every: 0}"), "f:4:18: 'every' is '0', a time such as `48h` is wanted", "a whole number"},
      {watched("{every: daily}"), "f:4:18: 'every' is 'daily', a time such as `48h` is wanted", ""},
      {watched("{every: 10ms}"), "f:4:18: 'every' is shorter than a second", "`every: 1d`"},
      {watched("1d"), "f:4:10: monitor 'delay' is a text, a map is wanted", "{every: 1d"},
      {watched("{truth: outcomes}"), "f:4:18: 'truth' takes a map", "{from: outcomes, after: 2d}"},
      {truth("label: late"), "f:4:18: 'truth' has no 'from'", "{from: outcomes, after: 2d}"},
      {truth("from: outcome"), "f:4:25: no table 'outcome'", "`outcomes`"},
      {truth("from: outcomes, lable: late"), "f:4:35: unknown key 'lable'", "`label`"},
      {truth("from: outcomes, after: 2 days"), "f:4:42: 'after' is '2 days', a time such as `48h` is wanted",
       "a whole number"},
      {"mlops: 1\nmonitor: [delay]\n", "f:2:10: 'monitor' takes a map of names", "every: 1d"},
      {"mlops: 1\nmonitor: {test: {every: 1d}}\n", "f:2:11: the name 'test' has a meaning of its own", ""},
      {"mlops: 1\nmonitors: {delay: {every: 1d}}\n", "f:2:1: unknown key 'monitors'", "`monitor`"},
  });
}

TEST(Monitoring, FaultsOfAssertionsAreShownWhereTheyStand) {
  const auto asks = [](const std::string& assertion) { return watched("{expect: ['" + assertion + "']}"); };
  expect_faults({
      {asks("champion.auc > 0.7"), "f:4:21: there is no 'champion' here", "`test.auc`"},
      {asks("psi(train, test) < 0.2"),
       "f:4:25: 'psi' compares the window with what the model was trained on, no other tables",
       "`psi(column)`"},
      {asks("auc >= 0.7"), "f:4:21: 'auc' needs what turned out to be true", "`truth: {from: outcomes}`"},
      {asks("worst(auc) >= 0.7"), "f:4:21: 'worst' cannot be asked here", "`release:`"},
      {asks("null(distance) < 5"), "f:4:38: 'null(distance)' is a share, which is never more than 1", "`5%`"},
      {asks("overlap(train, test) = 0"), "f:4:21: 'overlap' cannot be asked here", "`data:`"},
  });
  EXPECT_EQ(parse(asks("test.auc > 0.7 and psi(*) < 0.2"), "f").monitors.size(), 1U);
}

TEST(Monitoring, AnswersAreKeptUntilTheirTruthIsKnown) {
  const auto both = [](const std::string& serve, const std::string& after) {
    return truth("from: outcomes, after: " + after) + "serve: {delay: {" + serve + "}}\n";
  };
  expect_faults({
      {both("log: 100%", "30d"), "f:4:42: the truth comes 30d after the answer, whose log is kept 30d",
       "`keep:` of 'delay' in `serve:` has to be as long as `after` and a window of 1d together"},
      {both("keep: 2d", "36h"), "f:4:42: the truth comes 36h after the answer, whose log is kept 2d", "1d"},
  });
  for (const std::string& good : {both("log: 100%", "29d"), both("keep: 400d", "30d"),
                                  both("keep: 2d", "24h"), truth("from: outcomes, after: 9999w")})
    EXPECT_EQ(parse(good, "f").monitors.size(), 1U) << good;
}

TEST(Gates, MetricsAreThoseOfPick) {
  std::size_t metrics = 0;
  for (const expect::Signature& function : expect::signatures()) {
    if (!function.metric) continue;
    ++metrics;
    EXPECT_TRUE(greater_is_better(function.name).has_value()) << function.name;
  }
  EXPECT_EQ(metrics, 14U);
}

}  // namespace
}  // namespace mlops::manifest
