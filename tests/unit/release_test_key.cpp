#include <gtest/gtest.h>
#include <mlops/release/conclusion.hpp>
#include <mlops/release/key.hpp>
#include <mlops/train/trainer.hpp>

#include <functional>
#include <string>
#include <utility>

namespace mlops::release {
namespace {

class KeyTest : public testing::Test {
 protected:
  KeyTest() {
    request.model = "delay";
    request.data.section = "data";
    request.data.name = "departures";
    request.data.number = 2;
    request.data.table.bytes[0] = 1;
    request.data.columns = {{.name = "date", .original = "date", .type = "DATE"},
                            {.name = "late", .original = "late", .type = "BIGINT"}};
    request.data.made = dataset::Made{.sql = "SELECT 1", .engine = "DuckDB v1"};
    request.label = "late";
    request.time = "date";
    request.candidates = {{.name = "base", .trainer = "prior"},
                          {.name = "boosted", .trainer = "xgboost", .parameters = {{"eta", 0.1}}}};
    score::ViewUse view;
    view.use.use = "airport";
    view.view = {.name = "airport", .key = {{"airport", "origin"}}, .from = "departures", .at = "landed"};
    view.view.columns = {{"delay_1h", "mean(delay) over 1h"}};
    view.version = request.data;
    request.views = {view};
    request.candidates[1].views = {"airport"};
  }

  static std::string versions(std::string_view engine) { return std::string(engine) + " 1"; }
  Key key() const { return key_of(request, versions); }

  /// What is said of a change of the request.
  std::string said(const std::function<void(TrainRequest&)>& change) const {
    TrainRequest other = request;
    change(other);
    const Key before = key();
    const Key now = key_of(other, versions);
    EXPECT_NE(before.digest, now.digest);
    EXPECT_FALSE(difference(now, before).empty());
    return difference(before, now);
  }

  TrainRequest request = {};
};

TEST_F(KeyTest, SaysWhatDiffersFirst) {
  EXPECT_EQ(difference(key(), key()), "");
  EXPECT_EQ(said([](auto& r) { r.candidates[1].parameters.set("eta", 0.2); }),
            "params of boosted: eta 0.1 -> 0.2");
  EXPECT_EQ(said([](auto& r) { r.parameters.set("eta", 0.3); }), "params of boosted: eta 0.1 -> 0.3");
  EXPECT_EQ(said([](auto& r) { r.candidates[1].seed = 7; }), "seed of boosted: 1 -> 7");
  EXPECT_EQ(said([](auto& r) { r.candidates[0].trainer = "logistic"; }),
            "base is trained by logistic, it was prior");
  EXPECT_EQ(said([](auto& r) { r.plan.split.test = 0.2; }), "split of base: test 0.15 -> 0.2");
  EXPECT_EQ(said([](auto& r) { r.candidates[0].without = {"a"}; }), "columns of base: without [] -> [\"a\"]");
  EXPECT_EQ(said([](auto& r) { r.label = "landed"; }), "label of base: late -> landed");
  EXPECT_EQ(said([](auto& r) { r.data.made->sql = "SELECT 2"; }), "the SQL of data/departures is another");
  EXPECT_EQ(said([](auto& r) { r.data.columns[0].pii = true; }),
            "what data/departures is said to hold is other");
  EXPECT_EQ(said([](auto& r) { r.views[0].view.columns[0].second = "mean(delay) over 2h"; }),
            "features/airport is defined in another way");
  EXPECT_EQ(said([](auto& r) { r.views[0].version.columns[0].pii = true; }),
            "what data/departures is said to hold is other");
  EXPECT_EQ(said([](auto& r) { r.candidates.pop_back(); }), "the model boosted is no longer tried");
  EXPECT_EQ(said([](auto& r) { r.candidates.push_back({.name = "more", .trainer = "prior"}); }),
            "the model more is new");
  EXPECT_EQ(said([](auto& r) { std::swap(r.candidates[0], r.candidates[1]); }),
            "the models are in another order");
  EXPECT_EQ(said([](auto& r) { r.metric = "logloss"; }), "picking: metric default -> logloss");
  EXPECT_EQ(said([](auto& r) { r.gates.push_back({.text = "auc >= 0.7"}); }), "the gates are others");
}

TEST_F(KeyTest, OfNewDataTheVersionsAreNamed) {
  EXPECT_EQ(said([](auto& r) {
              r.data.table.bytes[0] = 2;
              r.data.number = 3;
            }),
            "data/departures has version 3, it was trained on version 2");
}

TEST_F(KeyTest, WhatDecidesNothingIsNotInIt) {
  TrainRequest other = request;
  other.who = "somebody else";
  other.command = {"mlops", "train"};
  other.reuse = true;
  other.data.number = 9;  // the same values, made again
  const train::ParameterInfo& last = train::trainer("xgboost").parameters.back();
  other.candidates[1].parameters.set(last.name, last.fallback);
  EXPECT_EQ(key_of(other, versions).digest, key().digest);
  other.candidates[1].name = "trees";
  EXPECT_EQ(key_of(other, versions).candidates, key().candidates);
  EXPECT_NE(key_of(other, versions).digest, key().digest);
}

TEST_F(KeyTest, EnginesCountWhereAModelDependsOnThem) {
  const auto newer = [](std::string_view engine) { return std::string(engine) + " 2"; };
  const Key now = key_of(request, newer);
  EXPECT_EQ(now.candidates[0], key().candidates[0]);
  EXPECT_NE(now.candidates[1], key().candidates[1]);
  EXPECT_EQ(difference(key(), now), "engine gbdt gbdt 1 -> gbdt 2");
}

TEST_F(KeyTest, AConclusionIsReadBackAsItWasKept) {
  const Digest known = {};
  const Conclusion kept{.model = "delay",
                        .key = key(),
                        .number = 2,
                        .version = known,
                        .judgement = known,
                        .champion = 1,
                        .rows = 100,
                        .reason = "base",
                        .time = {1'700'000'000'000'000}};
  const json::Value record = json::parse(json::canonical(to_record(kept)));
  const Conclusion read = conclusion_from(*record.as_object(), known);
  EXPECT_EQ(json::canonical(to_record(read)), json::canonical(to_record(kept)));
  EXPECT_EQ(difference(read.key, key()), "");
  EXPECT_EQ(read.key.tables, key().tables);
}

}  // namespace
}  // namespace mlops::release
