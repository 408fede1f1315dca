#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <sys/wait.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <set>
#include <thread>

#include "error_of.hpp"
#include "faults.hpp"

namespace mlops::model {
namespace {

using test::error_of;

namespace stdfs = std::filesystem;
using store::Store;
using test::Arm;
using Numbers = std::vector<std::int64_t>;

predict::Package package(double value = 0.5) {
  return {.signature = {.task = predict::Task::binary,
                        .inputs = {{.name = "age", .type = "BIGINT"},
                                   {.name = "city",
                                    .type = "VARCHAR",
                                    .encoding = predict::Encoding::category,
                                    .categories = {"Rosario", "Lima"},
                                    .nullable = true}},
                        .label = "churned",
                        .label_type = "BOOLEAN",
                        .classes = {"false", "true"}},
          .algorithm = "prior",
          .parameters = {},
          .loss = "logloss",
          .fitted = {{"probabilities", json::Array{value}}}};
}

Time day(int number) { return {1'700'000'000'000'000 + number * 86'400'000'000}; }

class ModelTest : public testing::Test {
 protected:
  ModelTest() { stdfs::create_directories(dir); }
  ~ModelTest() override { stdfs::remove_all(dir); }

  /// The n-th version of a name, made on the n-th day.
  Version add(int number, const std::string& name = "churn") {
    return registry
        .add({.name = name, .package = package(number / 1000.0), .time = day(number), .who = "ana"})
        .version;
  }
  Registry::Move promote(const std::string& address, int on, const std::string& alias = "champion",
                         std::optional<std::int64_t> expected = {}) {
    return registry.promote(registry.get(address), alias, "better", "bo", day(on), expected);
  }
  std::int64_t number(const std::string& address) const { return registry.get(address).number; }
  /// "champion 1->2" of each move, newest first.
  std::vector<std::string> moves(const std::string& name = "churn", const std::string& alias = "") const {
    std::vector<std::string> out;
    for (const auto& move : registry.history(name, alias)) {
      out.push_back(fmt::format("{} {}->{}", move.alias, move.from, move.to));
    }
    return out;
  }
  std::vector<std::string> faults() {
    NoProgress progress;
    std::vector<std::string> out;
    for (const auto& fault : store.fsck(progress)) out.push_back(fault.what);
    return out;
  }

  const stdfs::path dir = (stdfs::is_directory("/dev/shm") ? "/dev/shm" : stdfs::temp_directory_path()) /
                          stdfs::path(fmt::format("mlops-model-test-{}", ::getpid()));
  Store store = {dir / ".mlops", Store::Mode::create};
  Registry registry = Registry(store);
};

// ---- versions
// ---------------------------------------------------------------------------------------------------

TEST_F(ModelTest, VersionsAreNumberedFromOne) {
  EXPECT_EQ(add(1).number, 1);
  EXPECT_EQ(add(2).number, 2);
  EXPECT_EQ(add(3, "other").number, 1);
  const Version found = registry.get("churn@v1");
  EXPECT_EQ(found, registry.get("churn@v1"));
  EXPECT_EQ(found.who, "ana");
  EXPECT_EQ(found.time, day(1));
  EXPECT_EQ(registry.get("churn@v2").previous, found.record);
  EXPECT_EQ(faults(), std::vector<std::string>());
}

TEST_F(ModelTest, EverythingOfAVersionComesBack) {
  const Digest record = store.objects().put("{\"kind\":\"dataset-version/1\"}");
  const Digest environment = store.objects().put("debian");
  const Registration given = {
      .name = "churn",
      .package = package(),
      .input_example = json::Array{json::Object{{"age", 41}, {"city", "Lima"}}},
      .files = {{"notes.txt", "hand made"}},
      .run = "k3f9",
      .run_record = record,
      .data = "sources/churn@v2",
      .data_record = record,
      .code = {{"commit", "abc"}},
      .environment = environment,
      .metrics = {{"test.auc", json::Object{{"high", 0.95}, {"low", 0.8}, {"value", 0.9}}}},
      .note = "first",
      .time = day(1),
      .who = "ana"};
  const auto added = registry.add(given);
  EXPECT_FALSE(added.unchanged);
  const Version found = registry.get("churn");
  EXPECT_EQ(found, added.version);
  EXPECT_EQ(found.algorithm, "prior");
  EXPECT_EQ(found.task, "binary");
  EXPECT_EQ(found.loss, "logloss");
  EXPECT_EQ(found.run, "k3f9");
  EXPECT_EQ(found.run_record, record);
  EXPECT_EQ(found.data, "sources/churn@v2");
  EXPECT_EQ(found.data_record, record);
  EXPECT_EQ(found.environment, environment);
  EXPECT_EQ(found.code, given.code);
  EXPECT_EQ(found.metrics, given.metrics);
  EXPECT_EQ(found.note, "first");
  std::vector<std::string> paths;
  std::uint64_t bytes = 0;
  for (const auto& file : store::get_tree(store.objects(), found.package).files) {
    paths.push_back(file.path);
    bytes += file.size;
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"MLmodel", "input_example.json", "model.json", "notes.txt"}));
  EXPECT_EQ(found.bytes, bytes);
  EXPECT_EQ(found.files, 4u);
  EXPECT_EQ(predict::get(store.objects(), found.package).fitted, given.package.fitted);
}

