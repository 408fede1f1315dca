#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/release/judgement.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "error_of.hpp"

namespace mlops::release {
namespace {

namespace stdfs = std::filesystem;
using expect::Outcome;
using test::error_of;

class JudgementTest : public testing::Test {
 protected:
  JudgementTest() { stdfs::create_directories(dir); }
  ~JudgementTest() override { stdfs::remove_all(dir); }

  /// A judgement of a version, whose records exist.
  Judgement judgement(std::vector<Gate> gates) {
    const Digest known = store.objects().put("{\"kind\":\"other/1\"}");
    return {
        .model = "delay",
        .number = 2,
        .version = known,
        .time = {1'700'000'000'000'000},
        .data = "data/flights@v3",
        .data_record = known,
        .rows_how = "last 30d of date",
        .rows = 1234,
        .rows_digest = known,
        .picked = "boosted",
        .metric = "auc",
        .reason = "boosted: auc 0.8 +- 0.01",
        .judged = {{.name = "base", .run = "r1", .metrics = metrics(0.5), .predict_us = 0.1, .bytes = 10},
                   {.name = "boosted", .run = "r2", .metrics = metrics(0.8), .predict_us = 2, .bytes = 900},
                   {.name = "champion",
                    .address = "delay@v1",
                    .record = known,
                    .fault = "delay@v1 cannot be judged: it is damaged"}},
        .gates = std::move(gates),
        .seed = 7,
        .resamples = 2000,
        .slices = {{"origin", "ORD", 100, {{"auc", {0.7, 0.1, 0.5, 0.9}, true}}},
                   {"origin", "LAX", 3, {{"auc", {NAN, NAN, NAN, NAN}, true}}}}};
  }
  static json::Object metrics(double value) {
    return {{"auc", json::Object{{"value", value}, {"low", value - 0.1}, {"high", value + 0.1}}}};
  }

  stdfs::path dir = stdfs::temp_directory_path() / ("release_test." + std::to_string(::getpid()));
  store::Store store{dir / ".mlops", store::Store::Mode::create};
};

const Gate passed{"rows > 10", false, {Outcome::pass, "rows = 1,234"}};
const Gate failed{"auc >= 0.9", false, {Outcome::fail, "auc = 0.8, wanted >= 0.9"}};
const Gate warned{"ece <= 0.01", true, {Outcome::fail, "ece = 0.02, wanted <= 0.01"}};
const Gate skipped{"auc >= champion.auc", false, {Outcome::skip, "there is no champion yet"}};

TEST_F(JudgementTest, OneGateThatFailsRejectsAndAWarningDoesNot) {
  EXPECT_FALSE(judgement({passed, warned, skipped}).rejects());
  EXPECT_EQ(judgement({passed, warned, skipped}).summary(), "1 gate holds, 1 warns, 1 is skipped");
  EXPECT_TRUE(judgement({passed, failed, warned}).rejects());
  EXPECT_EQ(judgement({passed, failed, warned}).summary(), "1 gate holds, 1 fails, 1 warns");
  EXPECT_EQ(judgement({passed, failed, warned}).fault(),
            "1 of 3 gates fails: auc >= 0.9: auc = 0.8, wanted >= 0.9");
  EXPECT_EQ(judgement({passed, failed, failed, failed}).fault(),
            "3 of 4 gates fail: auc >= 0.9: auc = 0.8, wanted >= 0.9; and 2 more");
  EXPECT_EQ(judgement({}).summary(), "no gates");
}

TEST_F(JudgementTest, WhatIsKeptIsReadBack) {
  Judgement kept = judgement({passed, failed, warned, skipped});
  keep(store, kept, "ana");
  const auto found = find_judgement(store, "delay", 2);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->record, kept.record);
  EXPECT_EQ(json::canonical(to_record(*found)), json::canonical(to_record(kept)));
  EXPECT_EQ(found->gates, kept.gates);
  ASSERT_NE(found->champion(), nullptr);
  EXPECT_EQ(found->champion()->fault, "delay@v1 cannot be judged: it is damaged");
  EXPECT_TRUE(std::isnan(found->slices[1].metrics[0].estimate.value));
  EXPECT_FALSE(find_judgement(store, "delay", 1));
  NoProgress quiet;
  EXPECT_TRUE(store.fsck(quiet).empty());
}

TEST_F(JudgementTest, TheSameAgainIsNotKeptTwiceWhateverItsTimesAndRuns) {
  Judgement first = judgement({passed});
  keep(store, first, "ana");
  Judgement again = judgement({passed});
  again.time.us += 5;
  again.judged[0].run = "r9";
  again.judged[0].predict_us = 3;
  keep(store, again, "ana");
  EXPECT_EQ(again.record, first.record);
  Judgement other = judgement({failed});
  keep(store, other, "ana");
  EXPECT_NE(other.record, first.record);
  EXPECT_EQ(store.references().history({"judgements", "delay@v2"}).size(), 2u);
  EXPECT_TRUE(find_judgement(store, "delay", 2)->rejects());
}

TEST_F(JudgementTest, ManyAtOnceLoseNothing) {
  constexpr int processes = 4;
  const Judgement base = judgement({});
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    if (child != 0) {
      children.push_back(child);
      continue;
    }
    store::Store own(dir / ".mlops", store::Store::Mode::open);
    for (int n = 0; n < 10; ++n) {
      Judgement mine = base;
      mine.reason = std::to_string(i) + "." + std::to_string(n);
      keep(own, mine, "ana");
    }
    ::_exit(0);
  }
  for (const pid_t child : children) {
    int status = 1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(store.references().history({"judgements", "delay@v2"}).size(), 10u * processes);
}

TEST_F(JudgementTest, ARecordThatIsDamagedIsToldOf) {
  json::Object record = to_record(judgement({passed}));
  record.set("rows", "many");
  EXPECT_EQ(error_of([&] { judgement_from(record, Digest()); }).code(), Code::corrupt);
  json::Object other = to_record(judgement({passed}));
  other.set("kind", "check/1");
  EXPECT_EQ(error_of([&] { judgement_from(other, Digest()); }).code(), Code::corrupt);
}

TEST_F(JudgementTest, WhatMayAnswer) {
  model::Version version;
  version.name = "delay";
  version.number = 2;
  EXPECT_FALSE(refusal(store, version)) << "nobody said no";
  version.gated = true;
  const auto unjudged = refusal(store, version);
  ASSERT_TRUE(unjudged);
  EXPECT_EQ(unjudged->id(), "release.unjudged");
  Judgement accepted = judgement({passed});
  keep(store, accepted, "ana");
  EXPECT_FALSE(refusal(store, version));
  Judgement rejected = judgement({failed});
  keep(store, rejected, "ana");
  const auto refused = refusal(store, version);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), Code::negative);
  EXPECT_EQ(refused->message(),
            "delay@v2 was not accepted: 1 of 1 gate fails: auc >= 0.9: auc = 0.8, wanted >= 0.9");
}

TEST_F(JudgementTest, OneThatIsDamagedAcceptsNobodyAndIsFollowedByTheNext) {
  model::Version version;
  version.name = "delay";
  version.number = 2;
  store.publish({.name = {"judgements", "delay@v2"}, .record = {{"kind", "other/1"}}, .who = "ana"});
  const auto unreadable = refusal(store, version);
  ASSERT_TRUE(unreadable) << "gated or not";
  EXPECT_EQ(unreadable->id(), "release.unreadable");
  EXPECT_EQ(unreadable->code(), Code::corrupt);
  Judgement accepted = judgement({passed});
  keep(store, accepted, "ana");
  EXPECT_FALSE(refusal(store, version));
  EXPECT_EQ(store.references().history({"judgements", "delay@v2"}).size(), 2U);
}

}  // namespace
}  // namespace mlops::release
