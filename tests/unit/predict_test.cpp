#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/predict/linear.hpp>
#include <mlops/predict/predictor.hpp>
#include <mlops/predict/rule.hpp>
#include <mlops/store/objects.hpp>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <limits>

#include "columns.hpp"
#include "error_of.hpp"

namespace mlops::predict {
namespace {

using test::ColumnsOf;

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Input number(std::string name) { return {.name = std::move(name), .type = "DOUBLE"}; }
Input category(std::string name, std::vector<std::string> categories, std::string type = "VARCHAR") {
  return {.name = std::move(name),
          .type = std::move(type),
          .encoding = Encoding::category,
          .categories = std::move(categories)};
}
Input input(std::string name, std::string type, Encoding encoding) {
  return {.name = std::move(name), .type = std::move(type), .encoding = encoding};
}

Signature signature(std::vector<Input> inputs, Task task = Task::binary) {
  Signature out{.task = task, .inputs = std::move(inputs), .label = "y", .label_type = "VARCHAR"};
  if (task == Task::binary) out.classes = {"no", "yes"};
  if (task == Task::multiclass) out.classes = {"a", "b", "c"};
  return out;
}

std::vector<double> numbers_of(const Frame& frame, std::size_t feature = 0) {
  return frame.features.at(feature).numbers;
}

// ---- signature
// ---------------------------------------------------------------------------------------------------

TEST(Signature, SurvivesJson) {
  Signature before =
      signature({number("x"), category("plan", {"basic", "pro"}), input("d", "DATE", Encoding::date)});
  before.inputs[0].min = -1.5;
  before.inputs[0].max = 1e300;
  before.inputs[1].unseen = Policy::refuse;
  before.inputs[1].nullable = true;
  before.inputs[1].pii = true;
  before.inputs[2].nulls = Policy::refuse;
  before.threshold = 0.25;
  EXPECT_EQ(signature_from(*json::parse(json::dump(to_json(before))).as_object()), before);
}

TEST(Signature, DamageIsNamed) {
  const auto damaged = [](auto change) {
    json::Object object = to_json(signature({number("x")}));
    change(object);
    return test::error_of([&] { signature_from(object); });
  };
  EXPECT_EQ(damaged([](json::Object& o) { o.set("task", "clustering"); }).message(),
            "the signature has no known 'task'");
  EXPECT_EQ(damaged([](json::Object& o) { o.set("classes", json::Array{"only"}); }).code(), Code::corrupt);
  EXPECT_EQ(damaged([](json::Object& o) { o.set("classes", json::Array{"a", "a"}); }).code(), Code::corrupt);
  EXPECT_EQ(damaged([](json::Object& o) { o.set("inputs", json::Array{1}); }).code(), Code::corrupt);
  EXPECT_EQ(damaged([](json::Object& o) { o.set("threshold", "high"); }).message(),
            "the signature has no number 'threshold'");
}

TEST(Features, DatesMakeSeveral) {
  std::vector<std::string> names;
  const auto all =
      features_of(signature({number("x"), input("d", "DATE", Encoding::date), category("c", {"u", "v"}),
                             input("t", "TIMESTAMP", Encoding::timestamp)}));
  for (const Feature& feature : all) names.push_back(feature.name);
  EXPECT_EQ(names, (std::vector<std::string>{"x", "d days", "d year", "d month", "d day", "d weekday", "c",
                                             "t days", "t year", "t month", "t day", "t weekday", "t hour"}));
  EXPECT_EQ(all[6].categories, 2u);
  EXPECT_EQ(all[7].input, 3u);
}

// ---- encode
// ------------------------------------------------------------------------------------------------------

TEST(Encode, ColumnsAreFoundByNameInAnyOrder) {
  const auto columns =
      ColumnsOf().integers("extra", {7, 8}).numbers("b", {1, 2}).numbers("a", {3, 4}).build();
  const Frame frame = encode(signature({number("a"), number("b")}), columns);
  EXPECT_EQ(frame.rows, 2u);
  EXPECT_EQ(numbers_of(frame, 0), (std::vector<double>{3, 4}));
  EXPECT_EQ(numbers_of(frame, 1), (std::vector<double>{1, 2}));
}

TEST(Encode, AmongManyColumnsToo) {
  ColumnsOf builder;
  for (int i = 999; i >= 0; --i) builder.integers("c" + std::to_string(i), {i});
  const auto columns = builder.build();
  const Frame frame = encode(signature({number("c7"), number("c500"), number("c8")}), columns);
  EXPECT_EQ(numbers_of(frame, 0)[0], 7);
  EXPECT_EQ(numbers_of(frame, 1)[0], 500);
  EXPECT_EQ(numbers_of(frame, 2)[0], 8);
}

TEST(Encode, WhatIsNotFiniteIsNullAndCounted) {
  Encountered met;
  Signature s = signature({number("x")});
  s.inputs[0].min = 0;
  s.inputs[0].max = 5;
  const Frame frame =
      encode(s, ColumnsOf().numbers("x", {1, nan, inf, -inf, std::nullopt, 9, -9}).build(), &met);
  EXPECT_EQ(met.nulls, (std::vector<std::uint64_t>{4}));
  EXPECT_EQ(met.out_of_range, (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(std::isnan(numbers_of(frame)[2]));
  EXPECT_EQ(numbers_of(frame)[5], 9);
}

TEST(Encode, TextsThatSpellNumbers) {
  const auto columns =
      ColumnsOf()
          .texts("x", {"1", " -2.5 ", "+3", "1e400", "1e-400", "", std::nullopt, "007", "inf", "nan"})
          .build();
  Encountered met;
  const auto out = numbers_of(encode(signature({number("x")}), columns, &met));
  EXPECT_EQ(out[0], 1);
  EXPECT_EQ(out[1], -2.5);
  EXPECT_EQ(out[2], 3);
  EXPECT_TRUE(std::isnan(out[3]));
  EXPECT_EQ(out[4], 0);
  EXPECT_EQ(out[7], 7);
  EXPECT_EQ(met.nulls[0], 5u);  // 1e400, "", null, inf, nan
}

TEST(Encode, TextsThatDoNotAreRefusedWithTheirPlace) {
  for (const char* bad : {"abc", "1,5", "0x1F", "1_000", "--1", "+-1", "1 2", "."}) {
    const auto columns = ColumnsOf().texts("x", {"1", bad}).build();
    const Error e = test::error_of([&] { encode(signature({number("x")}), columns, nullptr, 100); });
    EXPECT_EQ(e.message(), std::string("column 'x', row 101: '") + bad + "' is no number");
    EXPECT_EQ(e.id(), "signature.mismatch");
    EXPECT_EQ(e.code(), Code::usage);
  }
}

TEST(Encode, PersonalDataAreMasked) {
  Signature s = signature({number("ssn"), category("plan", {"basic"})});
  s.inputs[0].pii = s.inputs[1].pii = true;
  s.inputs[1].unseen = Policy::refuse;
  const Error value =
      test::error_of([&] { encode(s, ColumnsOf().texts("ssn", {"111-22"}).texts("plan", {"x"}).build()); });
  EXPECT_EQ(value.message(), "column 'ssn', row 1: a value (masked) is no number");
  const Error unseen =
      test::error_of([&] { encode(s, ColumnsOf().texts("ssn", {"1"}).texts("plan", {"basik"}).build()); });
  EXPECT_EQ(unseen.message().find("basik"), std::string::npos);
  EXPECT_EQ(unseen.hint().find("basic"), std::string::npos);
}

TEST(Encode, AllFaultsOfTheSchemaAtOnceWithNearMisses) {
  const auto columns = ColumnsOf().numbers("tenur", {1}).flags("when", {true}).build();
  const Error e = test::error_of([&] {
    encode(signature({number("tenure"), input("when", "DATE", Encoding::date), number("zzz")}), columns);
  });
  EXPECT_EQ(e.message(), "the data do not have the model's inputs: 3 faults");
  EXPECT_NE(e.detail().find("'tenure' (DOUBLE) is missing; did you mean `tenur`?"), std::string::npos);
  EXPECT_NE(e.detail().find("column 'when' is of type"), std::string::npos);
  EXPECT_NE(e.detail().find("'zzz' (DOUBLE) is missing\n"), std::string::npos);
  EXPECT_EQ(e.id(), "signature.mismatch");
}

TEST(Encode, Categories) {
  Encountered met;
  const auto columns = ColumnsOf().texts("plan", {"pro", "basic", std::nullopt, "gold", ""}).build();
  const Frame frame = encode(signature({category("plan", {"basic", "pro", ""})}), columns, &met);
  EXPECT_EQ(frame.features[0].codes, (std::vector<std::int32_t>{1, 0, code_null, code_unseen, 2}));
  EXPECT_EQ(met.nulls[0], 1u);
  EXPECT_EQ(met.unseen[0], 1u);
}

TEST(Encode, CategoriesThatAreNumbersAreSpelledAsTrainingSpelledThem) {
  const auto codes = [](const std::string& type, std::vector<std::string> categories,
                        const Columns& columns) {
    return encode(signature({category("c", std::move(categories), type)}), columns).features[0].codes;
  };
  using Codes = std::vector<std::int32_t>;
  EXPECT_EQ(codes("BIGINT", {"7", "-1"}, ColumnsOf().integers("c", {7, -1, 8}).build()),
            (Codes{0, 1, code_unseen}));
  EXPECT_EQ(codes("BIGINT", {"7"}, ColumnsOf().numbers("c", {7, 7.5, nan}).build()),
            (Codes{0, code_unseen, code_null}));
  EXPECT_EQ(codes("DOUBLE", {"7.0", "0.1"}, ColumnsOf().integers("c", {7}).build()), (Codes{0}));
  EXPECT_EQ(codes("DOUBLE", {"7.0", "0.1"}, ColumnsOf().texts("c", {"7", "0.10", "x"}).build()),
            (Codes{0, 1, code_unseen}));
  EXPECT_EQ(codes("DECIMAL(9,2)", {"1.50"}, ColumnsOf().numbers("c", {1.5, 1.51}).build()),
            (Codes{0, code_unseen}));
  EXPECT_EQ(codes("VARCHAR", {"7"}, ColumnsOf().integers("c", {7}).build()), (Codes{0}));
  EXPECT_EQ(codes("VARCHAR", {"7"}, ColumnsOf().texts("c", {"7", "07", "7.0"}).build()),
            (Codes{0, code_unseen, code_unseen}));
  EXPECT_EQ(codes("BOOLEAN", {"false", "true"}, ColumnsOf().integers("c", {1, 0}).build()), (Codes{1, 0}));
}

TEST(Encode, PoliciesRefuse) {
  Signature s = signature({category("plan", {"basic", "pro"})});
  s.inputs[0].unseen = Policy::refuse;
  const Error unseen = test::error_of([&] { encode(s, ColumnsOf().texts("plan", {"basik"}).build()); });
  EXPECT_EQ(unseen.message(), "column 'plan', row 1: 'basik' is none of the categories that training saw");
  EXPECT_EQ(unseen.hint(), "a similar one is `basic`");
  s.inputs[0].nulls = Policy::refuse;
  EXPECT_EQ(test::error_of([&] { encode(s, ColumnsOf().texts("plan", {std::nullopt}).build()); }).message(),
            "column 'plan', row 1: null is no value, which this input has to have");
}

TEST(Encode, Flags) {
  const Signature s = signature({input("f", "BOOLEAN", Encoding::flag)});
  EXPECT_EQ(numbers_of(encode(s, ColumnsOf().flags("f", {true, false}).build())),
            (std::vector<double>{1, 0}));
  EXPECT_EQ(numbers_of(encode(s, ColumnsOf().integers("f", {1, 0}).build())), (std::vector<double>{1, 0}));
  EXPECT_EQ(numbers_of(encode(s, ColumnsOf().texts("f", {"True", "f", "yes", "0"}).build())),
            (std::vector<double>{1, 0, 1, 0}));
  EXPECT_EQ(test::error_of([&] { encode(s, ColumnsOf().integers("f", {2}).build()); }).message(),
            "column 'f', row 1: '2' is no flag");
}

TEST(Encode, DatesAndTimes) {
  const Signature dates = signature({input("d", "DATE", Encoding::date)});
  const Frame day = encode(dates, ColumnsOf().texts("d", {"2024-02-29", "1969-12-31"}).build());
  const auto part = [](const Frame& frame, std::size_t row) {
    std::vector<double> out;
    for (const Values& values : frame.features) out.push_back(values.numbers[row]);
    return out;
  };
  EXPECT_EQ(part(day, 0), (std::vector<double>{19782, 2024, 2, 29, 4}));  // a Thursday
  EXPECT_EQ(part(day, 1), (std::vector<double>{-1, 1969, 12, 31, 3}));
  for (const char* bad : {"2023-02-29", "29.2.2024", "2024-02-29 10:00", "soon", ""})
    EXPECT_EQ(test::error_of([&] { encode(dates, ColumnsOf().texts("d", {bad}).build()); }).code(),
              Code::usage)
        << bad;

  const Signature times = signature({input("t", "TIMESTAMP", Encoding::timestamp)});
  const Frame moment =
      encode(times, ColumnsOf().texts("t", {"1970-01-02T06:00:00Z", "1970-01-01 23:30+02:00"}).build());
  EXPECT_EQ(part(moment, 0), (std::vector<double>{1.25, 1970, 1, 2, 5, 6}));
  EXPECT_EQ(part(moment, 1), (std::vector<double>{21.5 / 24, 1970, 1, 1, 4, 21}));

  for (const auto unit : {TimeUnit::s, TimeUnit::ms, TimeUnit::us, TimeUnit::ns}) {
    const std::int64_t per = unit == TimeUnit::s    ? 1
                             : unit == TimeUnit::ms ? 1000
                             : unit == TimeUnit::us ? 1'000'000
                                                    : 1'000'000'000;
    const Frame frame =
        encode(times, ColumnsOf()
                          .add<std::int64_t>("t", {.kind = Kind::timestamp, .unit = unit}, {-6 * 3600 * per})
                          .build());
    EXPECT_EQ(part(frame, 0), (std::vector<double>{-0.25, 1969, 12, 31, 3, 18}));
  }
  const Frame clock =
      encode(signature({input("t", "TIME", Encoding::time)}), ColumnsOf().texts("t", {"01:00:00.5"}).build());
  EXPECT_EQ(numbers_of(clock), (std::vector<double>{3600.5}));
}

TEST(Encode, AnInfiniteDateIsNull) {
  Encountered met;
  const auto columns = ColumnsOf()
                           .add<std::int32_t>("d", {.kind = Kind::date},
                                              {std::numeric_limits<std::int32_t>::max(),
                                               -std::numeric_limits<std::int32_t>::max(), 0})
                           .build();
  encode(signature({input("d", "DATE", Encoding::date)}), columns, &met);
  EXPECT_EQ(met.nulls[0], 2u);
}

TEST(Encode, ColumnsOfNothingButNull) {
  const auto columns =
      ColumnsOf().texts("a", {std::nullopt}).texts("b", {std::nullopt}).texts("c", {std::nullopt}).build();
  const Frame frame =
      encode(signature({number("a"), category("b", {"x"}), input("c", "DATE", Encoding::date)}), columns);
  EXPECT_TRUE(std::isnan(numbers_of(frame)[0]));
  EXPECT_EQ(frame.features[1].codes[0], code_null);
  EXPECT_TRUE(std::isnan(numbers_of(frame, 2)[0]));
}

TEST(Encode, OneRowIsCheap) {
  std::vector<Input> inputs;
  ColumnsOf builder;
  for (int i = 0; i < 14; ++i) {
    inputs.push_back(number("n" + std::to_string(i)));
    builder.numbers(inputs.back().name, {i});
  }
  for (int i = 0; i < 6; ++i) {
    inputs.push_back(category("c" + std::to_string(i), {"basic", "pro", "team", "free", "gold"}));
    builder.texts(inputs.back().name, {"team"});
  }
  const Columns row = builder.build();
  const Encoder encoder(signature(inputs));
  constexpr int times = 20'000;
  double sum = 0;
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) sum += encoder.encode(row).features[13].numbers[0];
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(sum, 13.0 * times);
  std::printf("one row of 20 columns: %.2f us\n", took.count() / times);
}

TEST(Frame, SelectAndFloats) {
  const auto columns = ColumnsOf().numbers("x", {1, std::nullopt, 3}).texts("c", {"a", "b", "?"}).build();
  const Frame frame = encode(signature({number("x"), category("c", {"a", "b"})}), columns);
  const std::vector<std::uint32_t> rows{2, 0};
  std::vector<float> out(4);
  frame.select(rows).to_floats(out);
  EXPECT_EQ(out[0], 3);
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 1);
  EXPECT_EQ(out[3], 0);
}

TEST(Decide, EachTask) {
  Signature binary = signature({});
  binary.threshold = 0.3;
  EXPECT_EQ(decide(binary, std::vector<double>{0.29, 0.3, 1}), (std::vector<std::uint32_t>{0, 1, 1}));
  EXPECT_EQ(decide(signature({}, Task::multiclass), std::vector<double>{0.2, 0.4, 0.4, 0.5, 0.1, 0.4}),
            (std::vector<std::uint32_t>{1, 0}));
  EXPECT_TRUE(decide(signature({}, Task::regression), std::vector<double>{1, 2}).empty());
}

// ---- package
// -----------------------------------------------------------------------------------------------------

class PackageTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "predict_test.XXXXXX").string();
    dir_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  static Package prior() {
    return {.signature = signature({number("x")}),
            .algorithm = "prior",
            .parameters = {{"smoothing", 1.0}},
            .loss = "logloss",
            .fitted = {{"shares", json::Array{0.75, 0.25}}},
            .files = {{"deep/notes.txt", std::string("a\0b", 3)}}};
  }