TEST_F(ModelTest, TheSameModelOfTheSameDataIsNoNewVersion) {
  const Digest data = store.objects().put("{\"kind\":\"dataset-version/1\"}");
  Registration given = {.name = "churn", .package = package(), .time = day(1), .who = "ana"};
  registry.add(given);
  given.time = day(2);
  given.run = "another";
  const auto again = registry.add(given);
  EXPECT_TRUE(again.unchanged);
  EXPECT_EQ(again.version.number, 1);
  EXPECT_TRUE(registry.plan(given).unchanged);
  given.data_record = data;
  EXPECT_FALSE(registry.plan(given).unchanged);
  EXPECT_EQ(registry.plan(given).version.number, 2);
  EXPECT_EQ(registry.add(given).version.number, 2);
}

TEST_F(ModelTest, APlanWritesNothing) {
  const Registration given = {.name = "churn", .package = package(), .time = day(1), .who = "ana"};
  const auto planned = registry.plan(given);
  EXPECT_EQ(planned.version.number, 1);
  EXPECT_TRUE(registry.list().empty());
  EXPECT_FALSE(store.objects().has(planned.version.package));
  EXPECT_EQ(registry.add(given).version.package, planned.version.package);
}

TEST_F(ModelTest, NumbersThatJsonDoesNotHaveBecomeNull) {
  const double nan = std::nan("");
  registry.add({.name = "churn",
                .package = package(),
                .metrics = {{"test.auc", json::Object{{"value", nan}, {"low", 0.5}}}},
                .time = day(1)});
  EXPECT_TRUE(json::Value(registry.get("churn").metrics)["test.auc"]["value"].is_null());
}

TEST_F(ModelTest, FilesAlreadyInTheStoreOrOnDiskMakeTheFolder) {
  const Version first = add(1);
  const auto again = registry.add({.name = "copy",
                                   .package = package(0.001),
                                   .tree = store::get_tree(store.objects(), first.package),
                                   .time = day(2),
                                   .who = "ana"});
  EXPECT_EQ(again.version.package, first.package);
  std::ofstream(dir / "weights.bin") << "12345";
  predict::Package opaque;
  opaque.algorithm = Version::opaque;
  const auto files =
      registry.add({.name = "files", .package = opaque, .folder = {{"a/weights.bin", dir / "weights.bin"}}});
  EXPECT_EQ(files.version.bytes, 5u);
  EXPECT_EQ(files.version.files, 1u);  // nothing is put beside what somebody else made
  EXPECT_EQ(files.version.task, "");
  EXPECT_FALSE(registry.get("files").runs_here());
  EXPECT_EQ(error_of([&] { require_runnable(files.version); }).id(), "model.opaque");
  EXPECT_NO_THROW(require_runnable(first));
}

TEST_F(ModelTest, NamesThatCannotBeAreRefusedWithTheReason) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "is empty"},    {"a@b", "holds '@'"},      {"a/b", "holds '/'"},
      {"a\nb", "control"}, {"\xff", "is not UTF-8"},  {" a", "a blank"},
      {"a ", "a blank"},   {"--file", "as flags do"}, {std::string(129, 'a'), "longer than 128 bytes"}};
  for (const auto& [name, reason] : cases) {
    const Error fault = error_of([&, &name = name] { add(1, name); });
    EXPECT_EQ(fault.code(), Code::usage) << name;
    EXPECT_NE(fault.message().find(reason), std::string::npos) << fault.message();
  }
  for (const char* name : {"Ñandú 2", "x", "v3", "deadbeef", "..", ".hidden", "100%", "a:b", "日本"}) {
    EXPECT_EQ(add(1, name).name, name);
    EXPECT_EQ(registry.get(name).name, name);
  }
}

