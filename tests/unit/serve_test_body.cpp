/// MLflow's scoring protocol: bodies as rows.
#include "serve_test_body.hpp"

namespace mlops::serve::test {
namespace {

using InvocationsTest = BodyTest;

const char* const two_rows =
    "age BIGINT: 41, 7 | income DOUBLE: 1250.5, null | city VARCHAR: 'Köln', null | member BOOLEAN: true, "
    "false";

TEST_F(InvocationsTest, EveryFormOfJsonHasTheSameRows) {
  // As pandas and Python's json write them.
  EXPECT_EQ(rows(R"({"dataframe_split": {"index": [0, 1], "columns": ["age", "income", "city", "member"],
      "data": [[41, 1250.5, "K\u00f6ln", true], [7, NaN, null, false]]}})"),
            two_rows);
  EXPECT_EQ(rows(R"({"dataframe_records": [{"age": 41, "income": 1250.5, "city": "K\u00f6ln", "member": true},
      {"age": 7, "income": NaN, "city": null, "member": false}]})"),
            two_rows);
  EXPECT_EQ(rows(R"({"instances": [{"age": 41, "income": 1250.5, "city": "Köln", "member": true},
      {"age": 7, "income": null, "city": null, "member": false}]})"),
            two_rows);
  EXPECT_EQ(rows(R"({"instances": [[41, 1250.5, "Köln", true], [7, null, null, false]]})"), two_rows);
  EXPECT_EQ(rows(R"({"inputs": [[41, 1250.5, "Köln", true], [7, null, null, false]]})"), two_rows);
  EXPECT_EQ(rows(R"({"inputs": {"age": [41, 7], "income": [1250.5, null], "city": ["Köln", null],
      "member": [true, false]}})"),
            two_rows);
}

TEST_F(InvocationsTest, ColumnsAreFoundByNameAndOthersIgnored) {
  EXPECT_EQ(rows(R"({"params": {"a": 1}, "dataframe_records": [
      {"member": true, "x": [1, {}], "city": "Köln", "age": 41, "income": 1250.5},
      {"age": 7, "member": false, "city": null, "income": null, "y": 1}]})"),
            two_rows);
  EXPECT_EQ(rows(R"({"dataframe_split": {"columns": ["id", "member", "age", "city", "income"],
      "data": [["a", true, 41, "Köln", 1250.5], [[], false, 7, null, null]]}})"),
            two_rows);
}

TEST_F(InvocationsTest, ListsWithoutNamesAreInTheOrderOfTheSignature) {
  EXPECT_EQ(rows(R"({"dataframe_split": {"data": [[41, 1250.5, "Köln", true], [7, null, null, false]]}})"),
            two_rows);
  EXPECT_EQ(rows(R"({"dataframe_split": {"columns": [0, 1, 2, 3],
      "data": [[41, 1250.5, "Köln", true], [7, null, null, false]]}})"),
            two_rows);
  EXPECT_EQ(refusal(R"({"instances": [[1, 2, "a", true], [1, 2, "a"]]})"),
            "request.malformed: row 2 of 'instances' has 3 values, where 4 are wanted");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"columns": ["age"], "data": [[1], [1, 2]]}})"),
            "request.malformed: row 2 of 'dataframe_split' has 2 values, where 1 are wanted");
}

TEST_F(InvocationsTest, OneRowMayBeScalars) {
  EXPECT_EQ(rows(R"({"inputs": {"age": 41, "income": 1.5, "city": "Rome", "member": false}})"),
            "age BIGINT: 41 | income DOUBLE: 1.5 | city VARCHAR: 'Rome' | member BOOLEAN: false");
  scorer_ = scorer_of(one_number(), engines_);
  EXPECT_EQ(rows(R"({"instances": [1, 2.5, null]})"), "x DOUBLE: 1.0, 2.5, null");
  EXPECT_EQ(rows(R"({"inputs": [1, 2]})"), "x BIGINT: 1, 2");
}

TEST_F(InvocationsTest, NoRowsHaveNoAnswers) {
  for (const char* const body :
       {R"({"dataframe_records": []})", R"({"instances": []})", R"({"inputs": []})",
        R"({"dataframe_split": {"data": []}})",
        R"({"dataframe_split": {"columns": ["age", "income", "city", "member"], "data": []}})",
        R"({"inputs": {"age": [], "income": [], "city": [], "member": []}})"}) {
    scorer_.answer(reader_.invocations("", body, scorer_), answered_);
    EXPECT_EQ(answered_.rows, 0U) << body;
  }
}

