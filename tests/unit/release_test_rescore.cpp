// A registered version asked about rows of a table: it answers as `predict` does.
#include <gtest/gtest.h>
#include <mlops/predict/linear.hpp>
#include <mlops/predict/spelling.hpp>
#include <mlops/release/rescore.hpp>
#include <mlops/score/batch.hpp>
#include <mlops/score/derived.hpp>

#include <cstdlib>
#include <fstream>
#include <random>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::release {
namespace {

using predict::Task;
using test::Cells;
using test::ColumnsOf;
using test::error_of;

namespace stdfs = std::filesystem;

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t first_us = 1'767'225'600'000'000;  // 2026-01-01

feature::View shop_view() {
  feature::View view{.name = "shop",
                     .key = {{"shop", "shop", feature::KeyKind::text}},
                     .from = "visits",
                     .at = "done",
                     .inputs = {{"CAST((delay) AS DOUBLE)", "DOUBLE"}}};
  const std::string text = "zscore(mean(delay) over 3h)";
  view.columns.push_back({"delay", text, std::get<feature::Definition>(feature::parse(text)), 0, "DOUBLE"});
  return view;
}

/// Size, hour (made of the moment) and the standardized delay at the place of the row.
predict::Package package() {
  const auto number = [](const char* name) { return predict::Input{.name = name, .type = "DOUBLE"}; };
  predict::Package out{.algorithm = "linear"};
  out.signature = {.task = Task::regression,
                   .inputs = {number("size"), number("hour"), number("shop__delay")},
                   .label = "spend",
                   .label_type = "DOUBLE"};
  out.signature.inputs[1].type = "BIGINT";
  out.given = out.signature.inputs;
  json::Array terms;
  for (const predict::Input& input : out.signature.inputs)
    terms.push_back(json::Object{{"feature", input.name},
                                 {"categories", 0},
                                 {"null", false},
                                 {"mean", 0},
                                 {"scale", 1},
                                 {"impute", 0.5}});
  out.fitted = predict::LinearModel{.design = predict::Design::from(terms, out.signature),
                                    .intercepts = {0.1},
                                    .coefficients = {1 / 3.0, 0.7, 10}}
                   .to_json();
  const score::ModelFeatures features{
      .time = {"moment", "TIMESTAMP"},
      .views = {{.view = shop_view(), .as = "shop", .key = {{"place", "VARCHAR"}}, .columns = {"delay"}}},
      .fits = {{.column = "shop__delay", .transform = {}, .mean = 10, .deviation = 4}}};
  out.files.emplace(score::features_file, score::features_json(features));
  out.files.emplace(score::derived_file,
                    score::derived_json({{.name = "hour",
                                          .type = "BIGINT",
                                          .expression = "hour(moment)",
                                          .reads = {{"moment", "moment", "TIMESTAMP"}}}}));
  return out;
}

struct Visits {
  Cells<double> size;
  Cells<std::string> place;
  Cells<std::int64_t> moment;
  std::string csv = "size,place,moment\n";