  std::filesystem::path dir_;
  Engines engines_{{ENGINES_DIR}};
};

TEST_F(PackageTest, WhatIsPutIsGotAndHasOneDigest) {
  store::Objects objects(dir_);
  const Digest digest = put(objects, prior(), {{"MLmodel", "x"}});
  EXPECT_EQ(put(objects, prior(), {{"MLmodel", "x"}}), digest);
  EXPECT_NE(put(objects, prior()), digest);
  const Package got = get(objects, digest);
  EXPECT_EQ(model_json(got), model_json(prior()));
  EXPECT_EQ(got.files, prior().files);
  EXPECT_EQ(test::error_of([&] { put(objects, prior(), {{"model.json", "x"}}); }).code(), Code::internal);
  EXPECT_EQ(test::error_of([&] { get(objects, objects.put("no tree")); }).code(), Code::corrupt);
}

TEST_F(PackageTest, DamageAndNewerFormatsAreTold) {
  const auto read = [](const std::string& text) {
    return test::error_of([&] { package_from(text, [](const std::string&) { return std::string(); }); });
  };
  EXPECT_EQ(read("{}").code(), Code::corrupt);
  EXPECT_EQ(read("[1]").code(), Code::corrupt);
  EXPECT_EQ(read("{").code(), Code::corrupt);
  EXPECT_EQ(read(R"({"mlops_model": 3})").message(), "the model is of format 3; this program reads up to 2");
  EXPECT_EQ(read(R"({"mlops_model": 1})").message(), "model.json has no object 'signature'");
}

