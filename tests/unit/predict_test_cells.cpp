/// The short way from JSON's values to a frame: what it takes is what columns of the same values make.
#include <mlops/json/document.hpp>
#include <mlops/predict/predictor.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace mlops::predict {
namespace {

Signature everything() {
  return {
      .inputs = {{.name = "n", .type = "DOUBLE", .min = -1, .max = 2},
                 {.name = "f", .type = "BOOLEAN", .encoding = Encoding::flag},
                 {.name = "c", .type = "VARCHAR", .encoding = Encoding::category, .categories = {"x", "7"}},
                 {.name = "i", .type = "BIGINT", .encoding = Encoding::category, .categories = {"7", "-3"}}},
      .classes = {"no", "yes"}};
}

class CellsTest : public testing::Test {
 protected:
  /// Rows as lists of values, in the order of the inputs.
  bool encode(const std::string& rows) { return encode(rows, everything()); }
  bool encode(const std::string& rows, const Signature& signature) {
    const json::Node parsed = document_.parse(rows);
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < signature.inputs.size(); ++i) inputs.push_back(i);
    std::vector<const json::Cell*> cells(inputs.size() * parsed.size());
    std::size_t row = 0;
    for (const json::Node values : parsed.items()) {
      std::size_t column = 0;
      for (const json::Node value : values.items()) cells[column++ * parsed.size() + row] = value.cell();
      ++row;
    }
    met_ = {};
    return Encoder(signature).encode({parsed.size(), inputs, cells}, frame_, met_);
  }
  double number(std::size_t feature, std::size_t row = 0) { return frame_.features[feature].numbers[row]; }
  std::int32_t code(std::size_t feature, std::size_t row = 0) { return frame_.features[feature].codes[row]; }

  Engines engines_{{ENGINES_DIR}};
  json::Document document_{engines_};
  Frame frame_ = {};
  Encountered met_ = {};
};

using Counts = std::vector<std::uint64_t>;

TEST_F(CellsTest, ValuesThatArePlainlyWhatTheirInputsAre) {
  ASSERT_TRUE(encode(R"([[1.5, true, "x", 7], [-2, 0, "other", -3], [18446744073709551615, 1.0, "7", 8],
                         [null, null, null, null], [true, false, "", "-3"]])"));
  EXPECT_EQ(frame_.rows, 5u);
  EXPECT_EQ(number(0), 1.5);
  EXPECT_EQ(number(0, 1), -2);
  EXPECT_EQ(number(0, 2), 18446744073709551616.0);
  EXPECT_TRUE(std::isnan(number(0, 3)));
  EXPECT_EQ(number(0, 4), 1);
  EXPECT_EQ(number(1), 1);
  EXPECT_EQ(number(1, 1), 0);
  EXPECT_EQ(frame_.features[2].codes, (std::vector<std::int32_t>{0, code_unseen, 1, code_null, code_unseen}));
  EXPECT_EQ(frame_.features[3].codes, (std::vector<std::int32_t>{0, 1, code_unseen, code_null, 1}));
  EXPECT_EQ(met_.nulls, (Counts{1, 1, 1, 1}));
  EXPECT_EQ(met_.unseen, (Counts{0, 0, 2, 1}));
  EXPECT_EQ(met_.out_of_range, (Counts{2, 0, 0, 0}));
}

TEST_F(CellsTest, WhatIsDoubtfulIsLeftToColumns) {
  for (const char* row :
       {R"([["1", true, "x", 7]])", R"([[1, "true", "x", 7]])", R"([[1, 2, "x", 7]])",
        R"([[1, 0.5, "x", 7]])", R"([[1, true, 7, 7]])", R"([[1, true, "x", 7.0]])",
        R"([[1, true, "x", "07"]])", R"([[1, true, "x", true]])", R"([[1, true, "x", 9007199254740993]])",
        R"([[[1], true, "x", 7]])", R"([[1, true, {}, 7]])", R"([[1, true, "x", 7], [1, true, "x", []]])"})
    EXPECT_FALSE(encode(row)) << row;
}

TEST_F(CellsTest, WhatAPolicyRefusesIsToldByColumns) {
  for (std::size_t i = 0; i < 4; ++i) {
    Signature signature = everything();
    signature.inputs[i].nulls = Policy::refuse;
    EXPECT_FALSE(encode("[[null, null, null, null]]", signature)) << i;
    EXPECT_TRUE(encode(R"([[1, true, "x", 7]])", signature)) << i;
    signature.inputs[i].unseen = Policy::refuse;
    EXPECT_EQ(encode(R"([[1, true, "unseen", 5]])", signature), i < 2) << i;
  }
}

TEST_F(CellsTest, MissingInputsAndTimesAreLeftToColumns) {
  EXPECT_FALSE(Encoder(everything()).encode({}, frame_, met_));
  EXPECT_FALSE(Encoder(Signature{}).encode({}, frame_, met_));
  const Signature day = {.inputs = {{.name = "d", .type = "DATE", .encoding = Encoding::date}}};
  EXPECT_FALSE(encode(R"([["2026-11-05"]])", day));
}

TEST_F(CellsTest, NoRows) {
  std::vector<std::size_t> inputs{3, 1, 0, 2};
  EXPECT_TRUE(Encoder(everything()).encode({.inputs = inputs}, frame_, met_));
  EXPECT_EQ(frame_.rows, 0u);
}

TEST_F(CellsTest, AFrameThatWasAnotherModelsHoldsNothingOfIt) {
  Signature turned = everything();
  std::swap(turned.inputs[0], turned.inputs[2]);
  ASSERT_TRUE(encode(R"([["x", true, 1, 7], ["7", true, 2, 7]])", turned));
  ASSERT_TRUE(encode(R"([[1.5, true, "x", 7]])"));
  EXPECT_TRUE(frame_.features[0].codes.empty());
  EXPECT_TRUE(frame_.features[2].numbers.empty());
  std::vector<float> floats(4);
  frame_.to_floats(floats);
  EXPECT_EQ(floats, (std::vector<float>{1.5F, 1, 0, 0}));
}

}  // namespace
}  // namespace mlops::predict
