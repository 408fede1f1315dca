/// Runs: living, ended and lost ones, in a real store.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <mlops/base/error.hpp>
#include <mlops/run/list.hpp>
#include <mlops/run/report.hpp>
#include <mlops/run/run.hpp>
#include <mlops/run/track.hpp>
#include <mlops/store/tree.hpp>

#include <cmath>
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

TEST_F(RunTest, NumbersThatAreNotFiniteAreKept) {
  Live live(*store, begin());
  live.metric("loss", std::numeric_limits<double>::quiet_NaN());
  live.metric("loss", 2.0);
  live.metric("gain", -std::numeric_limits<double>::infinity());
  const json::Value found = record(live.end(Status::done, 0, {}, live.now()));
  EXPECT_EQ(found["metrics"]["loss"]["min"], json::Value(2.0));
  EXPECT_EQ(found["metrics"]["gain"]["last"], json::Value("-Infinity"));
  const auto run = get(*store, "@last");
  const auto points = series(*store, run, "loss");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_TRUE(std::isnan(points[0].value));
  EXPECT_EQ(points[1].step, 1);
}

TEST_F(RunTest, ARunThatWasDroppedIsSealedAsLostByWhoeverLooks) {
  std::string id;
  {
    Live live(*store, begin());
    id = live.id();
    live.metric("loss", 0.5);
    EXPECT_EQ(get(*store, id).status, Status::running);
  }
  const auto run = get(*store, id);
  EXPECT_EQ(run.status, Status::lost);
  EXPECT_EQ(run.metrics.at("loss").value, 0.5);
  EXPECT_TRUE(run.record.has_value());
  EXPECT_EQ(get(*store, id), run) << "and only once";
}

TEST_F(RunTest, ARunThatCouldNotBeSealedIsSealedAsItEnded) {
  // The folder of a run whose process came to note the end, and was killed then.
  Live live(*store, begin());
  live.metric("loss", 0.5);
  std::ofstream(live.folder() / "end.json", std::ios::in)
      << R"({"status": "done", "exit_code": 0, "signal": 0, "resources": {"wall_s": 2.5}, "ended": "2026-11-01T00:00:03Z"})";
  const auto copy = folder / ".mlops" / "runs" / "aaaaaaaaaaaa";
  std::filesystem::copy(live.folder(), copy, std::filesystem::copy_options::recursive);
  const auto run = get(*store, "aaaaaaaaaaaa");
  EXPECT_EQ(run.status, Status::done);
  EXPECT_EQ(run.ended, Time::parse("2026-11-01T00:00:03Z"));
  live.discard();
}

TEST_F(RunTest, ARunThatIsOverThoughItLivesShowsSoAndIsSealedSo) {
  {
    Live live(*store, begin());
    live.rename("two");
    live.move("other");
    live.mark(Status::failed);
    EXPECT_EQ(get(*store, live.id()).status, Status::failed);
    live.mark({});
    EXPECT_EQ(get(*store, live.id()).status, Status::running);
    live.mark(Status::interrupted);
    live.mark(Status::done);
    Report report(live.now());
    report.metric("late", 1);
    EXPECT_FALSE(mlops::run::report(*store, live.id(), report, "ana").record.has_value()) << "it lives";
  }  // as if its process had been killed
  const auto found = get(*store, "@last");
  EXPECT_EQ(found.status, Status::done);
  EXPECT_EQ(found.name, "two");
  EXPECT_EQ(found.experiment, "other");
  EXPECT_EQ(found.metrics.at("late").value, 1);
}

TEST_F(RunTest, ArtifactsHaveAFolderWhereAnyNameIsOne) {
  Live live(*store, begin());
  std::filesystem::create_directories(live.artifacts() / "plots");
  std::ofstream(live.artifacts() / "metrics.json") << R"({"a": 1})";
  std::ofstream(live.artifacts() / "plots" / "roc.csv") << "x,y";
  const auto found = record(live.end(Status::done, 0, {}, live.now()));
  const auto tree = store::get_tree(store->objects(), *Digest::parse(found["artifacts"].text_or("")));
  ASSERT_EQ(tree.files.size(), 2U);
  EXPECT_EQ(tree.files[0].path, "metrics.json");
  EXPECT_EQ(found["metrics"], json::Value(json::Object()));
}

