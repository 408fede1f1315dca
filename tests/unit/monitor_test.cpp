#include "monitor_test.hpp"

namespace mlops::monitor {
namespace {

using test::Cells;
using test::ColumnsOf;

// ---- what is in a line
// ----------------------------------------------------------------------------------------------

TEST_F(MonitorTest, ALineHasWhatWasAskedAndAnsweredAndByWhom) {
  const score::Scorer scorer(of_age(), {}, engines_);
  {
    PredictionLog log(options(), clock_);
    ASSERT_TRUE(put(log, log.lane(), scorer, ages({40}), "abc \"1\" ñ"));
  }
  const std::string zero(64, '0');
  EXPECT_EQ(lines(), (std::vector<std::string>{
                         R"({"schema":"mlops.prediction/1","time":"2026-11-18T11:06:40.123456Z",)"
                         R"("request":"abc \"1\" ñ","row":1,"model":"churn@v1","digest":"sha256:)" +
                         zero +
                         R"(","as_of":null,"keys":null,"inputs":{"age":40},"features":null,"prediction":0,)"
                         R"("probability":0.25,"probabilities":null})"}));
}

TEST_F(MonitorTest, ValuesAreExactlyThoseThatTheModelSaw) {
  const score::Scorer scorer(
      prior({{.name = "whole", .type = "BIGINT"},
             {.name = "real", .type = "DOUBLE"},
             {.name = "flag", .type = "BOOLEAN", .encoding = Encoding::flag},
             {.name = "city", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"Li\"ma"}},
             {.name = "code", .type = "BIGINT", .encoding = Encoding::category, .categories = {"7", "1001"}},
             {.name = "day", .type = "DATE", .encoding = Encoding::date},
             {.name = "at", .type = "TIMESTAMP", .encoding = Encoding::timestamp},
             {.name = "clock", .type = "TIME", .encoding = Encoding::time}}),
      {}, engines_);
  const Type stamp = {.kind = Kind::timestamp, .unit = TimeUnit::us};
  const Type time = {.kind = Kind::time, .unit = TimeUnit::us};
  const Columns given =
      ColumnsOf()
          .numbers("whole", {-3.0, 41.5, {}})
          .numbers("real", {0.1 + 0.2, 1e300, {}})
          .flags("flag", {true, false, {}})
          .texts("city", {"Li\"ma", "Quito\t\"x\"", {}})
          .integers("code", {1001, 8, {}})
          .dates("day", {4, 11503, {}})
          .add<std::int64_t>("at", stamp, Cells<std::int64_t>{993'904'496'789'013, -1, {}}, "TIMESTAMP")
          .add<std::int64_t>("clock", time, Cells<std::int64_t>{45'296'000'001, 0, {}}, "TIME")
          .build();
  {
    PredictionLog log(options(), clock_);
    ASSERT_TRUE(put(log, log.lane(), scorer, given));
  }
  std::vector<std::string> seen;
  for (const std::string& line : lines()) {
    const std::size_t begin = line.find("\"inputs\":") + 9;
    seen.push_back(line.substr(begin, line.find(",\"features\"") - begin));
  }
  EXPECT_EQ(seen, (std::vector<std::string>{
                      R"({"whole":-3,"real":0.30000000000000004,"flag":true,"city":"Li\"ma","code":1001,)"
                      R"("day":"1970-01-05","at":"2001-06-30T12:34:56.789013Z","clock":"12:34:56.000001"})",
                      R"({"whole":41.5,"real":1e+300,"flag":false,"city":"Quito\t\"x\"","code":8,)"
                      R"("day":"2001-06-30","at":"1969-12-31T23:59:59.999999Z","clock":"00:00:00"})",
                      R"({"whole":null,"real":null,"flag":null,"city":null,"code":null,"day":null,"at":null,)"
                      R"("clock":null})"}));
}