TEST_F(PackageTest, InputsBeforeTransformsAreKeptAndNoOlderProgramPassesThemOver) {
  Package package = prior();
  EXPECT_NE(model_json(package).find("\"mlops_model\": 1"), std::string::npos);
  EXPECT_EQ(model_json(package).find("\"given\""), std::string::npos);
  EXPECT_EQ(package.asked(), package.signature);
  package.given = {
      {.name = "country", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"AR"}}};
  const std::string text = model_json(package);
  EXPECT_NE(text.find("\"mlops_model\": 2"), std::string::npos);
  const Package back = package_from(text, [](const std::string&) { return std::string(); });
  EXPECT_EQ(back.given, package.given);
  EXPECT_EQ(back.signature, package.signature);
  EXPECT_EQ(back.asked().inputs, package.given);
  EXPECT_EQ(back.asked().classes, package.signature.classes);
}

TEST_F(PackageTest, OpenSaysWhatDoesNotHoldTogether) {
  Package package = prior();
  package.fitted = {{"shares", json::Array{1.0}}};
  EXPECT_EQ(test::error_of([&] { open(package, engines_); }).code(), Code::corrupt);
  package.algorithm = "forest of forests";
  EXPECT_EQ(test::error_of([&] { open(package, engines_); }).code(), Code::corrupt);
}