TEST_F(RunTest, TheLastPointIsThatOfTheGreatestStep) {
  Live live(*store, begin());
  for (const int step : {1, 3, 3, 2}) live.metric("loss", 10.0 * step, step);
  live.metric("loss", 99, 3);
  live.metric("loss", 5, 0);
  EXPECT_EQ(record(live.end(Status::done, 0, {}, live.now()))["metrics"]["loss"]["last"], json::Value(99.0));
  Report report(live.now());
  report.metric("loss", 7, 2);
  mlops::run::report(*store, "@last", report, "ana");
  EXPECT_EQ(get(*store, "@last").metrics.at("loss").value, 99);
  EXPECT_EQ(get(*store, "@last").metrics.at("loss").count, 7U);
}

TEST_F(RunTest, ATagThatIsNullIsTakenAway) {
  Live live(*store, begin());
  live.facts(
      "{\"tag\": \"a\", \"value\": \"1\"}\n{\"tag\": \"b\", \"value\": \"2\"}\n{\"tag\": \"a\", \"value\": "
      "null}\n");
  EXPECT_EQ(record(live.end(Status::done, 0, {}, live.now()))["tags"], json::Value(json::Object{{"b", "2"}}));
}

TEST_F(RunTest, AnInputTooLargeToCopyIsLookedAtAfterTheRun) {
  const Digest object = store->objects().put("a table");
  Task task = {.command = {"sh", "-c", "cat \"$MLOPS_INPUT_data\""},
               .folder = folder,
               .project = folder,
               .environment = {{"PATH", "/usr/bin:/bin"}},
               .experiment = "churn",
               .inputs = {{.name = "data",
                           .data = {"input", "sources/t@v1", object.text()},
                           .file = store->objects().file(object),
                           .object = object,
                           .link = "data.parquet"}},
               .most_copied = 0,
               .time = Time::parse("2026-11-01").value()};
  EXPECT_EQ(track(*store, task).status, Status::done);
  task.command.back() = "touch \"$MLOPS_INPUT_data\"";
  EXPECT_EQ(track(*store, task).status, Status::done) << "another time, the same bytes";
  task.command.back() = "chmod u+w \"$MLOPS_INPUT_data\"; echo x >>\"$MLOPS_INPUT_data\"";
  const Tracked done = track(*store, task);
  if (done.status == Status::done) {
    EXPECT_EQ(store->objects().get(object), "a table") << "a file system that shares blocks";
    return;
  }
  EXPECT_EQ(done.status, Status::failed);
  EXPECT_EQ(done.exit_code, 6);
  ASSERT_EQ(done.sealed.notes.size(), 1U);
  EXPECT_NE(done.sealed.notes[0].find("the input 'data' is damaged: while the program ran the object " +
                                      object.text() + " of sources/t@v1 was written to"),
            std::string::npos)
      << done.sealed.notes[0];
}

TEST_F(RunTest, TornAndForeignLinesAreCountedAndTold) {
  Live live(*store, begin());
  std::ofstream(live.folder() / "journal.jsonl", std::ios::app)
      << "{\"metric\": \"a\", \"value\": Infinity, \"step\": 4}\n"
      << "{\"metric\": \"b\", \"val\n[1, 2]\n{\"metric\": \"a\", \"value\": \"high\"}\n\n"
      << "{\"param\": \"NaN in a text\", \"value\": \"NaN\"}\n{\"metric\": \"c\", \"value\": 1}";
  const auto sealed = live.end(Status::done, 0, {}, live.now());
  const json::Value found = record(sealed);
  EXPECT_EQ(found["journal"]["lines"], json::Value(6));
  EXPECT_EQ(found["journal"]["bad_lines"], json::Value(3));
  EXPECT_EQ(found["metrics"]["a"]["last"], json::Value("Infinity"));
  EXPECT_EQ(found["metrics"]["c"]["last"], json::Value(1.0)) << "a last line needs no end";
  EXPECT_EQ(found["params"]["NaN in a text"], json::Value("NaN"));
  ASSERT_EQ(sealed.notes.size(), 1U);
  EXPECT_EQ(sealed.notes[0],
            "3 lines of the journal could not be read, the first: {\"metric\": \"b\", \"val");
}

