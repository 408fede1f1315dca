/// Answers as bodies.
#include "serve_test_body.hpp"

#include <mlops/json/value.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace mlops::serve::test {
namespace {

using namespace std::string_literals;

class WriterTest : public testing::Test {
 protected:
  Writer writer(predict::Signature signature) {
    return Writer(scorer_of(std::move(signature), engines_), "churn", 3, "xgboost");
  }
  static predict::Signature labelled(std::string type, std::vector<std::string> classes) {
    predict::Signature signature{.inputs = {{.name = "x", .type = "DOUBLE"}},
                                 .label = "y",
                                 .label_type = std::move(type),
                                 .classes = std::move(classes)};
    if (signature.classes.size() > 2) signature.task = predict::Task::multiclass;
    return signature;
  }
  std::string invoked(const Writer& writer, const score::Answered& answers) {
    writer.invocations(answers, out_);
    json::parse(out_);
    return out_;
  }
  std::string inferred(const Writer& writer, const score::Answered& answers, const Inference& rest = {}) {
    const auto size = writer.inference(answers, rest, out_);
    json::parse(out_.substr(0, size.value_or(out_.size())));
    return out_;
  }

  Engines engines_{{ENGINES_DIR}};
  std::string out_ = "of before";
};

TEST_F(WriterTest, Invocations) {
  EXPECT_EQ(
      invoked(writer(labelled("BOOLEAN", {"false", "true"})),
              {.rows = 2, .predictions = {0.25, 0.75}, .classes = {0, 1}}),
      R"({"predictions": [false, true], "probabilities": [[0.75, 0.25], [0.25, 0.75]], "classes": [false, true], "model": "churn@v3"})");
  EXPECT_EQ(
      invoked(writer(labelled("BIGINT", {"1", "2", "30"})),
              {.rows = 1, .predictions = {0.5, 0.5, 0}, .classes = {2}}),
      R"({"predictions": [30], "probabilities": [[0.5, 0.5, 0.0]], "classes": [1, 2, 30], "model": "churn@v3"})");
  EXPECT_EQ(invoked(writer(one_number()), {.rows = 3, .predictions = {1, 0.1, 1e22}}),
            R"({"predictions": [1.0, 0.1, 1e+22], "model": "churn@v3"})");
  EXPECT_EQ(
      invoked(writer(labelled("VARCHAR", {"no \"way\"\n", "é"})),
              {.rows = 1, .predictions = {1}, .classes = {0}}),
      R"({"predictions": ["no \"way\"\n"], "probabilities": [[0.0, 1.0]], "classes": ["no \"way\"\n", "é"], "model": "churn@v3"})");
  EXPECT_EQ(invoked(writer(one_number()), {}), R"({"predictions": [], "model": "churn@v3"})");
  EXPECT_EQ(invoked(writer(labelled("BIGINT", {"0", "1"})), {}),
            R"({"predictions": [], "probabilities": [], "classes": [0, 1], "model": "churn@v3"})");
}

TEST_F(WriterTest, NumbersThatJsonDoesNotHaveAreNull) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(invoked(writer(one_number()), {.rows = 3, .predictions = {nan, infinite, -infinite}}),
            R"({"predictions": [null, null, null], "model": "churn@v3"})");
}

TEST_F(WriterTest, NumbersReadBackToTheSameValue) {
  std::vector<double> values{0,    -0.0, 1, -1, 0.1, 5e-324, 1.7976931348623157e308, 123456789012345680.0,
                             1e15, 1e16};
  for (int i = 0; i < 1000; ++i) values.push_back(std::ldexp(1 + std::sin(i), i % 200 - 100));
  const std::string body = invoked(writer(one_number()), {.rows = values.size(), .predictions = values});
  const json::Value read = json::parse(body);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const json::Value& value = read["predictions"].as_array()->at(i);
    ASSERT_NE(value.as_double(), nullptr) << json::dump(value);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(*value.as_double()), std::bit_cast<std::uint64_t>(values[i]))
        << values[i];
  }
}