std::vector<double> predicted(const Package& package, Engines& engines, const Columns& columns) {
  const Frame frame = encode(package.signature, columns);
  std::vector<double> out(frame.rows * package.signature.outputs());
  open(package, engines)->predict(frame, out);
  return out;
}

TEST_F(PackageTest, PriorAndMean) {
  const auto columns = ColumnsOf().numbers("x", {1, 2}).build();
  EXPECT_EQ(predicted(prior(), engines_, columns), (std::vector<double>{0.25, 0.25}));
  const Package mean{
      .signature = signature({number("x")}, Task::regression), .algorithm = "mean", .fitted = {{"mean", 7}}};
  EXPECT_EQ(predicted(mean, engines_, columns), (std::vector<double>{7, 7}));
}

// ---- linear
// ------------------------------------------------------------------------------------------------------

TEST(Design, ColumnsOfEachFeature) {
  const Signature s = signature({number("x"), category("c", {"a", "b"}), number("k")});
  const Frame train = encode(s, ColumnsOf()
                                    .numbers("x", {1, 3, std::nullopt, 5})
                                    .texts("c", {"a", std::nullopt, "b", "a"})
                                    .numbers("k", {2, 2, 2, 2})
                                    .build());
  const Design design = Design::fit(s, train);
  EXPECT_EQ(design.names(s),
            (std::vector<std::string>{"x", "x is null", "c = a", "c = b", "c is null", "k"}));
  const double deviation = std::sqrt(8.0 / 3);
  std::vector<double> out(4 * 6);
  design.dense(train, 0, 4, out);
  EXPECT_DOUBLE_EQ(out[0], -2 / deviation);
  EXPECT_EQ(std::vector<double>(out.begin() + 1, out.begin() + 6), (std::vector<double>{0, 1, 0, 0, 0}));
  EXPECT_EQ(std::vector<double>(out.begin() + 12, out.begin() + 18), (std::vector<double>{0, 1, 0, 1, 0, 0}));
  EXPECT_EQ(out[10], 1);  // the second row's category is null
  EXPECT_EQ(Design::from(design.to_json(), s).terms(), design.terms());
  EXPECT_EQ(Design::fit(s, train, Design::Impute::median).terms()[0].impute, 3);
  EXPECT_EQ(Design::fit(s, train, Design::Impute::mean, false).terms()[0].scale, 1);
}