TEST_F(InvocationsTest, KindsHoldWhatIsInTheColumn) {
  scorer_ = scorer_of(one_number(), engines_);
  EXPECT_EQ(rows(R"({"instances": [null, null]})"), "x NULL: null, null");
  EXPECT_EQ(rows(R"({"instances": [9223372036854775808, 1]})"), "x DOUBLE: 9.223372036854776e+18, 1.0");
}

TEST_F(InvocationsTest, AMissingColumnIsNamedWithWhatWasMeant) {
  EXPECT_EQ(refusal(R"({"dataframe_records": [{"Age": 1, "income": 2, "city": "a", "member": true}]})"),
            "signature.mismatch: column 'age' (BIGINT) is missing; did you mean `Age`? (`mlops model show "
            "MODEL` lists the inputs that it takes)");
}

TEST_F(InvocationsTest, ARecordWithoutAKeyThatOthersHaveIsAFault) {
  EXPECT_EQ(refusal(R"({"dataframe_records": [{"age": 1, "income": 2, "city": "a", "member": true},
      {"age": 1, "income": 2, "member": true, "x": 1}]})"),
            "signature.mismatch: column 'city' is missing in row 2 (a value that is not known is written as "
            "null)");
  EXPECT_EQ(refusal(R"({"dataframe_records": [{"age": 1, "income": 2, "member": true}, {}]})"),
            "signature.mismatch: column 'age' is missing in row 2 (a value that is not known is written as "
            "null)");
  EXPECT_EQ(refusal(R"({"dataframe_records": [{"age": 1, "income": 2, "member": true},
      {"age": 1, "income": 2, "city": "a", "member": true}]})"),
            "signature.mismatch: column 'city' is missing in row 1 (a value that is not known is written as "
            "null)");
}

TEST_F(InvocationsTest, NamesGivenTwiceAreFaults) {
  EXPECT_EQ(
      refusal(R"({"dataframe_records": [{"age": 1, "income": 2, "city": "a", "member": true, "age": 3}]})"),
      "request.malformed: row 1 of 'dataframe_records' has 'age' twice");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"columns": ["age", "age"], "data": []}})"),
            "request.malformed: 'columns' has 'age' twice");
  EXPECT_EQ(refusal(R"({"inputs": {"age": [1], "age": [2]}})"),
            "request.malformed: 'inputs' has 'age' twice");
  EXPECT_EQ(refusal(R"({"inputs": [], "inputs": []})"), "request.malformed: 'inputs' stands twice");
  EXPECT_EQ(refusal("age,age\n1,2\n", "text/csv"), "request.malformed: the header has 'age' twice");
}

TEST_F(InvocationsTest, ValuesWithPartsAreFaults) {
  EXPECT_EQ(refusal(R"({"instances": [[1, 2, "a", true], [1, 2, ["a"], true]]})"),
            "signature.mismatch: column 'city', row 2: a list, where a single value is wanted");
  EXPECT_EQ(refusal(R"({"instances": [[{}, 2, "a", true]]})"),
            "signature.mismatch: column 'age', row 1: an object, where a single value is wanted");
}

TEST_F(InvocationsTest, ExactlyOneFormIsWanted) {
  EXPECT_EQ(
      refusal("{}"),
      "request.malformed: there are no rows: one of 'dataframe_split', 'dataframe_records', 'instances' "
      "or 'inputs' is wanted (`GET /example` answers with a body that the model accepts)");
  EXPECT_EQ(refusal(R"({"instances": [], "inputs": []})"),
            "request.malformed: there are both 'instances' and 'inputs'; exactly one is wanted");
  EXPECT_EQ(refusal(R"({"dataframe_record": []})"),
            "request.malformed: 'dataframe_record' is none of 'dataframe_split', 'dataframe_records', "
            "'instances' or 'inputs' (a similar one is `dataframe_records`)");
  EXPECT_EQ(refusal(R"({"age": 41})"),
            "request.malformed: 'age' is none of 'dataframe_split', 'dataframe_records', 'instances' or "
            "'inputs' (rows go into a list: {\"dataframe_records\": [{...}]})");
  EXPECT_EQ(refusal("[{}]").substr(0, 49), "request.malformed: the body is a list; an object ");
  EXPECT_EQ(refusal(R"({"dataframe_records": {}})"),
            "request.malformed: 'dataframe_records' is an object; a list is wanted");
  EXPECT_EQ(refusal(R"({"instances": 1})"), "request.malformed: 'instances' is a number; a list is wanted");
  EXPECT_EQ(
      refusal(R"({"instances": [1, 2]})"),
      "request.malformed: 'instances' is a list of single values; a list of rows is wanted, each with 4 "
      "values");
}

