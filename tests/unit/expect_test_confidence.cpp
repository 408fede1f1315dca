/// Verdicts about models: confidence, champions that cannot be asked, and the numbers of one resample.
#include <gtest/gtest.h>
#include <mlops/expect/evaluate.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace mlops::expect;

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Scope among() { return {.where = Where::release, .models = {"base"}, .slices = {"origin"}}; }

/// Values by the text of what is asked, confidences by that of their comparison.
class Judges final : public Values {
 public:
  Value value(const Expr& leaf) override { return asked(print(leaf)); }
  Value confidence(const Expr& comparison) override { return asked(print(comparison)); }
  std::uint64_t resamples() override { return count; }
  std::variant<RowsSeen, Missing> rows(const Expr& /*test*/, bool /*wanted*/) override {
    ADD_FAILURE() << "a gate has no rows";
    return RowsSeen{};
  }
  std::string detail(const Expr& leaf) override {
    const auto found = details.find(print(leaf));
    return found == details.end() ? "" : found->second;
  }

  std::map<std::string, Value> values = {};
  std::map<std::string, std::string> details = {};
  std::uint64_t count = 2000;
  std::vector<std::string> all = {};

 private:
  Value asked(const std::string& text) {
    all.push_back(text);
    const auto found = values.find(text);
    return found == values.end() ? Value(Missing{"nobody knows " + text}) : found->second;
  }
};

Assertion tree_of(const std::string& text) { return std::get<Assertion>(parse(text)); }

std::string judged(const std::string& text, Judges judges) {
  const Verdict verdict = evaluate(tree_of(text), among(), judges);
  return std::string(name_of(verdict.outcome)) + ": " + verdict.seen;
}

/// With "S" as the share of the resamples in which `comparison` holds.
Judges with_share(const std::string& comparison, Value share) {
  Judges out;
  out.values = {{"auc", 0.755}, {"champion.auc", 0.751}, {"base.auc", 0.69}, {comparison, std::move(share)}};
  return out;
}

TEST(ExpectConfidence, VerdictsSayBothValuesAndTheShare) {
  const std::string better = "auc >= champion.auc @ 95%";
  EXPECT_EQ(judged(better, with_share(better, 0.992)),
            "pass: auc = 0.755, champion.auc = 0.751: in 99.2 % of 2,000 resamples, wanted 95 %");
  EXPECT_EQ(judged(better, with_share(better, 0.9495)),
            "fail: auc = 0.755, champion.auc = 0.751: in 94.95 % of 2,000 resamples, wanted 95 %");
  EXPECT_EQ(judged(better, with_share(better, 0.95)).substr(0, 4), "pass");
  const std::string more = "auc >= base.auc + 0.05 @ 99.9%";
  EXPECT_EQ(judged(more, with_share(more, 1.0)),
            "pass: auc = 0.755, base.auc + 0.05 = 0.74: in 100 % of 2,000 resamples, wanted 99.9 %");
  const std::string bound = "auc > 74% @ 90%";
  EXPECT_EQ(judged(bound, with_share(bound, 0.5)),
            "fail: auc = 75.5 %: > 74% in 50 % of 2,000 resamples, wanted 90 %");
  const std::string turned = "0.74 < auc @ 90%";
  EXPECT_EQ(judged(turned, with_share(turned, 0.5)),
            "fail: auc = 0.755: 0.74 < it in 50 % of 2,000 resamples, wanted 90 %");
  Judges untold = with_share(better, 0.992);
  untold.count = 0;
  EXPECT_EQ(judged(better, untold),
            "pass: auc = 0.755, champion.auc = 0.751: in 99.2 % of the resamples, wanted 95 %");
}

/// "Not measurably worse" is not "measurably better".
TEST(ExpectConfidence, NotNegatesTheVerdict) {
  const std::string worse = "auc < champion.auc @ 95%";
  EXPECT_EQ(judged("not (" + worse + ")", with_share(worse, 0.8)),
            "pass: auc = 0.755, champion.auc = 0.751: < in 80 % of 2,000 resamples, wanted less than 95 %");
  EXPECT_EQ(judged("not (" + worse + ")", with_share(worse, 0.95)),
            "fail: auc = 0.755, champion.auc = 0.751: < in 95 % of 2,000 resamples, wanted less than 95 %");
  EXPECT_EQ(judged(worse, with_share(worse, 0.8)).substr(0, 4), "fail");
  EXPECT_EQ(judged("not not " + worse, with_share(worse, 0.8)).substr(0, 4), "fail");
}

TEST(ExpectConfidence, AChampionThatIsNotThereSkips) {
  const std::string better = "auc >= champion.auc @ 95%";
  const Missing none{"there is no champion yet"};
  Judges judges = with_share(better, none);
  judges.values["champion.auc"] = none;
  for (const std::string& text : {better, "not (" + better + ")", std::string("auc >= champion.auc - 0.01")})
    EXPECT_EQ(judged(text, judges), "skip: there is no champion yet") << text;
  EXPECT_EQ(judged("auc > 0.9 and " + better, judges), "fail: auc = 0.755, wanted > 0.9");
}

