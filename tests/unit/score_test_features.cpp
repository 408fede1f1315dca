// Models that were trained on views: what they keep of them, values before transforms as input, and features
// that are looked up.
#include "score_test.hpp"

#include <mlops/feature/fit.hpp>
#include <mlops/score/enrich.hpp>
#include <mlops/score/features.hpp>

#include <fmt/core.h>

#include <cmath>

namespace mlops::score {
namespace {

using namespace predict;
using Strings = std::vector<std::string>;

feature::View shop_view() {
  feature::View view{.name = "shop",
                     .key = {{"shop", "shop", feature::KeyKind::text}},
                     .from = "visits",
                     .at = "done",
                     .inputs = {{"CAST((delay) AS BIGINT)", "BIGINT"}, {"(kind)", "VARCHAR"}}};
  const auto add = [&](const char* name, const char* text, std::size_t input, const char* type) {
    view.columns.push_back({name, text, std::get<feature::Definition>(feature::parse(text)), input, type});
  };
  add("delay", "zscore(mean(delay) over 2h)", 0, "DOUBLE");
  add("kind", "onehot(kind, top=2)", 1, "VARCHAR");
  return view;
}

/// size + 10 * z of delay + 100 * (kind = a) + 1000 * (kind = b) + 10000 * (any other kind).
class FeaturesTest : public ScoreTest {
 protected:
  void SetUp() override {
    ScoreTest::SetUp();
    std::filesystem::create_directory(dir_ / "out");
    features_ = {.time = {"moment", "TIMESTAMP"},
                 .views = {{.view = shop_view(),
                            .as = "shop",
                            .key = {{"place", "VARCHAR"}},
                            .columns = {"delay", "kind"}}},
                 .fits = {{.column = "shop__delay", .transform = {}, .mean = 10, .deviation = 4},
                          {.column = "shop__kind",
                           .transform = {.kind = feature::Transform::Kind::onehot, .top = 2},
                           .categories = {"a", "b"},
                           .rare = {"c"}}}};
    const auto number = [](const char* name) { return Input{.name = name, .type = "BIGINT"}; };
    package_.signature = {.task = Task::regression,
                          .inputs = {number("size"), number("shop__delay"), number("shop__kind__a"),
                                     number("shop__kind__b"), number("shop__kind__other")},
                          .label = "spend",
                          .label_type = "DOUBLE"};
    package_.given = {number("size"),
                      {.name = "shop__delay", .type = "DOUBLE"},
                      {.name = "shop__kind",
                       .type = "VARCHAR",
                       .encoding = Encoding::category,
                       .categories = {"a", "b", "c"}}};
    package_.algorithm = "linear";
    package_.fitted = model(package_.signature).to_json();
    package_.files.emplace(features_file, features_json(features_));
    scorer_.emplace(package_, json::Object{}, engines_);
  }