TEST_F(ModelTest, ListsAreTheNewestOfEachOrAllOfOne) {
  EXPECT_TRUE(registry.list().empty());
  for (int i = 1; i <= 3; ++i) add(i);
  add(4, "apples");
  promote("churn@v2", 5);
  const auto all = registry.list();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].address(), "apples@v1");
  EXPECT_EQ(all[1].address(), "churn@v3");
  const auto versions = registry.list("churn");
  ASSERT_EQ(versions.size(), 3u);
  EXPECT_EQ(versions[0].number, 3);
  EXPECT_EQ(versions[1].aliases, std::vector<std::string>{"champion"});
  EXPECT_EQ(registry.find("churn", 2), versions[1]);
  EXPECT_EQ(registry.find("churn", 4), std::nullopt);
  EXPECT_EQ(registry.find("churn", 0), std::nullopt);
  EXPECT_EQ(registry.find("nothing", 1), std::nullopt);
}

// ---- addresses
// --------------------------------------------------------------------------------------------------

TEST_F(ModelTest, ANameMeansItsChampionOrTheNewest) {
  add(1);
  add(2);
  EXPECT_EQ(number("churn"), 2);
  promote("churn@v1", 3);
  EXPECT_EQ(number("churn"), 1);
  EXPECT_EQ(number("churn@latest"), 2);
}

TEST_F(ModelTest, EveryFormOfAnAddress) {
  for (int i = 1; i <= 4; ++i) add(i);
  promote("churn@v1", 11);
  promote("churn@v3", 13);
  promote("churn@v2", 15);
  promote("churn@v4", 16, "challenger");
  promote("churn@v3", 17, "challenger");
  const std::vector<std::pair<std::string, std::int64_t>> cases = {
      {"churn", 2},
      {"churn@v3", 3},
      {"churn@champion", 2},
      {"churn@challenger", 3},
      {"churn@{0}", 2},
      {"churn@{1}", 3},
      {"churn@{2}", 1},
      {"churn@" + day(14).text(), 3},
      {"churn@" + day(13).text(), 3},
      {"churn@champion@{1}", 3},
      {"churn@challenger@{1}", 4},
      {"churn@challenger@" + day(16).text(), 4},
      {"models/churn", 2},
      {"models/churn@v4", 4},
      {"models:/churn", 2},
      {"models:/churn@champion", 2},
      {"models:/churn/4", 4},
      {"models:/churn/latest", 4},
      {registry.get("churn@v4").record.text(), 4},
      {registry.get("churn@v4").record.hex().substr(0, 10), 4},
      {"sha256:" + registry.get("churn@v4").record.hex().substr(0, 6), 4}};
  for (const auto& [address, wanted] : cases) EXPECT_EQ(number(address), wanted) << address;
}

TEST_F(ModelTest, WithoutAChampionAReflogIsThatOfTheVersions) {
  add(1);
  add(2);
  EXPECT_EQ(number("churn@{1}"), 1);
  EXPECT_EQ(number("churn@" + day(1).text()), 1);
}

TEST_F(ModelTest, WhatAnAddressMissesIsSaid) {
  EXPECT_NE(error_of([&] { registry.get("churn"); }).hint().find("mlops train run"), std::string::npos);
  add(1);
  add(2);
  promote("churn@v2", 10);
  const std::vector<std::array<std::string, 3>> cases = {
      {"chrun", "no model 'chrun'", "a similar name exists: `churn`"},
      {"zebra", "no model 'zebra'", "mlops model list"},
      {"churn@v9", "'churn' has no version 9", "churn has v1 to v2"},
      {"models:/churn/9", "'churn' has no version 9", "churn has v1 to v2"},
      {"churn@champoin", "'churn' has no alias 'champoin'", "a similar one exists: `champion`"},
      {"models:/churn/Production", "'churn' has no alias 'Production'", "churn has v1 to v2, and `champion`"},
      {"churn@{7}", "'churn' does not go back 7 moves: it has 0 behind it", ""},
      {"churn@2001-01-01", "'churn' was nothing yet at 2001-01-01T00:00:00Z",
       "it begins at " + day(10).text()},
      {"sha256:0123456789", "no model version 'sha256:0123456789'", ""}};
  for (const auto& [address, message, hint] : cases) {
    const Error fault = error_of([&, &at = address] { registry.get(at); });
    EXPECT_EQ(fault.code(), Code::not_found) << address;
    EXPECT_EQ(fault.message(), message);
    EXPECT_NE(fault.hint().find(hint), std::string::npos) << fault.hint();
  }
  for (const char* address :
       {"churn@{x}", "churn@a b", "churn@champion@", "churn@champion@x", "@v1", "", "churn/v1"}) {
    EXPECT_EQ(error_of([&] { registry.get(address); }).code(), Code::usage) << address;
  }
}