TEST_F(InvocationsTest, OddShapesAreFaults) {
  EXPECT_EQ(refusal(R"({"instances": [[1, 2, "a", true], 7]})"),
            "request.malformed: row 2 of 'instances' is a number; a list of values is wanted");
  EXPECT_EQ(refusal(R"({"dataframe_records": [7]})"),
            "request.malformed: row 1 of 'dataframe_records' is a number; an object is wanted");
  EXPECT_EQ(
      refusal(R"({"inputs": {"age": [1, 2], "income": [1]}})"),
      "request.malformed: 'inputs' has 2 values of 'age' and 1 value of 'income'; columns of one length "
      "are wanted");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"columns": ["age"]}})"),
            "request.malformed: 'dataframe_split' has no 'data'");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"data": [], "colums": []}})"),
            "request.malformed: 'dataframe_split' has 'colums'; it takes 'columns', 'data' and 'index'");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"columns": ["age", 1], "data": []}})"),
            "request.malformed: 'columns' has 1; names are wanted");
  EXPECT_EQ(refusal(R"({"dataframe_split": {"columns": ["age"], "data": [[1]], "index": [1, 2]}})"),
            "request.malformed: 'index' of 'dataframe_split' is no list of 1 row");
  EXPECT_EQ(refusal(R"({"inputs": {}})").substr(0, 45), "request.malformed: 'inputs' has no columns (`");
}

TEST_F(InvocationsTest, TypesThatDoNotFitAreNamedByTheEncoder) {
  EXPECT_EQ(refusal(R"({"instances": [[41, 2, "a", true], ["abc", 2, "a", true]]})"),
            "signature.mismatch: column 'age', row 2: 'abc' is no number (training saw BIGINT there)");
  EXPECT_EQ(refusal(R"({"instances": [[41, 2, "a", 2]]})"),
            "signature.mismatch: column 'member', row 1: '2' is no flag (training saw BOOLEAN there)");
}

TEST_F(InvocationsTest, FaultsOfTheJsonAreSaidWithTheirPlace) {
  EXPECT_EQ(refusal(""), "request.malformed: the body is empty; JSON is wanted");
  EXPECT_EQ(refusal("{\"instances\":\n [[1,]]}"),
            "request.malformed: not valid JSON at line 2, column 6: unexpected ']'; expected '[', '{', or a "
            "literal");
  EXPECT_EQ(refusal(R"({"instances": []} x)").substr(0, 58),
            "request.malformed: not valid JSON at line 1, column 19: in");
  EXPECT_EQ(refusal("age,income\n1,2\n", ""),
            "request.malformed: the body is not JSON (CSV wants the field `Content-Type: text/csv`)");
}

TEST_F(InvocationsTest, PersonalDataAreInNoMessage) {
  auto signature = customers();
  for (auto& input : signature.inputs) input.pii = true;
  scorer_ = scorer_of(signature, engines_);
  for (const char* const body :
       {R"({"instances": [["secret", 2, "a", true]]})", R"({"instances": [[secret, 2]]})",
        R"({"instances": ["secret]})", R"({"instances": [[1, 2, "a", "secret"]]})",
        R"({"instances": "secret"})", R"({"instances": [["secret" 1]]})",
        R"({"dataframe_records": ["secret"]})", R"({"instances": [[1, 2, 73731e999, 3]]})"}) {
    const std::string text = refusal(body);
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_EQ(text.find("73731"), std::string::npos) << text;
  }
}

TEST_F(InvocationsTest, TypesOfContent) {
  const std::string body = R"({"instances": [[41, 1250.5, "Köln", true], [7, null, null, false]]})";
  for (const char* const type : {"application/json", "", "application/json; charset=utf-8",
                                 "Application/JSON ;x=y; Charset=\"UTF-8\"", "application/vnd.api+json"})
    EXPECT_EQ(rows(body, type), two_rows) << type;
  EXPECT_EQ(refusal(body, "text/plain; charset=x"),
            "request.media_type: the content type 'text/plain' is not taken; application/json or text/csv is "
            "wanted");
  EXPECT_EQ(refusal(body, "application/json; charset=latin-1"),
            "request.media_type: the charset 'latin-1' is not taken; utf-8 is wanted");
  EXPECT_EQ(refusal("a\n1\n", "text/csv;charset=utf-16"),
            "request.media_type: the charset 'utf-16' is not taken; utf-8 is wanted");
}