TEST_F(PackageTest, LinearModels) {
  Signature s = signature({number("x"), category("c", {"a", "b"})}, Task::regression);
  const Frame train = encode(s, ColumnsOf().numbers("x", {0, 2}).texts("c", {"a", "b"}).build());
  LinearModel model{.design = Design::fit(s, train), .intercepts = {10}, .coefficients = {2, 100, 200}};
  const auto columns = ColumnsOf().numbers("x", {0, 2, 4}).texts("c", {"a", "b", "unseen"}).build();
  Package package{.signature = s, .algorithm = "linear", .fitted = model.to_json()};
  EXPECT_EQ(predicted(package, engines_, columns), (std::vector<double>{108, 212, 16}));

  package.signature = signature(s.inputs);
  package.algorithm = "logistic";
  model = {.design = model.design, .intercepts = {0.5}, .coefficients = {1, 0, 1000}};
  package.fitted = model.to_json();
  const auto p = predicted(package, engines_, columns);
  EXPECT_DOUBLE_EQ(p[0], 1 / (1 + std::exp(0.5)));
  EXPECT_EQ(p[1], 1);  // no overflow
  EXPECT_DOUBLE_EQ(p[2], 1 / (1 + std::exp(-3.5)));

  package.signature = signature(s.inputs, Task::multiclass);
  model = {
      .design = model.design, .intercepts = {0, 0, std::log(2)}, .coefficients = std::vector<double>(9, 0.0)};
  package.fitted = model.to_json();
  const auto q = predicted(package, engines_, columns);
  EXPECT_DOUBLE_EQ(q[0], 0.25);
  EXPECT_DOUBLE_EQ(q[2], 0.5);

  package.signature.inputs[1].categories.push_back("more");
  EXPECT_EQ(test::error_of([&] { open(package, engines_); }).code(), Code::corrupt);
}