  static LinearModel model(const Signature& signature) {
    json::Array terms;
    for (const Input& input : signature.inputs)
      terms.push_back(json::Object{{"feature", input.name},
                                   {"categories", 0},
                                   {"null", false},
                                   {"mean", 0},
                                   {"scale", 1},
                                   {"impute", 0.5}});
    return {.design = Design::from(terms, signature),
            .intercepts = {0},
            .coefficients = {1, 10, 100, 1000, 10'000}};
  }

  /// The answers, one a line.
  Strings answers(const Columns& rows) {
    Answered out;
    scorer_->answer(rows, out);
    met_ = out.met;
    Strings texts;
    for (const double one : out.predictions) texts.push_back(fmt::format("{}", one));
    return texts;
  }

  BatchReport run(const std::string& input,
                  const std::function<feature::History(const feature::View&)>& history) {
    NoProgress progress;
    return predict_batch(engines_, {.threads = 2}, dir_ / "scratch", *scorer_,
                         {.input = write("in.csv", input),
                          .output = dir_ / "out" / "answers.csv",
                          .only_answers = true,
                          .history = history},
                         progress, nullptr);
  }
  std::string written() { return read(dir_ / "out" / "answers.csv"); }

  feature::History history(const feature::View& view) {
    ++asked_;
    const auto table = engine();
    table->execute(
        "CREATE TABLE visits AS SELECT * FROM (VALUES ('007', TIMESTAMP '2026-01-01 10:00', 14, 'a'), "
        "('007', "
        "TIMESTAMP '2026-01-01 11:00', 22, 'b'), ('x', TIMESTAMP '2026-01-01 11:00', 6, 'zz')) AS t(shop, "
        "done, delay, kind)");
    return feature::History(view, feature::read_events(view, {.relation = "visits"}, *table).columns);
  }
  Error refused(const std::string& input) {
    return test::error_of([&] { run(input, [&](const feature::View& view) { return history(view); }); });
  }

  ModelFeatures features_;
  Package package_;
  std::optional<Scorer> scorer_;
  Encountered met_;
  int asked_ = 0;
};

TEST_F(FeaturesTest, AreReadBackAsTheyWereKept) {
  EXPECT_EQ(features_from(features_json(features_)), features_);
  EXPECT_EQ(features_of(package_), features_);
  package_.files.clear();
  EXPECT_TRUE(features_of(package_).empty());
  EXPECT_EQ(features_.views[0].names(), (Strings{"shop__delay", "shop__kind"}));
  EXPECT_EQ(features_.lookups(), (std::vector<LookupColumn>{{"moment", "TIMESTAMP"}, {"place", "VARCHAR"}}));
}

TEST_F(FeaturesTest, DamageIsTold) {
  const json::Value good = json::parse(features_json(features_));
  const auto fault = [&](const char* name, json::Value value) {
    json::Object bad = *good.as_object();
    bad.set(name, std::move(value));
    return test::error_of([&] { features_from(json::dump(bad)); });
  };
  for (const char* name : {"mlops_features", "time", "views", "fits"})
    EXPECT_EQ(fault(name, nullptr).code(), Code::corrupt);
  EXPECT_EQ(fault("mlops_features", 9).message(),
            "features.json of the model is of format 9; this program reads 1");
  json::Value view = (*good["views"].as_array())[0];
  view.as_object()->set("columns", json::Array{"gone"});
  EXPECT_EQ(fault("views", json::Array{view}).message(),
            "features.json of the model: the view 'shop' has no column 'gone'");
  view.as_object()->set("columns", json::Array{});
  view.as_object()->set("key", json::Array{});
  EXPECT_EQ(fault("views", json::Array{view}).code(), Code::corrupt);
  EXPECT_EQ(test::error_of([&] { features_from("{"); }).code(), Code::corrupt);
  package_.files.clear();
  EXPECT_EQ(test::error_of([&] { Scorer(package_, {}, engines_); }).message(),
            "the model takes 'shop__kind__a', which is neither given nor made from what is");
}

TEST_F(FeaturesTest, ValuesBeforeTransformsAreTaken) {
  const auto rows = engine()->query(
      "SELECT * FROM (VALUES (1, 14::DOUBLE, 'a'), (2, 6, 'b'), (3, 10, 'c'), (4, 10, 'never'), (5, 10, "
      "NULL), (6, "
      "NULL, 'a'), (7, 'inf', 'a')) AS t(size, shop__delay, shop__kind)");
  EXPECT_EQ(answers(rows), (Strings{"111", "992", "10003", "10004", "5", "111", "112"}));
  EXPECT_EQ(met_.unseen, (std::vector<std::uint64_t>{0, 0, 1}));
  EXPECT_EQ(met_.nulls, (std::vector<std::uint64_t>{0, 2, 1}));
}

// What training does to a table and what answering does to rows are two pieces of code: they are held
// together.
TEST_F(FeaturesTest, AnswersAreThoseOfTheTransformedTable) {
  const auto rows = engine()->query(
      "SELECT i AS size, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN 'nan' ELSE random() * 1e3 "
      "END::DOUBLE AS "
      "shop__delay, CASE WHEN i % 5 = 0 THEN NULL ELSE chr((97 + i % 6)::INT) END AS shop__kind FROM "
      "range(5000) AS "
      "t(i)");
  const Columns fitted = feature::apply(features_.fits, rows);
  Package plain = package_;
  plain.given.clear();
  plain.files.clear();
  Answered wanted;
  Scorer(plain, {}, engines_).answer(fitted, wanted);
  Answered got;
  scorer_->answer(rows, got);
  EXPECT_EQ(got.predictions, wanted.predictions);
}

TEST_F(FeaturesTest, AreLookedUpWhereTheInputHasNone) {
  const auto report =
      run("size,place,moment\n1,007,2026-01-01 12:00:00\n2,x,2026-01-01 12:00:00\n3,007,2026-01-01 09:00:00\n"
          "4,,2026-01-01 12:00:00\n5,007,\n",
          [&](const feature::View& view) { return history(view); });
  // 18 is 2 deviations above the mean, 6 one below; without events both are null.
  EXPECT_EQ(written(), "prediction\n1021.0\n9992.0\n8.0\n9.0\n10.0\n");
  EXPECT_EQ(report.looked_up, (Strings{"shop"}));
  EXPECT_EQ(asked_, 1);
}

TEST_F(FeaturesTest, AreTakenFromTheInputWhereItHasAll) {
  const auto report =
      run("size,shop__delay,shop__kind\n1,18,b\n", [&](const feature::View& view) { return history(view); });
  EXPECT_EQ(written(), "prediction\n1021.0\n");
  EXPECT_TRUE(report.looked_up.empty());
  EXPECT_EQ(asked_, 0);
}

TEST_F(FeaturesTest, SomeOfThemOrNothingToLookThemUpByIsTold) {
  EXPECT_EQ(refused("size,place,moment,shop__kind\n1,007,2026-01-01,b\n").message(),
            "the data have the feature 'shop__kind' and not 'shop__delay'");
  EXPECT_EQ(refused("size,place\n1,007\n").message(),
            "column 'moment' (TIMESTAMP), as of which features are looked up, is missing");
  const Error both = refused("moment\n2026-01-01 12:00:00\n");
  EXPECT_EQ(both.id(), "signature.mismatch");
  EXPECT_EQ(both.detail(),
            "  column 'place' (VARCHAR), by which the features of 'shop' are looked up, is missing\n"
            "  column 'size' (BIGINT) is missing\n");
  EXPECT_EQ(refused("size,place,moment\n1,007,soon\n").message(),
            "the column 'moment' is VARCHAR: a date or a time stamp is wanted");
  EXPECT_EQ(asked_, 1);
  const auto nowhere = test::error_of([&] { run("size,place,moment\n1,007,2026-01-01 12:00:00\n", {}); });
  EXPECT_EQ(nowhere.id(), "signature.mismatch");
}

// Rows come in batches and are joined in blocks, of which this takes several.
TEST_F(FeaturesTest, ManyRowsAreLookedUp) {
  std::string input = "size,place,moment\n";
  std::string wanted = "prediction\n";
  for (int i = 0; i < 300'000; ++i) {
    input += fmt::format("{},{},2026-01-01 12:00:00\n", i, i % 2 == 0 ? "007" : "x");
    wanted += fmt::format("{}.0\n", i + (i % 2 == 0 ? 1020 : 9990));
  }
  EXPECT_EQ(run(input, [&](const feature::View& view) { return history(view); }).rows, 300'000u);
  EXPECT_TRUE(written() == wanted);
  EXPECT_EQ(asked_, 1);
}

}  // namespace
}  // namespace mlops::score