TEST_F(ModelTest, ANameOfHexadecimalDigitsIsAName) {
  add(1, "abcdef");
  EXPECT_EQ(number("abcdef"), 1);
}

// ---- aliases
// ----------------------------------------------------------------------------------------------------

TEST_F(ModelTest, AnAliasMovesAndItsHistoryHasEveryMove) {
  add(1);
  add(2);
  const auto first = promote("churn@v1", 3);
  EXPECT_EQ(first.from, 0);
  EXPECT_EQ(first.to, 1);
  const auto second = promote("churn@v2", 4);
  EXPECT_EQ(second.from, 1);
  EXPECT_EQ(second.to, 2);
  const auto same = promote("churn@v2", 5);
  EXPECT_EQ(same.from, same.to);
  promote("churn@v1", 6, "challenger");
  EXPECT_EQ(moves(), (std::vector<std::string>{"challenger 0->1", "champion 1->2", "champion 0->1"}));
  EXPECT_EQ(moves("churn", "challenger"), std::vector<std::string>{"challenger 0->1"});
  EXPECT_EQ(registry.history("churn")[1].why, "better");
  EXPECT_EQ(registry.history("churn")[1].who, "bo");
  EXPECT_EQ(registry.current("churn", "champion"), 2);
  EXPECT_EQ(registry.current("churn", "nobody"), std::nullopt);
  EXPECT_EQ(faults(), std::vector<std::string>());
}

TEST_F(ModelTest, AnAliasIsOfItsOwnModelAlone) {
  add(1);
  add(2, "churn2");
  promote("churn2@v1", 3);
  EXPECT_TRUE(moves().empty());
  EXPECT_TRUE(registry.get("churn").aliases.empty());
  Version foreign = registry.get("churn2@v1");
  foreign.name = "churn";
  EXPECT_EQ(error_of([&] { registry.promote(foreign, "champion", "", "", day(4)); }).code(), Code::corrupt);
}

TEST_F(ModelTest, APromotionMaySayWhatItExpects) {
  add(1);
  add(2);
  promote("churn@v1", 3, "champion", 0);
  const Error fault = error_of([&] { promote("churn@v2", 4, "champion", 0); });
  EXPECT_EQ(fault.code(), Code::conflict);
  EXPECT_EQ(fault.message(), "churn@champion points at v1, expected was nothing");
  EXPECT_EQ(error_of([&] { promote("churn@v2", 4, "champion", 2); }).code(), Code::conflict);
  EXPECT_EQ(promote("churn@v2", 4, "champion", 1).to, 2);
}

TEST_F(ModelTest, RollbacksTakeMovesBackOneByOne) {
  for (int i = 1; i <= 4; ++i) add(i);
  for (int i = 1; i <= 3; ++i) promote(fmt::format("churn@v{}", i), 10 + i);
  const auto back = [&](int on) { return registry.rollback("churn", "champion", "bad", "cy", day(on)).to; };
  EXPECT_EQ(registry.before("churn", "champion"), 2);
  EXPECT_EQ(back(20), 2);
  EXPECT_EQ(back(21), 1);
  const Error fault = error_of([&] { back(22); });
  EXPECT_EQ(fault.code(), Code::not_found);
  EXPECT_EQ(fault.message(), "churn@champion was v1 from the start: there is no move to take back");
  promote("churn@v4", 23);
  EXPECT_EQ(back(24), 1);
  EXPECT_EQ(moves().size(), 7u);
}