// ---- rule
// --------------------------------------------------------------------------------------------------------

Signature rule_signature(Task task = Task::regression) {
  return signature({{.name = "Tenure", .type = "BIGINT"},
                    number("x"),
                    category("plan", {"basic", "pro"}),
                    input("flag", "BOOLEAN", Encoding::flag),
                    input("signed up", "DATE", Encoding::date),
                    input("seen", "TIMESTAMP", Encoding::timestamp),
                    input("clock", "TIME", Encoding::time)},
                   task);
}

Columns rule_rows() {
  return ColumnsOf()
      .integers("Tenure", {3, 12, std::nullopt})
      .numbers("x", {0.5, -2, 7})
      .texts("plan", {"pro", "gold", std::nullopt})
      .flags("flag", {true, false, std::nullopt})
      .texts("signed up", {"2024-01-01", "2024-03-01", std::nullopt})
      .texts("seen", {"2024-01-01 10:00:00.000001", "2024-03-01 00:00:00", std::nullopt})
      .build();
}

std::vector<double> ruled(const std::string& text, Task task = Task::regression) {
  const Rule rule(text, rule_signature(task));
  return rule.evaluate(encode(rule.signature(), rule_rows()));
}

void expect_values(const std::vector<double>& seen, const std::vector<double>& wanted,
                   const std::string& what) {
  ASSERT_EQ(seen.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (std::isnan(wanted[i])) EXPECT_TRUE(std::isnan(seen[i])) << what << " row " << i << " is " << seen[i];
    else EXPECT_EQ(seen[i], wanted[i]) << what << " row " << i;
  }
}