TEST_F(WriterTest, TensorsInJson) {
  const score::Answered answers{.rows = 2, .predictions = {0.25, 0.75}, .classes = {0, 1}};
  EXPECT_EQ(
      inferred(writer(labelled("INTEGER", {"0", "1"})), answers),
      R"({"model_name": "churn", "model_version": "3", "outputs": [{"name": "prediction", "datatype": "INT64", "shape": [2], "data": [0, 1]}, {"name": "probability", "datatype": "FP64", "shape": [2, 2], "data": [0.75, 0.25, 0.25, 0.75]}]})");
  EXPECT_EQ(
      inferred(writer(labelled("VARCHAR", {"no", "yes"})), answers,
               {.id = "a\"b", .id_given = true, .outputs = {{.name = "prediction"}}}),
      R"({"model_name": "churn", "model_version": "3", "id": "a\"b", "outputs": [{"name": "prediction", "datatype": "BYTES", "shape": [2], "data": ["no", "yes"]}]})");
  EXPECT_EQ(
      inferred(writer(one_number()), {.rows = 1, .predictions = {1.5}}),
      R"({"model_name": "churn", "model_version": "3", "outputs": [{"name": "prediction", "datatype": "FP64", "shape": [1], "data": [1.5]}]})");
}

TEST_F(WriterTest, TensorsOfBytes) {
  const score::Answered answers{.rows = 2, .predictions = {0.25, 1}, .classes = {0, 1}};
  const Inference both{.outputs = {{"prediction", true}, {"probability", true}}};
  const std::string quarters = "\x00\x00\x00\x00\x00\x00\xe8\x3f\x00\x00\x00\x00\x00\x00\xd0\x3f"s;
  const std::string sure = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0\x3f"s;
  const Writer numbers = writer(labelled("BIGINT", {"-1", "1"}));
  const auto size = numbers.inference(answers, both, out_);
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(
      out_.substr(0, *size),
      R"({"model_name": "churn", "model_version": "3", "outputs": [{"name": "prediction", "datatype": "INT64", "shape": [2], "parameters": {"binary_data_size": 16}}, {"name": "probability", "datatype": "FP64", "shape": [2, 2], "parameters": {"binary_data_size": 32}}]})");
  EXPECT_EQ(out_.substr(*size),
            "\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00"s + quarters + sure);

  const Inference mixed{.outputs = {{"probability", false}, {"prediction", true}}};
  const auto behind = writer(labelled("VARCHAR", {"no", "é"})).inference(answers, mixed, out_);
  EXPECT_EQ(out_.substr(behind.value()), "\x02\x00\x00\x00no\x02\x00\x00\x00\xc3\xa9"s);
  const auto flags = writer(labelled("BOOLEAN", {"false", "true"})).inference(answers, mixed, out_);
  EXPECT_EQ(out_.substr(flags.value()), "\x00\x01"s);
  const auto value =
      writer(one_number())
          .inference({.rows = 1, .predictions = {0.75}}, {.outputs = {{"prediction", true}}}, out_);
  EXPECT_EQ(out_.substr(value.value()), quarters.substr(0, 8));
}

TEST_F(WriterTest, Metadata) {
  predict::Signature signature = labelled("BIGINT", {"0", "1"});
  for (const char* const type :
       {"BIGINT", "INTEGER", "BOOLEAN", "VARCHAR", "DATE", "FLOAT", "DECIMAL(10,2)", "HUGEINT"})
    signature.inputs.push_back({.name = type, .type = type});
  const json::Value read = json::parse(writer(signature).metadata());
  EXPECT_EQ(read["name"].text_or(""), "churn");
  EXPECT_EQ(json::dump(read["versions"]), R"(["3"])");
  EXPECT_EQ(read["platform"].text_or(""), "mlops_xgboost");
  std::string types;
  for (const json::Value& input : *read["inputs"].as_array()) types += input["datatype"].text_or("?") + " ";
  EXPECT_EQ(types, "FP64 INT64 INT32 BOOL BYTES BYTES FP32 FP64 BYTES ");
  EXPECT_EQ(json::dump(read["inputs"].as_array()->at(0)),
            R"({"name": "x", "datatype": "FP64", "shape": [-1]})");
  EXPECT_EQ(
      json::dump(read["outputs"]),
      R"([{"name": "prediction", "datatype": "INT64", "shape": [-1]}, {"name": "probability", "datatype": "FP64", "shape": [-1, 2], "parameters": {"classes": "[0, 1]"}}])");
  EXPECT_EQ(json::dump(json::parse(writer(one_number()).metadata())["outputs"]),
            R"([{"name": "prediction", "datatype": "FP64", "shape": [-1]}])");
}

}  // namespace
}  // namespace mlops::serve::test