TEST_F(RunTest, NamesAndPathsThatCannotBeAreRefused) {
  Live live(*store, begin());
  EXPECT_THROW(live.metric("", 1), Error);
  EXPECT_THROW(live.param("a\nb", 1), Error);
  for (const char* path : {"", "/etc/passwd", "../x", "a/../../x", "a/"}) {
    EXPECT_THROW(live.artifact(path, "x"), Error) << path;
  }
  live.discard();
  EXPECT_TRUE(list(*store, {}).empty());
}

TEST_F(RunTest, AnnotationsAddToASealedRun) {
  Live live(*store, begin());
  live.metric("loss", 0.5, 7);
  const auto sealed = live.end(Status::done, 0, {}, live.now());
  Report more(Time::parse("2026-11-02").value());
  more.metric("loss", 0.25);
  more.param("lr", 0.1);
  report(*store, sealed.id, more, "ana");
  const auto run = get(*store, sealed.id);
  EXPECT_EQ(run.record, sealed.record) << "a record is never edited";
  EXPECT_EQ(run.metrics.at("loss").value, 0.25);
  EXPECT_EQ(run.metrics.at("loss").max, 0.5);
  EXPECT_EQ(run.metrics.at("loss").step, 8);
  EXPECT_EQ(run.metrics.at("loss").count, 2U);
  EXPECT_EQ(run.params.at("lr"), json::Value(0.1));
  EXPECT_EQ(reindex(*store), 1U);
  EXPECT_EQ(get(*store, sealed.id), run);
}

TEST_F(RunTest, ListSortsFiltersAndLimits) {
  for (int i = 0; i < 5; ++i) {
    Begin what = begin("r" + std::to_string(i));
    what.time.us += i;
    Live live(*store, what);
    if (i != 2) live.metric("auc", i == 3 ? std::nan("") : i / 10.0);
    live.end(i == 1 ? Status::failed : Status::done, 0, {}, live.now());
  }
  const auto names = [&](const Filter& filter) {
    std::string out;
    for (const auto& run : list(*store, filter)) out += run.name.back();
    return out;
  };
  EXPECT_EQ(names({}), "43210");
  EXPECT_EQ(names({.sort = "auc"}), "41032");
  EXPECT_EQ(names({.sort = "-auc"}), "01432");
  EXPECT_EQ(names({.status = Status::failed}), "1");
  EXPECT_EQ(names({.limit = 2}), "43");
  EXPECT_THROW(list(*store, {.sort = "acu"}), Error);
}

TEST_F(RunTest, WhatAProgramPrints) {
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"auc: 0.91", "auc=0.91"},
      {"val/acc@5:   1e-3", "val/acc@5=0.001"},
      {"loss: nan", "loss=NaN"},
      {"epoch 3: 0.5", ""},
      {"12:30", ""},
      {"a:1", ""},
      {"Saved: model 3", ""},
      {"https: //x", ""},
      {"size: 10MB", ""},
      {"name: 0x10", ""},
  };
  for (const auto& [line, wanted] : lines) {
    Report heard{Time{}};
    heard.lines(line);
    const json::Value found = heard.empty() ? json::Value() : json::parse(heard.text());
    const std::string text = heard.empty() ? ""
                                           : found["metric"].text_or("") + "=" +
                                                 (found["value"].as_string() != nullptr
                                                      ? found["value"].text_or("")
                                                      : fmt::format("{}", found["value"].number_or(0)));
    EXPECT_EQ(text, wanted) << line;
  }
}

}  // namespace
}  // namespace mlops::run
