#include <gtest/gtest.h>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/dataset/ingest.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/scaffold/tabular.hpp>
#include <mlops/scaffold/templates.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "error_of.hpp"

namespace mlops::scaffold {
namespace {

using test::error_of;

manifest::Manifest read(const std::string& text) { return manifest::parse(text, "mlops.yaml"); }

/// `text` with every example of an entry taken out of its comment.
std::string uncommented(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  # ")) line.erase(2, 2);
    out += line + "\n";
  }
  return out;
}

TEST(Templates, ThePlainOneIsEmptyAndShowsWhatWorks) {
  const manifest::Manifest empty = read(plain_project("it's # a name: really"));
  EXPECT_EQ(empty.project, "it's # a name: really");
  EXPECT_TRUE(empty.tables().empty());
  const manifest::Manifest full = read(uncommented(plain_project("churn")));
  ASSERT_EQ(full.sources.size(), 1U);
  EXPECT_EQ(full.sources[0].expect.size(), 3U);
  ASSERT_EQ(full.data.size(), 1U);
  EXPECT_EQ(full.models.size(), 3U);
  ASSERT_EQ(full.releases.size(), 1U);
  EXPECT_EQ(full.releases[0].among.size(), 3U);
}

TEST(Templates, ThePlainOneTakesWhatCommandsAdd) {
  manifest::SourceSpec churn;
  churn.name = "churn";
  churn.from = {"churn.csv"};
  const std::string text = manifest::with_source(plain_project("p"), "mlops.yaml", churn);
  EXPECT_EQ(read(text).sources.size(), 1U);
  EXPECT_LT(text.find("from: churn.csv"), text.find("\ndata:"));
  const auto edit = manifest::training_edit(read(text), "churn", "churned", {"prior", "logistic"}, {});
  const manifest::Manifest trained = read(manifest::with_training(text, "mlops.yaml", edit));
  EXPECT_EQ(trained.models.size(), 2U);
  EXPECT_EQ(trained.sources[0].label, "churned");
}

TEST(Templates, TheFlightsComeFromWhereTheyAreAskedFor) {
  const manifest::Manifest beside = read(flights_project());
  EXPECT_EQ(beside.sources.at(0).from, std::vector<std::string>{"flights-3m.parquet"});
  manifest::Manifest here = read(flights_project("my data: #1.parquet"));
  EXPECT_EQ(here.sources.at(0).from, std::vector<std::string>{"my data: #1.parquet"});
  here.sources[0].from = beside.sources[0].from;
  EXPECT_EQ(here, beside);
  EXPECT_EQ(here.find_model("boosted")->features.size(), 4U);
}

/// A table on disk, looked at.
class TabularTest : public ::testing::Test {
 protected:
  std::string written(const std::string& csv, const std::string& label, const std::string& time = "") {
    std::ofstream(folder_.path() / "t.csv") << csv;
    Engines engines({std::filesystem::path(ENGINES_DIR)});
    NoProgress progress;
    const SystemClock clock;
    const std::map<std::string, std::string> environment;
    dataset::Workshop shop{.engines = engines, .resources = {}, .clock = clock, .progress = progress};
    manifest::SourceSpec source;
    source.name = "t";
    source.from = {"t.csv"};
    source.label = label;
    source.time = time;
    Scratch scratch;
    const dataset::IngestRequest request{
        .source = source, .base = folder_.path(), .pinned = {}, .who = "me", .input = {}};
    const dataset::Version version = dataset::ingest(scratch.store(), shop, request).version;
    release::Workshop bench{.store = scratch.store(),
                            .engines = engines,
                            .resources = {},
                            .clock = clock,
                            .progress = progress,
                            .environment = environment};
    const release::Prepared prepared =
        release::prepare(bench, {.model = "t", .data = version, .label = label});
    dataset::Reader reader({.store = scratch.store(), .engines = engines});
    const auto profile = reader.profile(version);
    return tabular_project(
        {.project = "p", .source = source, .rows = version.rows, .profile = profile, .prepared = prepared});
  }

  static std::vector<std::string> assertions(const std::string& text) {
    std::vector<std::string> out;
    const manifest::Manifest manifest = read(text);
    for (const manifest::ExpectSpec& one : manifest.sources.at(0).expect) {
      EXPECT_TRUE(std::holds_alternative<expect::Assertion>(expect::parse(one.text))) << one.text;
      out.push_back(one.text + (one.warn ? " (warn)" : ""));
    }
    return out;
  }