TEST_F(InvocationsTest, ManyInputsAreFoundInAnyOrder) {
  predict::Signature wide;
  std::string body;
  for (int i = 0; i < 300; ++i) {
    wide.inputs.push_back({.name = "f" + std::to_string(i), .type = "BIGINT"});
    body = "\"f" + std::to_string(i) + "\": " + std::to_string(i) + (body.empty() ? "" : ", ") + body;
  }
  wide.classes = {"a", "b"};
  scorer_ = scorer_of(wide, engines_);
  const std::string all = "{\"extra\": 1, " + body + "}";
  const Columns read = reader_.invocations("", "{\"instances\": [" + all + ", " + all + "]}", scorer_);
  ASSERT_EQ(read.width(), 300U);
  for (std::size_t i = 0; i < 300; ++i)
    EXPECT_EQ(read.column(i).values<std::int64_t>()[1], static_cast<std::int64_t>(i));
}

TEST_F(InvocationsTest, ASmallBodyAfterAGreatOneIsReadAsBefore) {
  std::string many;
  for (int i = 0; i < 60'000; ++i) many += R"(, [1, 2.5, "a text that takes room", null])";
  const std::string one = R"([41, 1250.5, "Köln", true])";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(reader_.invocations("", "{\"instances\": [" + one + many + "]}", scorer_).rows(), 60'001U);
    EXPECT_EQ(rows("{\"instances\": [" + one + ", [7, null, null, false]]}"), two_rows);
    EXPECT_EQ(rows("age,income,city,member\n1,2,3,4\n", "text/csv"),
              "age VARCHAR: '1' | income VARCHAR: '2' | city VARCHAR: '3' | member VARCHAR: '4'");
  }
}

/// An answer must not depend on the other rows of its request.
TEST_F(InvocationsTest, ARowIsEncodedAsIfItCameAlone) {
  using predict::Encoding;
  const std::vector<std::string> values{"1",
                                        "1.0",
                                        "2.5",
                                        "true",
                                        "false",
                                        "\"1\"",
                                        "\"1.0\"",
                                        "0",
                                        "null",
                                        "\"true\"",
                                        "-3",
                                        "\"2.50\"",
                                        "1e20",
                                        "0.1",
                                        "123456789012345678",
                                        "9223372036854775808",
                                        "\"0\""};
  const std::vector<predict::Input> inputs{
      {.name = "x", .type = "DOUBLE"},
      {.name = "x", .type = "BIGINT"},
      {.name = "x", .type = "BOOLEAN", .encoding = Encoding::flag},
      {.name = "x",
       .type = "VARCHAR",
       .encoding = Encoding::category,
       .categories = {"1", "1.0", "2.5", "true"}},
      {.name = "x",
       .type = "BIGINT",
       .encoding = Encoding::category,
       .categories = {"1", "0", "-3", "123456789012345678", "9223372036854775808"}},
      {.name = "x",
       .type = "DOUBLE",
       .encoding = Encoding::category,
       .categories = {"1.0", "2.5", "0.1", "1e+20"}},
      {.name = "x",
       .type = "DECIMAL(10,2)",
       .encoding = Encoding::category,
       .categories = {"1.00", "2.50", "0.10"}},
      {.name = "x", .type = "BOOLEAN", .encoding = Encoding::category, .categories = {"true", "false"}}};
  const auto encoded = [&](const predict::Encoder& encoder,
                           const std::string& list) -> std::optional<predict::Frame> {
    try {
      return encoder.encode(reader_.invocations("", "{\"instances\": [" + list + "]}", scorer_));
    } catch (const Error&) {
      return std::nullopt;
    }
  };
  const auto same = [](double a, double b) { return a == b || (a != a && b != b); };
  for (const predict::Input& input : inputs) {
    predict::Signature signature{.inputs = {input}, .classes = {"a", "b"}};
    scorer_ = scorer_of(signature, engines_);
    const predict::Encoder encoder(signature);
    for (const std::string& a : values) {
      for (const std::string& b : values) {
        const auto alone = encoded(encoder, a);
        const auto both = encoded(encoder, a + ", " + b);
        if (!both) {
          EXPECT_TRUE(!alone || !encoded(encoder, b)) << input.type << ": " << a << ", " << b;
          continue;
        }
        ASSERT_TRUE(alone.has_value()) << input.type << ": " << a << ", " << b;
        const predict::Values& one = alone->features[0];
        const predict::Values& two = both->features[0];
        if (!one.codes.empty()) EXPECT_EQ(one.codes[0], two.codes[0]) << input.type << ": " << a << ", " << b;
        else EXPECT_TRUE(same(one.numbers[0], two.numbers[0])) << input.type << ": " << a << ", " << b;
      }
    }
  }
}

}  // namespace
}  // namespace mlops::serve::test