TEST_F(ModelTest, AReturnByPromotionIsAMoveThatCanBeTakenBack) {
  for (int i = 1; i <= 3; ++i) add(i);
  for (const char* version : {"churn@v1", "churn@v2", "churn@v3", "churn@v2"}) promote(version, 10);
  EXPECT_EQ(registry.before("churn", "champion"), 3);
}

TEST_F(ModelTest, ARollbackOfWhatWasNeverSetIsSaid) {
  add(1);
  Error fault = error_of([&] { registry.rollback("churn", "champion", "", "", day(1)); });
  EXPECT_EQ(fault.code(), Code::not_found);
  EXPECT_EQ(fault.message(), "'churn' has no alias 'champion'");
  promote("churn@v1", 2, "challenger");
  fault = error_of([&] { registry.history("churn", "champion"); });
  EXPECT_EQ(fault.hint(), "it has `challenger`");
  EXPECT_EQ(error_of([&] { registry.history("chrun"); }).code(), Code::not_found);
}

TEST_F(ModelTest, NamesThatSelectVersionsAreNoAliases) {
  add(1);
  for (const char* alias :
       {"v3", "latest", "last", "train", "2026-11-01", "", "a b", "a@b", "{1}", "é", "a/b"}) {
    EXPECT_EQ(error_of([&] { promote("churn@v1", 2, alias); }).code(), Code::usage) << alias;
  }
  for (const char* alias : {"champion", "v", "v3a", "vintage", "eu-1", "A_b.c"}) {
    EXPECT_EQ(promote("churn@v1", 2, alias).to, 1);
    EXPECT_EQ(number(std::string("churn@") + alias), 1);
  }
}

TEST_F(ModelTest, OffersAreNamesNumbersAndAliases) {
  add(1);
  add(2);
  add(3, "apples");
  promote("churn@v1", 4);
  const auto found = offers(store.references());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "apples");
  EXPECT_EQ(found[1].newest, 2);
  EXPECT_EQ(found[1].aliases, std::vector<std::string>{"champion"});
}

// ---- MLmodel
// ----------------------------------------------------------------------------------------------------

class MlmodelTest : public ModelTest {
 protected:
  std::string text_of(const predict::Package& given, std::optional<json::Array> example = {}) {
    const auto added = registry.add({.name = "m", .package = given, .input_example = std::move(example)});
    for (const auto& file : store::get_tree(store.objects(), added.version.package).files) {
      if (file.path == "MLmodel") return store.objects().get(file.digest);
    }
    return "";
  }
};

TEST_F(MlmodelTest, SaysWhatMlflowWantsToKnow) {
  const std::string text = text_of(package(), json::Array{json::Object{{"age", 41}, {"city", nullptr}}});
  EXPECT_NE(text.find("    algorithm: prior\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find(
          R"(inputs: '[{"type": "long", "name": "age", "required": true}, {"type": "string", "name": "city", "required": false}]')"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("artifact_path: input_example.json\n"), std::string::npos);
  EXPECT_EQ(text.find("xgboost"), std::string::npos);
}

TEST_F(MlmodelTest, EqualPackagesHaveEqualFolders) {
  const auto one = registry.add({.name = "a", .package = package(), .time = day(1), .who = "ana"});
  const auto two = registry.add({.name = "b", .package = package(), .run = "x", .time = day(2), .who = "bo"});
  EXPECT_EQ(one.version.package, two.version.package);
}

TEST_F(MlmodelTest, XgboostIsNamedWithItsVersion) {
  predict::Package given = package();
  given.algorithm = "xgboost";
  given.files["booster.json"] = R"({"learner":{"note":"\"version\":[0]"},"version":[1,7,4]})";
  std::string text = text_of(given);
  EXPECT_NE(text.find("    data: booster.json\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    xgb_version: '1.7.4'\n"), std::string::npos);
  // The library takes no texts: only a model of plain numbers can be called through it as it is.
  EXPECT_EQ(text.find("python_function"), std::string::npos);
  given.signature.inputs.pop_back();
  text = text_of(given);
  EXPECT_NE(text.find("    loader_module: mlflow.xgboost\n"), std::string::npos) << text;
}

// ---- many processes, and their ends
// -----------------------------------------------------------------------------

class ManyTest : public ModelTest {
 protected:
  /// Runs `call` in a child process; how the child ended, as waitpid() tells.
  static pid_t start(const std::function<void()>& call) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      call();
    } catch (const std::exception& e) {
      std::fprintf(stderr, "child: %s\n", e.what());
      ::_exit(1);
    }
    ::_exit(0);
  }
  static int wait(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }
};