  fs::TemporaryFolder folder_{std::filesystem::temp_directory_path()};
};

/// `count` rows made by `row(i)`.
template <typename Row>
std::string table(const std::string& header, int count, Row row) {
  std::string out = header + "\n";
  for (int i = 0; i < count; ++i) out += row(i) + "\n";
  return out;
}

TEST_F(TabularTest, SaysWhatHoldsOfOddNamesAndValues) {
  const std::string text =
      written(table("id,Cost Total $,rows,`tick`,last,plan,fixed,churned", 100,
                    [](int i) {
                      return fmt::format("{},{},{},{},{},{},same,{}", 1000 + i, i * 12345, i % 7 - 3,
                                         i % 5 ? "x" : "", 0.5 + 0.005 * (i % 90),
                                         i % 3 == 0   ? "free"
                                         : i % 3 == 1 ? "\"it's \"\"big\"\"\""
                                                      : "\"a # b: c\"",
                                         i % 2 ? "yes" : "no");
                    }),
              "churned");
  const std::vector<std::string> wanted = {
      "rows >= 80",
      "unique(id)",
      "churned in {no, yes}",
      "null(churned) < 1%",
      "null(`Cost Total $`) < 1%",
      "null(`rows`) < 1%",
      "null(```tick```) < 30%",
      "null(`last`) < 1%",
      "null(plan) < 1%",
      "`Cost Total $` in 0..1_400_000 (warn)",
      "`rows` in -4..4 (warn)",
      "```tick``` in {x} (warn)",
      "`last` in 0.45..0.99 (warn)",
      "plan in {\"a # b: c\", free, \"it's \"\"big\"\"\"} (warn)",
  };
  EXPECT_EQ(assertions(text), wanted) << text;
  EXPECT_NE(text.find("#   id: identifier: "), std::string::npos) << text;
  EXPECT_NE(text.find("#   fixed: constant\n"), std::string::npos) << text;
  EXPECT_NE(text.find("# what is to be predicted: no 50%, yes 50%\n"), std::string::npos) << text;
  const manifest::Manifest manifest = read(text);
  EXPECT_EQ(manifest.releases.at(0).among, (std::vector<std::string>{"prior", "logistic", "xgboost"}));
  EXPECT_EQ(manifest.releases[0].pick->text(), "simplest within 1 se of max auc");
}

TEST_F(TabularTest, NothingFromTheDataGetsOutOfItsComment) {
  const std::string text = written(table("x,y", 60,
                                         [](int i) {
                                           return fmt::format("{},\"{}\"", i % 7,
                                                              i % 2 ? "a\nsettings: {threads: 1}"
                                                                    : "b\xE2\x80\xA8"
                                                                      "c");
                                         }),
                                   "y");
  EXPECT_TRUE(read(text).settings.empty()) << text;
  EXPECT_NE(text.find("a settings: {threads: 1} 50%"), std::string::npos) << text;
}

std::string days(int i) { return fmt::format("2026-{:02}-{:02}", i / 28 + 1, i % 28 + 1); }

TEST_F(TabularTest, OffersASplitThatWorksAndDecidesNone) {
  const std::string csv =
      table("day,x,y", 280, [](int i) { return fmt::format("{},{},{}", days(i), i % 9, (i * i) % 7); });
  const std::string text = written(csv, "y");
  EXPECT_EQ(read(text).sources.at(0).time, "");
  EXPECT_NE(text.find("    # time: day\n    # split: {test: last 45d, valid: 45d before test}\n"),
            std::string::npos)
      << text;
  const manifest::Manifest asked = read(written(csv, "y", "day"));
  EXPECT_EQ(asked.sources.at(0).time, "day");
  EXPECT_EQ(asked.sources.at(0).split.test_last_us, 45LL * 86'400'000'000);
  EXPECT_EQ(error_of([&] { written(csv, "x", "nothing"); }).code(), Code::usage);
}

TEST_F(TabularTest, ADateFarFromAllOthersIsNoEndOfTime) {
  const std::string text = written(
      table(
          "day,x,y", 280,
          [](int i) { return fmt::format("{},{},{}", i == 5 ? "2099-01-01" : days(i), i % 9, (i * i) % 7); }),
      "y");
  EXPECT_NE(text.find("# time: day\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("split:"), std::string::npos) << text;
}

TEST_F(TabularTest, AColumnThatTellsTheLabelIsOfferedAsAnOutcome) {
  const std::string text = written(table("left,x,y", 400,
                                         [](int i) {
                                           return fmt::format("{},{},{}", i % 2 ? "gone" : "here",
                                                              (i * 7) % 11, i % 2 ? "yes" : "no");
                                         }),
                                   "y");
  EXPECT_NE(text.find("    # outcome: [left]\n"), std::string::npos) << text;
  EXPECT_TRUE(read(text).sources.at(0).outcome.empty());
}

TEST_F(TabularTest, AWideTableIsNotAThousandLines) {
  std::string header = "y";
  for (int i = 0; i < 300; ++i) header += fmt::format(",c{}", i);
  const std::string text = written(
      table(header, 60,
            [](int i) {
              std::string row = fmt::format("{}", i % 2);
              for (int c = 0; c < 300; ++c)
                row += fmt::format(",{}", c == 7 && i % 3 == 0 ? "" : std::to_string((i * (c + 3)) % 17));
              return row;
            }),
      "y");
  EXPECT_LT(assertions(text).size(), 50U);
  EXPECT_NE(text.find("# and so on for 264 more columns"), std::string::npos) << text;
}

TEST_F(TabularTest, ALabelWithNothingToLearnIsToldAsTrainingTellsIt) {
  EXPECT_EQ(error_of([&] { written("x,y\n1,a\n2,a\n", "y"); }).code(), Code::negative);
}

}  // namespace
}  // namespace mlops::scaffold