TEST_F(MonitorTest, AnUnseenCategoryThatIsNoNumberStaysAText) {
  const score::Scorer scorer(
      prior({{.name = "code", .type = "BIGINT", .encoding = Encoding::category, .categories = {"7"}}}), {},
      engines_);
  {
    PredictionLog log(options(), clock_);
    put(log, log.lane(), scorer, ColumnsOf().texts("code", {"008", "x", "7", "-", "9."}).build());
  }
  std::string seen;
  for (const json::Value& row : rows()) seen += json::dump(row["inputs"]["code"]) + " ";
  EXPECT_EQ(seen, R"("008" "x" 7 "-" "9." )");
}

TEST_F(MonitorTest, PersonalDataAreLeftOut) {
  const score::Scorer scorer(
      prior({{.name = "email", .type = "VARCHAR", .encoding = Encoding::category, .pii = true},
             {.name = "age", .type = "BIGINT"}}),
      {}, engines_);
  {
    PredictionLog log(options(), clock_);
    put(log, log.lane(), scorer, ColumnsOf().texts("email", {"a@example.org"}).integers("age", {40}).build());
  }
  ASSERT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows()[0]["inputs"], json::Value(json::Object{{"age", 40}}));
  EXPECT_EQ(lines()[0].find("example"), std::string::npos);
}

TEST_F(MonitorTest, FeaturesOfViewsStandApartWithTheMomentOfTheirRow) {
  predict::Package package =
      prior({{.name = "age", .type = "BIGINT"}, {.name = "airport__delay", .type = "DOUBLE"}});
  score::ModelView view;
  view.view.name = "airport";
  view.as = "airport";
  view.columns = {"delay"};
  view.view.columns = {{.name = "delay", .text = "mean(delay) over 1h", .input = 0, .type = "DOUBLE"}};
  view.view.inputs = {{.sql = "delay", .type = "DOUBLE"}};
  score::ModelFeatures features;
  features.time = {.name = "date", .type = "TIMESTAMP"};
  features.views = {view};
  features.views[0].view.key = {{.entity = "airport", .column = "origin"},
                                {.entity = "day", .column = "day"}};
  features.views[0].key = {{"origin", "VARCHAR"}, {"day", "BIGINT"}};
  package.files[std::string(score::features_file)] = score::features_json(features);
  const score::Scorer scorer(package, {}, engines_);
  const std::vector<std::int64_t> moments = {993'859'200'000'000, no_moment};
  {
    PredictionLog log(options(), clock_);
    put(log, log.lane(), scorer,
        ColumnsOf()
            .integers("age", {40, 41})
            .numbers("airport__delay", {3.25, {}})
            .texts("origin", {"O\"RD", {}})
            .integers("day", {7, {}})
            .texts("date", {"2001-06-30", "x"})
            .build(),
        "r", moments);
  }
  ASSERT_EQ(rows().size(), 2u);
  EXPECT_EQ(rows()[0]["inputs"], json::Value(json::Object{{"age", 40}}));
  EXPECT_EQ(rows()[0]["features"], json::Value(json::Object{{"airport__delay", 3.25}}));
  EXPECT_EQ(rows()[0]["keys"], json::Value(json::Object{{"origin", "O\"RD"}, {"day", 7}}))
      << "the time is as_of";
  EXPECT_EQ(rows()[1]["keys"], json::Value(json::Object{{"origin", nullptr}, {"day", nullptr}}));
  EXPECT_EQ(rows()[0]["as_of"].text_or(""), "2001-06-30T00:00:00Z");
  EXPECT_EQ(rows()[1]["features"], json::Value(json::Object{{"airport__delay", nullptr}}));
  EXPECT_TRUE(rows()[1]["as_of"].is_null());
}