TEST(Rule, Answers) {
  const auto holds = [](const std::string& text, const std::vector<double>& wanted) {
    expect_values(ruled(text), wanted, text);
  };
  holds("CASE WHEN tenure < 6 THEN 0.9 WHEN \"plan\" = 'pro' THEN 0.5 ELSE 0.1 END", {0.9, 0.1, 0.1});
  holds("case plan when 'pro' then 1 when 'gold' then 2 else 3 end", {1, 2, 3});
  holds("CASE WHEN plan <> 'pro' THEN 1 END", {nan, 1, nan});
  holds("tenure // 2 + tenure % 5", {4, 8, nan});
  holds("-tenure // 2", {-1, -6, nan});
  holds("1 / tenure", {1.0 / 3, 1.0 / 12, nan});
  holds("tenure // 0", {nan, nan, nan});
  holds("COALESCE(tenure, 0) * 2 - 1", {5, 23, -1});
  holds("(tenure > 5 AND flag)::INT", {0, 0, nan});
  holds("(NULL AND FALSE)::INT", {0, 0, 0});
  holds("(flag IS NULL OR x BETWEEN 0 AND 1)::INT", {1, 0, 1});
  holds("(plan IN ('pro', NULL))::INT", {1, nan, nan});
  holds("(plan NOT IN ('basic'))::INT", {1, 1, nan});
  holds("(\"signed up\" >= '2024-02-01')::INT", {0, 1, nan});
  holds("(seen > DATE '2024-01-01')::INT", {1, 1, nan});
  holds("(seen = TIMESTAMP '2024-01-01 10:00:00.000001')::INT", {1, 0, nan});
  holds("\"SIGNED UP\" - DATE '2023-12-31'", {1, 61, nan});
  holds("least(x, 1, null) + greatest(x, 0)", {1, -2, 8});
  holds("round(x * 1.15, 1) + floor(x) + ceil(x) + abs(x)", {2.1, -4.3, 29});
  holds("(NOT tenure = 3)::INT", {0, 1, nan});
  holds("tenure::DOUBLE / 2 -- half\n + /* and */ 0", {1.5, 6, nan});
  holds("CAST(x AS INT)", {0, -2, 7});
  holds("1_000 + .5e1", {1005, 1005, 1005});
}

TEST(Rule, ClassesAndProbabilities) {
  expect_values(ruled("CASE WHEN flag THEN 'c' ELSE 'a' END", Task::multiclass), {2, 0, 0}, "texts");
  expect_values(ruled("flag", Task::binary), {1, 0, nan}, "flag");
  expect_values(ruled("CASE WHEN flag THEN 'yes' ELSE 'no' END", Task::binary), {1, 0, 0}, "binary texts");
  EXPECT_EQ(test::error_of([] { ruled("x", Task::binary); }).message(),
            "row 2: the rule gives -2.0, which is no probability");
  EXPECT_EQ(test::error_of([] { ruled("x / 0", Task::regression); }).message(), "row 1: the rule gives inf");
  EXPECT_EQ(test::error_of([] { ruled("(x * 1e300 * 1e300)::INT", Task::regression); }).message(),
            "row 1: the rule casts inf to INT, which does not hold it");
}