  explicit Visits(std::size_t count) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform;
    for (std::size_t i = 0; i < count; ++i) {
      size.push_back(random() % 9 == 0 ? std::optional<double>() : std::optional(uniform(random)));
      place.push_back(random() % 9 == 0 ? std::nullopt
                                        : std::optional(std::string(random() % 2 == 0 ? "007" : "x")));
      moment.push_back(first_us + static_cast<std::int64_t>(random() % 86'400) * 1'000'000);
      if (size.back()) predict::spell(*size.back(), csv);
      csv += "," + place.back().value_or("") + ",";
      predict::spell_timestamp(*moment.back(), csv);
      csv += "\n";
    }
  }
  Columns columns() const {
    return ColumnsOf()
        .texts("note", Cells<std::string>(size.size(), "nobody asks for it"))
        .texts("place", place)
        .add<std::int64_t>("moment", {.kind = Kind::timestamp}, moment, "TIMESTAMP")
        .numbers("size", size)
        .build();
  }
};

class RescoreTest : public ::testing::Test {
 protected:
  RescoreTest() {
    std::string name = (stdfs::temp_directory_path() / "release_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
    store_.emplace(dir_ / "store", store::Store::Mode::create);
  }
  ~RescoreTest() override { stdfs::remove_all(dir_); }

  Workshop shop() {
    return {.store = *store_,
            .engines = engines_,
            .resources = {.threads = 2},
            .clock = clock_,
            .progress = progress_,
            .environment = environment_,
            .cancel = &cancel_};
  }
  model::Version add(const predict::Package& package) {
    return model::Registry(*store_)
        .add({.name = "spend", .package = package, .time = {1}, .who = "ana"})
        .version;
  }
  feature::History history(const feature::View& view) {
    ++asked_;
    Cells<std::string> shops;
    Cells<std::int64_t> at;
    Cells<double> delays;
    for (int i = 0; i < 24; ++i) {
      shops.emplace_back(i % 3 == 0 ? "x" : "007");
      at.emplace_back(first_us + i * hour_us);
      delays.emplace_back(i * 1.7);
    }
    return feature::History(view, ColumnsOf()
                                      .texts("key0", shops)
                                      .add<std::int64_t>("at", {.kind = Kind::timestamp}, at, "TIMESTAMP")
                                      .numbers("input0", delays)
                                      .build());
  }
  HistoryOf histories() {
    return [this](const feature::View& view) { return history(view); };
  }
  std::string predicted(const model::Version& version, const std::string& csv) {
    std::ofstream(dir_ / "in.csv", std::ios::binary) << csv;
    const auto scorer = score::Scorer::load(*store_, version.package, std::nullopt, engines_);
    score::predict_batch(
        engines_, {.threads = 2}, dir_ / "scratch", scorer,
        {.input = dir_ / "in.csv", .output = dir_ / "out.csv", .only_answers = true, .history = histories()},
        progress_, nullptr);
    std::ifstream in(dir_ / "out.csv", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static std::string spelled(const Rescored& answers) {
    std::string out = "prediction\n";
    for (const double one : answers.predictions) {
      predict::spell(one, out);
      out += '\n';
    }
    return out;
  }

  stdfs::path dir_;
  std::optional<store::Store> store_;
  Engines engines_{{ENGINES_DIR}};
  SystemClock clock_;
  NoProgress progress_;
  std::map<std::string, std::string> environment_;
  Cancel cancel_;
  int asked_ = 0;
};

TEST_F(RescoreTest, AnswersAreThoseOfPredictByteForByte) {
  const model::Version version = add(package());
  // Two blocks of the one and the other.
  const Visits visits(140'000);
  Workshop workshop = shop();
  const Rescored answers = rescore(workshop, version, visits.columns(), histories());
  EXPECT_EQ(answers.signature.label, "spend");
  EXPECT_EQ(answers.signature.inputs.size(), 3u);
  EXPECT_EQ(asked_, 1);
  EXPECT_TRUE(spelled(answers) == predicted(version, visits.csv));
}

TEST_F(RescoreTest, NoRowsHaveNoAnswers) {
  const model::Version version = add(package());
  Workshop workshop = shop();
  EXPECT_TRUE(rescore(workshop, version, Visits(0).columns(), histories()).predictions.empty());
}

TEST_F(RescoreTest, FeaturesThatTheRowsHaveAreTaken) {
  const model::Version version = add(package());
  Workshop workshop = shop();
  const Columns rows =
      ColumnsOf().numbers("size", {3}).integers("hour", {10}).numbers("shop__delay", {14}).build();
  const Rescored answers = rescore(workshop, version, rows, histories());
  EXPECT_DOUBLE_EQ(answers.predictions.at(0), 0.1 + 1 + 7 + 10);
  EXPECT_EQ(asked_, 0);
}

TEST_F(RescoreTest, WhatCannotAnswerSaysWhy) {
  const model::Version version = add(package());
  Workshop workshop = shop();
  const auto fault = [&](const model::Version& of, const Columns& rows, const HistoryOf& where) {
    return error_of([&] { rescore(workshop, of, rows, where); });
  };
  const Columns whole = Visits(3).columns();
  EXPECT_EQ(fault(version, whole, {}).id(), "signature.mismatch");
  EXPECT_EQ(fault(version, ColumnsOf().numbers("size", {1}).build(), histories()).id(), "signature.mismatch");
  const auto gone = [](const feature::View&) -> feature::History {
    throw error(Code::not_found, "no such table");
  };
  EXPECT_EQ(fault(version, whole, gone).message(), "no such table");
  model::Version opaque = version;
  opaque.algorithm = model::Version::opaque;
  EXPECT_EQ(fault(opaque, whole, histories()).id(), "model.opaque");
  model::Version lost = version;
  lost.package = *Digest::parse("sha256:" + std::string(64, 'a'));
  EXPECT_EQ(fault(lost, whole, histories()).code(), Code::corrupt);
  cancel_.set();
  EXPECT_EQ(fault(version, whole, histories()).code(), Code::interrupted);
}

TEST(Comparable, IsTheSameTaskWithTheSameClasses) {
  model::Version version;
  version.name = "churn";
  version.number = 3;
  const auto why = [&](const predict::Signature& signature, const train::Target& target) {
    const Error fault = error_of([&] { require_comparable(version, signature, target); });
    EXPECT_EQ(fault.id(), "model.incomparable");
    EXPECT_EQ(fault.code(), Code::failed);
    return fault.message();
  };
  train::Target target;
  target.column = "churned";
  target.classes = {"no", "yes"};
  require_comparable(version, {.task = Task::binary, .classes = {"no", "yes"}}, target);
  require_comparable(version, {.task = Task::binary, .label = "churned", .classes = {"no", "yes"}}, target);
  EXPECT_EQ(why({.task = Task::binary, .label = "late", .classes = {"no", "yes"}}, target),
            "churn@v3 answers another question: its label is 'late', and what is judged is 'churned'");
  EXPECT_EQ(why({.task = Task::regression}, target),
            "churn@v3 answers another question: its task is regression, and that of 'churned' is binary");
  EXPECT_EQ(why({.task = Task::binary, .classes = {"yes", "no"}}, target),
            "churn@v3 answers another question: its classes are yes, no, and those of 'churned' are no, yes");
  EXPECT_EQ(
      why({.task = Task::binary, .classes = {"a", "b", "c", "d", "e", "f"}}, target),
      "churn@v3 answers another question: its classes are a, b, c, d, e, ..., and those of 'churned' are no, "
      "yes");
}

}  // namespace
}  // namespace mlops::release