TEST_F(MonitorTest, ClassesHaveTheirProbabilitiesByNameAndNumbersHaveNone) {
  predict::Package classes = of_age();
  classes.signature.task = predict::Task::multiclass;
  classes.signature.label_type = "VARCHAR";
  classes.signature.classes = {"a", "b\"", "c"};
  classes.fitted = {{"shares", json::Array{0.25, 0.5, 0.25}}};
  predict::Package number = of_age();
  number.signature.task = predict::Task::regression;
  number.signature.label_type = "DOUBLE";
  number.signature.classes = {};
  number.algorithm = "mean";
  number.fitted = {{"mean", 3.5}};
  const score::Scorer sorts(classes, {}, engines_);
  const score::Scorer counts(number, {}, engines_);
  LogOptions both = options();
  both.models["fare"] = {};
  score::Answered answered;
  const Columns one = ages({40});
  const GivenColumns given(counts, one);
  {
    PredictionLog log(both, clock_);
    Lane& lane = log.lane();
    put(log, lane, sorts, ages({40}));
    counts.answer(ages({40}), answered);
    lane.put(*log.stream("fare", "fare@v1", Digest{}, counts),
             {.request = "r", .answered = answered, .given = given});
    EXPECT_EQ(log.stream("other", "other@v1", Digest{}, counts), nullptr) << "nobody asked for it";
  }
  ASSERT_EQ(rows().size(), 1u);
  EXPECT_EQ(rows()[0]["prediction"].text_or(""), "b\"");
  EXPECT_TRUE(rows()[0]["probability"].is_null());
  EXPECT_EQ(rows()[0]["probabilities"], json::Value(json::Object{{"a", 0.25}, {"b\"", 0.5}, {"c", 0.25}}));
  const auto fares = segments(folder_, "fare");
  ASSERT_EQ(fares.size(), 1u);
  read(fares[0], [&](std::string_view line) {
    const json::Value row = json::parse(line);
    EXPECT_EQ(row["prediction"], json::Value(3.5));
    EXPECT_TRUE(row["probability"].is_null());
    EXPECT_TRUE(row["probabilities"].is_null());
  });
}

// ---- samples
// ---------------------------------------------------------------------------------------------------------

TEST(Sample, IsAFunctionOfTheIdAloneAndOfTheSizeAsked) {
  int tenth = 0;
  int half = 0;
  constexpr int all = 100'000;
  for (int i = 0; i < all; ++i) {
    const std::string id = fmt::format("request-{}", i);
    const bool in_tenth = is_sampled(id, 0.1);
    EXPECT_FALSE(in_tenth && !is_sampled(id, 0.5)) << "a greater sample has the smaller one's: " << id;
    EXPECT_TRUE(is_sampled(id, 1));
    EXPECT_FALSE(is_sampled(id, 0));
    tenth += in_tenth ? 1 : 0;
    half += is_sampled(id, 0.5) ? 1 : 0;
  }
  // Five standard deviations of a binomial of so many.
  EXPECT_NEAR(tenth, all / 10, 5 * 95);
  EXPECT_NEAR(half, all / 2, 5 * 158);
  // As another program works it out: logs of other servers were written with it.
  EXPECT_FALSE(is_sampled("abc", 0.2027));
  EXPECT_TRUE(is_sampled("abc", 0.2029));
}

TEST_F(MonitorTest, ASampleHasWholeRequests) {
  const score::Scorer scorer(of_age(), {}, engines_);
  std::size_t wanted = 0;
  {
    PredictionLog log(options(0.5), clock_);
    Lane& lane = log.lane();
    for (int i = 0; i < 200; ++i) {
      put(log, lane, scorer, ages({i, i, i}), std::to_string(i));
      if (is_sampled(std::to_string(i), 0.5)) ++wanted;
    }
  }
  std::map<std::string, int> seen;
  for (const json::Value& row : rows()) ++seen[row["request"].text_or("")];
  EXPECT_EQ(seen.size(), wanted);
  for (const auto& [request, count] : seen) EXPECT_EQ(count, 3) << request;
}

}  // namespace
}  // namespace mlops::monitor
