/// Runs: living, ended and lost ones, in a real store.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <mlops/base/error.hpp>
#include <mlops/run/run.hpp>
#include <mlops/store/tree.hpp>

#include <fstream>
#include <limits>

namespace mlops::run {
namespace {

class RunTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/mlops-run.XXXXXX";
    folder = mkdtemp(name);
    store = std::make_unique<store::Store>(folder / ".mlops", store::Store::Mode::create);
  }
  void TearDown() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }

  Begin begin(const std::string& name = "one") const {
    return {.experiment = "churn", .name = name, .who = "ana", .time = Time::parse("2026-11-01").value()};
  }
  json::Value record(const Live::Sealed& sealed) const { return store->record(sealed.record); }

  std::filesystem::path folder;
  std::unique_ptr<store::Store> store;
};

TEST_F(RunTest, WhatWasReportedIsInTheRecord) {
  Live live(*store, begin());
  live.param("lr", 0.1);
  live.param("model", "small");
  live.metric("loss", 0.5);
  live.metric("loss", 0.25);
  live.metric("auc", 0.9, 10);
  live.tag("stage", "test");
  live.artifact("plots/roc.csv", "x,y\n");
  std::ofstream(live.folder() / "outputs" / "model.bin") << "weights";
  const auto sealed = live.end(Status::done, 0, {.wall_s = 1.5}, live.now());
  const json::Value found = record(sealed);
  EXPECT_EQ(found["kind"], json::Value("run/1"));
  EXPECT_EQ(found["status"], json::Value("done"));
  EXPECT_EQ(found["params"]["lr"], json::Value(0.1));
  EXPECT_EQ(found["metrics"]["loss"]["last"], json::Value(0.25));
  EXPECT_EQ(found["metrics"]["loss"]["max"], json::Value(0.5));
  EXPECT_EQ(found["metrics"]["loss"]["step"], json::Value(1));
  EXPECT_EQ(found["metrics"]["auc"]["step"], json::Value(10));
  EXPECT_EQ(found["tags"]["stage"], json::Value("test"));
  const auto tree = store::get_tree(store->objects(), *Digest::parse(found["artifacts"].text_or("")));
  ASSERT_EQ(tree.files.size(), 1U);
  EXPECT_EQ(tree.files[0].path, "plots/roc.csv");
  EXPECT_EQ(found["outputs"].as_array()->size(), 1U);
  EXPECT_EQ(sealed.number, 1);
  EXPECT_FALSE(std::filesystem::exists(live.folder())) << "a sealed run needs no folder";
}

}  // namespace
}  // namespace mlops::run