TEST(ExpectConfidence, AChampionThatCannotBeAskedFailsWithTheReason) {
  const std::string better = "auc >= champion.auc @ 95%";
  Judges judges = with_share(better, Null{});
  judges.values["champion.auc"] = Null{};
  judges.details["champion.auc"] = "delay@v3 answers other classes";
  EXPECT_EQ(judged(better, judges), "fail: auc = 0.755, champion.auc = null: delay@v3 answers other classes");
  EXPECT_EQ(judged("not (auc < champion.auc @ 95%)",
                   [&] {
                     Judges other = judges;
                     other.values["auc < champion.auc @ 95%"] = Null{};
                     return other;
                   }()),
            "fail: auc = 0.755, champion.auc = null: delay@v3 answers other classes");
  EXPECT_EQ(judged("auc >= champion.auc", judges),
            "fail: auc = 0.755, wanted >= null (champion.auc): delay@v3 answers other classes");
  EXPECT_EQ(judged("champion.auc * 2 - champion.auc < 1", judges),
            "fail: champion.auc * 2 - champion.auc = null, wanted < 1: delay@v3 answers other classes");
  EXPECT_EQ(judged("champion.auc in 0..1", judges),
            "fail: champion.auc = null, wanted in 0..1: delay@v3 answers other classes");
  EXPECT_EQ(judged("0.5 < champion.auc", judges),
            "fail: champion.auc = null, wanted 0.5 < it: delay@v3 answers other classes");
}

TEST(ExpectConfidence, WhatIsNotDefinedFailsEitherWay) {
  const std::string better = "auc >= champion.auc @ 95%";
  for (const Value& share : {Value(Null{}), Value(nan)}) {
    EXPECT_EQ(judged(better, with_share(better, share)).substr(0, 4), "fail");
    EXPECT_EQ(judged("not (" + better + ")", with_share(better, share)).substr(0, 4), "fail");
    EXPECT_NE(judged(better, with_share(better, share)).find("leave it open"), std::string::npos);
  }
  Judges judges = with_share(better, 1.0);
  judges.values["auc"] = nan;
  EXPECT_EQ(judged(better, judges), "fail: auc = NaN, champion.auc = 0.751");
  EXPECT_EQ(judged("not (" + better + ")", judges), "fail: auc = NaN, champion.auc = 0.751");
}

TEST(ExpectConfidence, TheWorstSliceIsToldWithItsRows) {
  Judges judges;
  judges.values["worst(auc, origin)"] = 0.55;
  judges.details["worst(auc, origin)"] = "origin = ASE, 1,234 rows";
  EXPECT_EQ(judged("worst(auc, origin) >= 60%", judges),
            "fail: worst(auc, origin) = 55 %, wanted >= 60 %: origin = ASE, 1,234 rows");
  EXPECT_EQ(judged("worst(auc, origin) >= 0.5", judges),
            "pass: worst(auc, origin) = 0.55: origin = ASE, 1,234 rows");
}

TEST(ExpectConfidence, EverythingIsAskedInTheFirstPass) {
  Judges judges;
  evaluate(tree_of("auc >= champion.auc @ 95% or size < 3MB"), among(), judges);
  EXPECT_EQ(judges.all,
            (std::vector<std::string>{"auc", "champion.auc", "auc >= champion.auc @ 95%", "size"}));
}

TEST(ExpectNumbers, LeavesAreThoseOfTheComparisonEachOnce) {
  const auto leaves = [](const std::string& text) {
    std::vector<std::string> out;
    const Assertion one = tree_of(text);
    for (const Expr* leaf : leaves_of(one.root)) out.push_back(print(*leaf));
    return out;
  };
  EXPECT_EQ(leaves("auc + base.auc >= 2 * champion.auc - auc @ 95%"),
            (std::vector<std::string>{"auc", "base.auc", "champion.auc"}));
  EXPECT_EQ(leaves("worst(auc, origin) >= -0.5"), (std::vector<std::string>{"worst(auc, origin)"}));
  EXPECT_TRUE(leaves("1 > 2").empty());
}

TEST(ExpectNumbers, AComparisonHoldsForNumbersThatAreGiven) {
  const auto with = [](const std::string& text, std::map<std::string, double> numbers) {
    const Assertion one = tree_of(text);
    return holds(one.root, [&](const Expr& leaf) { return numbers.at(print(leaf)); });
  };
  const std::map<std::string, double> two = {{"auc", 0.75}, {"base.auc", 0.5}};
  EXPECT_EQ(with("auc >= base.auc + 0.25 @ 95%", two), true);
  EXPECT_EQ(with("auc > base.auc + 25%", two), false);
  EXPECT_EQ(with("-auc < base.auc * 2 / 4 - 1", two), false);
  EXPECT_EQ(with("auc - base.auc = 0.25", two), true);
  EXPECT_EQ(with("auc != 0.75", two), false);
  EXPECT_EQ(with("auc <= 0.75", two), true);
  EXPECT_EQ(with("auc >= base.auc", {{"auc", 0.75}, {"base.auc", nan}}), std::nullopt);
  EXPECT_EQ(with("auc != base.auc", {{"auc", nan}, {"base.auc", 1}}), std::nullopt);
  EXPECT_EQ(with("auc / base.auc > 1", {{"auc", 0}, {"base.auc", 0}}), std::nullopt);
}

}  // namespace