TEST_F(ManyTest, ConcurrentAddsAllLandWithNumbersOfTheirOwn) {
  constexpr int writers = 4;
  constexpr int each = 10;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    children.push_back(start([&, writer] {
      Store own(dir / ".mlops", Store::Mode::open);
      for (int i = 0; i < each; ++i) {
        Registry(own).add({.name = "churn", .package = package(writer * 100 + i), .time = day(i)});
      }
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait(child), 0);
  std::set<Digest> packages;
  const auto versions = registry.list("churn");
  for (const Version& version : versions) packages.insert(version.package);
  EXPECT_EQ(versions.size(), static_cast<std::size_t>(writers * each));
  EXPECT_EQ(packages.size(), versions.size());
  EXPECT_EQ(faults(), std::vector<std::string>());
}

TEST_F(ManyTest, ConcurrentPromotionsAreAllInTheHistory) {
  constexpr int writers = 4;
  for (int i = 1; i <= writers; ++i) add(i);
  std::vector<pid_t> children;
  for (int writer = 1; writer <= writers; ++writer) {
    children.push_back(start([&, writer] {
      Store own(dir / ".mlops", Store::Mode::open);
      Registry mine(own);
      mine.promote(mine.get(fmt::format("churn@v{}", writer)), "champion", "", "", day(9));
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(wait(child), 0);
  const auto history = registry.history("churn", "champion");
  ASSERT_EQ(history.size(), static_cast<std::size_t>(writers));
  for (std::size_t i = 0; i + 1 < history.size(); ++i) EXPECT_EQ(history[i].from, history[i + 1].to);
}

TEST_F(ManyTest, AProcessKilledAnywhereLeavesAllOrNothing) {
  const auto work = [&](const std::string& name, test::Fault fault, int at) {
    Store own(dir / ".mlops", Store::Mode::open);
    Registry mine(own);
    const Arm arm(fault, at);
    const auto added = mine.add({.name = name, .package = package(2), .time = day(3)});
    mine.promote(added.version, "champion", "", "", day(4));
  };
  int round = 0;
  for (const auto fault : {test::Fault::die, test::Fault::tear}) {
    bool struck = true;
    for (int at = 1; struck; ++at) {
      const std::string name = fmt::format("m{}", ++round);
      add(1, name);
      promote(name + "@v1", 2);
      const int status = wait(start([&] { work(name, fault, at); }));
      struck = WIFSIGNALED(status);
      ASSERT_TRUE(struck || status == 0) << at;
      const auto versions = registry.list(name);
      const auto history = moves(name);
      ASSERT_LE(versions.size(), 2u);
      ASSERT_LE(history.size(), versions.size());
      for (const Version& version : versions) predict::get(store.objects(), version.package);
      // The next command goes on as if nothing had been, and what was promised is whole.
      const auto next = registry.add({.name = name, .package = package(2), .time = day(5)});
      ASSERT_EQ(next.version.number, 2) << at;
      ASSERT_EQ(next.unchanged, versions.size() == 2) << at;
      registry.promote(next.version, "champion", "", "", day(6));
      ASSERT_EQ(moves(name), (std::vector<std::string>{"champion 1->2", "champion 0->1"})) << at;
    }
    EXPECT_GT(round, 30);
  }
  Store fresh(dir / ".mlops", Store::Mode::open);
  NoProgress progress;
  EXPECT_TRUE(fresh.fsck(progress).empty());
  EXPECT_EQ(fresh.reindex(progress), static_cast<std::size_t>(4 * round));
}

TEST_F(ManyTest, AFullDiskFailsWithoutAHalfVersion) {
  add(1);
  for (int at = 1;; ++at) {
    bool failed = false;
    {
      const Arm arm(test::Fault::since, at, ENOSPC);
      try {
        Store own(dir / ".mlops", Store::Mode::open);
        Registry(own).add({.name = "churn", .package = package(at), .time = day(3)});
      } catch (const Error& e) {
        failed = true;
      }
    }
    for (const Version& version : registry.list("churn")) predict::get(store.objects(), version.package);
    if (!failed) break;
  }
  Store fresh(dir / ".mlops", Store::Mode::open);
  NoProgress progress;
  EXPECT_TRUE(fresh.fsck(progress).empty());
}

}  // namespace
}  // namespace mlops::model