TEST(Rule, ItsSignatureHasWhatItUsesAndKnowsItsTexts) {
  const Rule rule("CASE WHEN plan = 'gold' THEN x ELSE 0 END", rule_signature());
  ASSERT_EQ(rule.signature().inputs.size(), 2u);
  EXPECT_EQ(rule.signature().inputs[0].name, "x");
  EXPECT_EQ(rule.signature().inputs[1].categories, (std::vector<std::string>{"basic", "pro", "gold"}));
  EXPECT_EQ(Rule(rule.text(), rule.signature()).signature(), rule.signature());
}

TEST(Rule, WhatItIsNotIsRefusedByNameWithThePlace) {
  const auto refused = [](const std::string& text, const std::string& message, int column,
                          Task task = Task::regression) {
    const Error e = test::error_of([&] { Rule(text, rule_signature(task)); });
    EXPECT_EQ(e.message(), "the rule cannot be used: " + message) << text;
    EXPECT_EQ(e.id(), "rule.invalid");
    const std::size_t caret = e.detail().rfind('^');
    const std::size_t line = e.detail().rfind('\n', caret) + 1;
    EXPECT_EQ(static_cast<int>(caret - line) - 2, column) << text << "\n" << e.detail();
  };
  refused("", "the rule is empty", 0);
  refused("tenur + 1", "there is no input 'tenur'", 0);
  refused("1 + LOG(x)", "the function 'LOG' is not part of a rule", 4);
  refused("plan LIKE 'p%'", "LIKE is not part of a rule", 5);
  refused("x + 'a'", "a number is wanted, and this is a text", 4);
  refused("plan < 'b'", "texts have no order in a rule", 5);
  refused("x = plan", "the values are of different kinds: a number and a text", 2);
  refused("flag = x", "a flag is compared with a number", 7);
  refused("x AND flag", "a condition is wanted, and this is a number", 0);
  refused("1 < x < 3", "comparisons do not follow one another", 6);
  refused("CASE WHEN flag THEN 1", "END is missing", 21);
  refused("x::VARCHAR", "a rule cannot cast to VARCHAR", 3);
  refused("'abc", "the quote is not closed", 0);
  refused("x;", "';' is not part of a rule", 1);
  refused("\"signed up\" > 'soon'", "'soon' is no date", 14);
  refused("clock", "a rule cannot use 'clock', which is of type TIME", 0);
  refused("plan", "the rule's value is a text, where a number is to be predicted", 0);
  refused("seen", "the rule's value is a time stamp", 0);
  refused("NULL", "the rule is always null", 0);
  refused("t.x", "columns are named without a table, and have no fields", 1);
  refused("CASE WHEN flag THEN 2 ELSE 0.5 END", "a probability is between 0 and 1", 20, Task::binary);
  refused("CASE WHEN flag THEN 'd' ELSE 'a' END", "'d' is none of the classes", 20, Task::multiclass);
  refused(std::string(500, '(') + "1" + std::string(500, ')'), "more than 200 levels are too deep", 60);
  refused("x +\n  plan", "a number is wanted, and this is a text", 2);
  std::string nested = "x";
  for (int i = 0; i < 40; ++i) nested = "CASE " + nested + " WHEN 1 THEN 1 WHEN 2 THEN 2 END";
  EXPECT_NE(test::error_of([&] { Rule(nested, rule_signature()); }).message().find("too large"),
            std::string::npos);
}

TEST_F(PackageTest, ARuleInAPackage) {
  const Rule rule("CASE WHEN flag THEN 0.9 WHEN NOT flag THEN 0.2 END", rule_signature(Task::binary));
  Package package{
      .signature = rule.signature(), .algorithm = "rule", .fitted = Rule::fitted(rule, {0.7, 0.3})};
  EXPECT_EQ(predicted(package, engines_, rule_rows()), (std::vector<double>{0.9, 0.2, 0.3}));
  const Frame frame = encode(package.signature, rule_rows());
  EXPECT_EQ(open(package, engines_)->unanswered(frame), 1u);
  package.fitted.set("expression", "flag AND x > 1");
  EXPECT_EQ(test::error_of([&] { open(package, engines_); }).code(), Code::corrupt);
}

}  // namespace
}  // namespace mlops::predict
