/// The Open Inference Protocol, version 2, with Triton's binary tensors: bodies as rows.
#include "serve_test_body.hpp"

namespace mlops::serve::test {
namespace {

using namespace std::string_literals;

class InferenceTest : public BodyTest {
 protected:
  std::string tensors(const std::string& json, std::optional<std::string> binary = std::nullopt) {
    const std::string size = std::to_string(json.size());
    std::optional<std::string_view> field;
    if (binary) field = size;
    return text_of(reader_.inference(json + binary.value_or(""), field, scorer_, rest_));
  }
  std::string refused(const std::string& json, std::optional<std::string> binary = std::nullopt) {
    return text_of(fault([&] { tensors(json, binary); }));
  }
  /// A model of these inputs, all of them numbers.
  void model_of(std::initializer_list<const char*> names, std::string type = "DOUBLE") {
    predict::Signature signature{.classes = {"a", "b"}};
    for (const char* const name : names) signature.inputs.push_back({.name = name, .type = type});
    scorer_ = scorer_of(signature, engines_);
  }
  std::vector<std::string> outputs() {
    std::vector<std::string> out;
    for (const auto& output : rest_.outputs) out.push_back(output.name + (output.binary ? "!" : ""));
    return out;
  }

  Inference rest_;
};

TEST_F(InferenceTest, ATensorForEachInput) {
  EXPECT_EQ(
      tensors(R"({"id": "7", "parameters": {"a": 1}, "inputs": [
      {"name": "member", "shape": [2], "datatype": "BOOL", "data": [true, 0]},
      {"name": "age", "shape": [2, 1], "datatype": "INT64", "data": [41, 7.0], "parameters": {}},
      {"name": "income", "shape": [2, 1], "datatype": "FP32", "data": [[1250.5], [null]]},
      {"name": "other", "shape": [1, 2, 3], "datatype": "INT8", "data": [1, 2, 3, 4, 5, 6]},
      {"name": "city", "shape": [2], "datatype": "BYTES", "data": ["K\u00f6ln", ""]}]})"),
      "age DOUBLE: 41.0, 7.0 | income DOUBLE: 1250.5, null | city VARCHAR: 'Köln', '' | member DOUBLE: 1.0, "
      "0.0");
  EXPECT_EQ(rest_.id, "7");
  EXPECT_TRUE(rest_.id_given);
  EXPECT_EQ(outputs(), (std::vector<std::string>{"prediction", "probability"}));
}

TEST_F(InferenceTest, OneTensorOfAllInputs) {
  model_of({"a", "b", "c"});
  const std::string expected = "a BIGINT: 1, 4 | b BIGINT: 2, 5 | c DOUBLE: 3.5, 6.0";
  EXPECT_EQ(tensors(R"({"inputs": [{"name": "input-0", "shape": [2, 3], "datatype": "FP64",
      "data": [1, 2, 3.5, 4, 5, 6]}]})"),
            expected);
  EXPECT_EQ(tensors(R"({"inputs": [{"name": "a", "shape": [2, 3], "datatype": "FP64",
      "data": [[1, 2, 3.5], [4, 5, 6]]}]})"),
            expected);
  EXPECT_FALSE(rest_.id_given);
  EXPECT_EQ(tensors(R"({"inputs": [{"name": "x", "shape": [0, 3], "datatype": "FP64", "data": []}]})"),
            "a NULL: | b NULL: | c NULL:");
  model_of({"a"});
  EXPECT_EQ(
      tensors(R"({"inputs": [{"name": "x", "shape": [3], "datatype": "INT8", "data": [1, -128, 127]}]})"),
      "a BIGINT: 1, -128, 127");
}

TEST_F(InferenceTest, AMissingTensorIsTheEncodersFault) {
  model_of({"tenure", "b"});
  const Error e = fault([&] {
    const std::string body = R"({"inputs": [{"name": "tenur", "shape": [1], "datatype": "FP64", "data": [1]},
        {"name": "b", "shape": [1], "datatype": "FP64", "data": [1]}]})";
    scorer_.answer(reader_.inference(body, std::nullopt, scorer_, rest_), answered_);
  });
  EXPECT_EQ(e.message(), "column 'tenure' (DOUBLE) is missing; did you mean `tenur`?");
}

TEST_F(InferenceTest, ValuesMustBeOfTheDatatype) {
  model_of({"x"});
  const auto element = [&](const std::string& type, const std::string& value) {
    return R"({"inputs": [{"name": "x", "shape": [2], "datatype": ")" + type + R"(", "data": [null, )" +
           value + "]}]}";
  };
  const std::vector<std::pair<const char*, const char*>> good{
      {"INT8", "-128"},  {"INT16", "32767"},  {"INT32", "-2147483648"}, {"INT64", "9223372036854775807"},
      {"UINT8", "255"},  {"UINT16", "65535"}, {"UINT32", "4294967295"}, {"UINT64", "18446744073709551615"},
      {"INT64", "1e3"},  {"FP32", "1"},       {"FP64", "1e300"},        {"BOOL", "1"},
      {"BOOL", "false"}, {"BYTES", "\"x\""}};
  for (const auto& [type, value] : good) EXPECT_NO_THROW(tensors(element(type, value))) << type << value;
  const std::vector<std::pair<const char*, const char*>> bad{
      {"INT8", "128"},          {"INT16", "-32769"},
      {"INT32", "2147483648"},  {"INT64", "9223372036854775808"},
      {"INT64", "1e19"},        {"INT64", "1.5"},
      {"UINT8", "-1"},          {"UINT16", "65536"},
      {"UINT32", "4294967296"}, {"UINT64", "-1"},
      {"UINT64", "1e20"},       {"INT64", "true"},
      {"FP32", "\"1\""},        {"FP64", "false"},
      {"FP64", "[1]"},          {"BOOL", "2"},
      {"BOOL", "\"true\""},     {"BYTES", "1"},
      {"BYTES", "{}"}};
  for (const auto& [type, value] : bad) {
    const std::string text = refused(element(type, value));
    EXPECT_TRUE(text.starts_with("request.malformed: tensor 'x', element 2: ")) << text;
    EXPECT_TRUE(text.ends_with("is no "s + type)) << text;
  }
  EXPECT_EQ(refused(element("INT8", "300")), "request.malformed: tensor 'x', element 2: 300 is no INT8");
  EXPECT_EQ(refused(element("FP16", "1")),
            "request.malformed: tensor 'x' is FP16, which has no form in JSON; send it as FP32, or as bytes");
  EXPECT_EQ(
      refused(element("FP8", "1")),
      "request.malformed: the datatype of tensor 'x' is 'FP8'; one of BOOL, INT8 to INT64, UINT8 to UINT64, "
      "FP16, BF16, FP32, FP64, BYTES is wanted");
  predict::Signature personal{.inputs = {{.name = "x", .type = "DOUBLE", .pii = true}},
                              .classes = {"a", "b"}};
  scorer_ = scorer_of(personal, engines_);
  EXPECT_EQ(refused(element("FP64", "\"secret\"")),
            "request.malformed: tensor 'x', element 2: a value (masked) is no FP64");
}

TEST_F(InferenceTest, ShapesMustAddUp) {
  model_of({"a", "b"});
  const auto tensor = [](const std::string& shape, const std::string& data, const std::string& name = "a") {
    return R"({"name": ")" + name + R"(", "shape": )" + shape + R"(, "datatype": "FP64", "data": )" + data +
           "}";
  };
  const auto body = [](const std::string& list) { return "{\"inputs\": [" + list + "]}"; };
  EXPECT_EQ(refused(body(tensor("[3]", "[1, 2]"))),
            "request.malformed: the data of tensor 'a' have 2 elements, where its shape [3] says 3");
  EXPECT_EQ(
      refused(body(tensor("[2, 2]", "[[1, 2], [3]]"))),
      "request.malformed: row 2 of the data of tensor 'a' is no list of 2 values, as its shape [2, 2] says");
  EXPECT_EQ(refused(body(tensor("[2, 2]", "[[1, 2]]"))),
            "request.malformed: the data of tensor 'a' have 1 row, where its shape [2, 2] says 2");
  EXPECT_EQ(refused(body(tensor("[2]", "[1, [2, 3, 4]]") + ", " + tensor("[2]", "[1, 2]", "b"))),
            "request.malformed: tensor 'a', element 2: a list is no FP64");
  EXPECT_EQ(refused(body(tensor("[2, 2]", "[1, [2, 3], [4, 5, 6], 7]"))),
            "request.malformed: tensor 'a', element 2: a list is no FP64");
  EXPECT_EQ(
      refused(body(tensor("[2]", "[1, 2]") + ", " + tensor("[1]", "[1]", "b"))),
      "request.malformed: tensor 'a' has 2 rows and tensor 'b' has 1 row; all of them must have the same "
      "number");
  EXPECT_EQ(
      refused(body(tensor("[1, 3]", "[1, 2, 3]"))),
      "request.malformed: tensor 'a' has the shape [1, 3]; [n] or [n, 1] is wanted for each input, or a "
      "single tensor [n, 2] of all");
  EXPECT_EQ(refused(body(tensor("[1, 2, 1]", "[1, 2]"))).substr(0, 52),
            "request.malformed: tensor 'a' has the shape [1, 2, 1");
  EXPECT_EQ(refused(body(tensor("[1]", "[1]") + ", " + tensor("[1]", "[1]"))),
            "request.malformed: tensor 'a' stands twice");
  EXPECT_EQ(
      refused(body(tensor("[4611686018427387904, 4]", "[]"))),
      "request.malformed: tensor 'a' has the shape [4611686018427387904, 4], which is more than can be held");
  EXPECT_EQ(refused(body(tensor("[2305843009213693952]", "[]"))).substr(0, 42),
            "request.malformed: tensor 'a' has the shap");
  EXPECT_EQ(refused(body(tensor("[9223372036854775807, 0]", "[]"))).substr(0, 42),
            "request.malformed: tensor 'a' has the shap");
  EXPECT_EQ(refused(body(tensor("[-1]", "[]"))),
            "request.malformed: the shape of tensor 'a' has -1; whole numbers from 0 on are wanted");
  for (const char* const shape : {"[]", "1", "null", "{}"})
    EXPECT_EQ(refused(body(tensor(shape, "[]"))),
              "request.malformed: the shape of tensor 'a' is no list of dimensions; [n] or [n, 1] is wanted");
  EXPECT_EQ(refused(body(tensor("[1]", "1"))),
            "request.malformed: the data of tensor 'a' are a number; a list is wanted");
  EXPECT_EQ(refused(body("7")),
            "request.malformed: item 1 of 'inputs' is a number; a tensor (name, shape, datatype, "
            "data) is wanted");
  EXPECT_EQ(refused(body("{}")), "request.malformed: item 1 of 'inputs' has no text 'name'");
  EXPECT_EQ(refused(body(R"({"name": "a", "datatype": "FP64", "shape": [1]})")),
            "request.malformed: tensor 'a' has neither 'data' nor 'binary_data_size'; exactly one is wanted");
  EXPECT_EQ(refused("{}").substr(0, 50), "request.malformed: the body has no list 'inputs'; ");
  EXPECT_EQ(refused("[]"), "request.malformed: the body is a list; an object with 'inputs' is wanted");
}

std::string binary_tensor(const std::string& name, const std::string& shape, const std::string& type,
                          std::size_t size) {
  return R"({"name": ")" + name + R"(", "shape": )" + shape + R"(, "datatype": ")" + type +
         R"(", "parameters": {"binary_data_size": )" + std::to_string(size) + "}}";
}

/// The bytes are numpy's: array.tobytes(), and struct.pack("<I", len(s)) + s.
TEST_F(InferenceTest, TensorsOfBytes) {
  const std::string json = "{\"inputs\": [" + binary_tensor("age", "[2]", "INT64", 16) + ", " +
                           binary_tensor("income", "[2, 1]", "FP32", 8) + ", " +
                           binary_tensor("city", "[2]", "BYTES", 13) + ", " +
                           binary_tensor("member", "[2]", "BOOL", 2) + "]}";
  const std::string bytes =
      "\x29\x00\x00\x00\x00\x00\x00\x00\xf9\xff\xff\xff\xff\xff\xff\xff"
      "\x00\x50\x9c\x44\x00\x00\xc0\x7f"
      "\x05\x00\x00\x00\x4b\xc3\xb6\x6c\x6e\x00\x00\x00\x00"
      "\x01\x00"s;
  EXPECT_EQ(
      tensors(json, bytes),
      "age BIGINT: 41, -7 | income FLOAT: 1250.5, nan | city VARCHAR: 'Köln', '' | member BOOLEAN: true, "
      "false");
  EXPECT_EQ(refused(json, bytes + "x"), "request.malformed: 1 byte behind the JSON belong to no tensor");
  EXPECT_EQ(
      refused(json, bytes.substr(0, bytes.size() - 1)),
      "request.malformed: tensor 'member' says that it has 2 bytes, where 1 are left behind the JSON (the "
      "field Inference-Header-Content-Length says how long the JSON is)");
  EXPECT_EQ(refused(json).substr(0, 68),
            "request.malformed: tensor 'age' says that it has 16 bytes, where 0 a");
}

TEST_F(InferenceTest, OneTensorOfBytesForAllInputs) {
  model_of({"a", "b", "c"});
  const std::string bytes =
      "\x00\x00\xc0\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40\x00\x00"
      "\xc0\x40"s;
  EXPECT_EQ(tensors("{\"inputs\": [" + binary_tensor("x", "[2, 3]", "FP32", 24) + "]}", bytes),
            "a FLOAT: 1.5, 4.0 | b FLOAT: 2.0, 5.0 | c FLOAT: 3.0, 6.0");
  EXPECT_EQ(tensors("{\"inputs\": [" + binary_tensor("x", "[1, 3]", "BYTES", 15) + "]}",
                    "\x01\x00\x00\x00p\x02\x00\x00\x00qr\x00\x00\x00\x00"s),
            "a VARCHAR: 'p' | b VARCHAR: 'qr' | c VARCHAR: ''");
}

TEST_F(InferenceTest, EveryWidthOfBytes) {
  model_of({"x"});
  const std::vector<std::tuple<std::string, std::string, std::string>> cases{
      {"INT8", "\x80\x7f"s, "x TINYINT: -128, 127"},
      {"UINT8", "\x80\x7f"s, "x UTINYINT: 128, 127"},
      {"INT16", "\xff\xff\x01\x00"s, "x SMALLINT: -1, 1"},
      {"UINT16", "\xff\xff\x01\x00"s, "x USMALLINT: 65535, 1"},
      {"INT32", "\xff\xff\xff\xff\x01\x00\x00\x00"s, "x INTEGER: -1, 1"},
      {"UINT32", "\xff\xff\xff\xff\x01\x00\x00\x00"s, "x UINTEGER: 4294967295, 1"},
      {"UINT64", "\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00\x00\x00\x00\x00"s,
       "x UBIGINT: 18446744073709551615, 1"},
      {"FP64", "\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00\x00\x00\x00\x00\x00\xc0"s, "x DOUBLE: 1.5, -2.0"},
      {"FP16", "\xff\x7b\x00\x80"s, "x FLOAT: 65504.0, -0.0"},
      {"FP16", "\x01\x00\x66\x2e"s, "x FLOAT: 5.9604645e-08, 0.099975586"},
      {"FP16", "\x00\x7c\x00\x7e"s, "x FLOAT: inf, nan"},
      {"BF16", "\xc0\x3f\x00\xc0"s, "x FLOAT: 1.5, -2.0"}};
  for (const auto& [type, bytes, expected] : cases)
    EXPECT_EQ(tensors("{\"inputs\": [" + binary_tensor("x", "[2]", type, bytes.size()) + "]}", bytes),
              expected);
}

TEST_F(InferenceTest, BytesThatDoNotAddUp) {
  model_of({"x"});
  const auto refuse = [&](const std::string& shape, const std::string& type, const std::string& bytes) {
    return refused("{\"inputs\": [" + binary_tensor("x", shape, type, bytes.size()) + "]}", bytes);
  };
  EXPECT_EQ(refuse("[2]", "FP64", "12345678"),
            "request.malformed: tensor 'x' has 8 bytes, where its shape [2] of FP64 takes 16");
  EXPECT_EQ(refuse("[1]", "BYTES", "\x05\x00\x00\x00tex"s),
            "request.malformed: the 7 bytes of tensor 'x' end in element 1, where its shape [1] says 1");
  EXPECT_EQ(refuse("[1]", "BYTES", "\xff\xff\xff\xfftext"s).substr(0, 48),
            "request.malformed: the 8 bytes of tensor 'x' end");
  EXPECT_EQ(refuse("[1]", "BYTES", "\x01\x00\x00\x00text"s),
            "request.malformed: tensor 'x' has 3 bytes behind its 1 element");
  EXPECT_EQ(refuse("[1]", "BYTES", "\x01\x00\x00\x00\xff"s),
            "request.malformed: element 1 of tensor 'x' is not UTF-8");
  EXPECT_EQ(refuse("[2305843009213693951]", "FP64", "12345678").substr(0, 44),
            "request.malformed: tensor 'x' has 8 bytes, w");
  EXPECT_EQ(refused(R"({"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [1],
      "parameters": {"binary_data_size": 8}}]})",
                    "12345678"),
            "request.malformed: tensor 'x' has both 'data' and 'binary_data_size'; exactly one is wanted");
  EXPECT_EQ(refused(R"({"inputs": [{"name": "x", "shape": [1], "datatype": "FP64",
      "parameters": {"binary_data_size": -8}}]})",
                    ""),
            "request.malformed: 'binary_data_size' of tensor 'x' is -8; a number of bytes is wanted");
}

TEST_F(InferenceTest, TheHeadersLengthIsChecked) {
  for (const char* const field : {"", "x", "-1", "1x", "99999999999999999999999", "1 "}) {
    const std::string text = text_of(fault([&] { reader_.inference("{}", field, scorer_, rest_); }));
    EXPECT_EQ(text, "request.malformed: Inference-Header-Content-Length is '"s + field +
                        "'; a number of bytes is wanted");
  }
  EXPECT_EQ(text_of(fault([&] { reader_.inference("{}", "3", scorer_, rest_); })),
            "request.malformed: Inference-Header-Content-Length is 3, where the body has 2 bytes");
}

TEST_F(InferenceTest, RawBytesAreTheOneInput) {
  model_of({"x"});
  const std::string bytes = "\x00\x00\x00\x00\x00\x00\xf8\x3f\x00\x00\x00\x00\x00\x00\x00\xc0"s;
  EXPECT_EQ(text_of(reader_.inference(bytes, "0", scorer_, rest_)), "x DOUBLE: 1.5, -2.0");
  EXPECT_EQ(outputs(), (std::vector<std::string>{"prediction!", "probability!"}));
  EXPECT_EQ(text_of(reader_.inference("", "0", scorer_, rest_)), "x DOUBLE:");
  EXPECT_EQ(text_of(fault([&] { reader_.inference("123", "0", scorer_, rest_); })),
            "request.malformed: the body has 3 bytes, which is no multiple of the 8 of FP64");
  model_of({"x"}, "VARCHAR");
  EXPECT_EQ(text_of(reader_.inference("\x02\x00\x00\x00"
                                      "ab\x00\x00\x00\x00"s,
                                      "0", scorer_, rest_)),
            "x VARCHAR: 'ab', ''");
  EXPECT_EQ(text_of(fault([&] {
              reader_.inference(
                  "\x02\x00\x00\x00"
                  "a"s,
                  "0", scorer_, rest_);
            })),
            "request.malformed: element 1 of the body is no text with its length in front");
  model_of({"x", "y"});
  EXPECT_EQ(
      text_of(fault([&] { reader_.inference(bytes, "0", scorer_, rest_); })),
      "request.malformed: the body is bytes without JSON (Inference-Header-Content-Length: 0), which only a "
      "model of one input takes; this one has 2");
}

TEST_F(InferenceTest, OutputsAreThoseAskedFor) {
  model_of({"x"});
  const auto ask = [&](const std::string& more) {
    return R"({"inputs": [{"name": "x", "shape": [1], "datatype": "FP64", "data": [1]}])" + more + "}";
  };
  tensors(ask(
      R"(, "outputs": [{"name": "probability", "parameters": {"binary_data": true}}, {"name": "prediction"}])"));
  EXPECT_EQ(outputs(), (std::vector<std::string>{"probability!", "prediction"}));
  tensors(ask(R"(, "parameters": {"binary_data_output": true}, "outputs": [])"));
  EXPECT_EQ(outputs(), (std::vector<std::string>{"prediction!", "probability!"}));
  tensors(ask(R"(, "parameters": {"binary_data_output": true},
      "outputs": [{"name": "prediction", "parameters": {"binary_data": false}}])"));
  EXPECT_EQ(outputs(), (std::vector<std::string>{"prediction"}));
  EXPECT_EQ(refused(ask(R"(, "outputs": [{"name": "label"}])")),
            "request.malformed: there is no output 'label'; the model has 'prediction' or 'probability'");
  EXPECT_EQ(refused(ask(R"(, "outputs": [{"name": "prediction"}, {"name": "prediction"}])")),
            "request.malformed: the output 'prediction' is asked for twice");
  EXPECT_EQ(refused(ask(R"(, "outputs": [7])")),
            "request.malformed: an item of 'outputs' has no text 'name'");
  EXPECT_EQ(refused(ask(R"(, "outputs": {})")),
            "request.malformed: 'outputs' is an object; a list is wanted");
  EXPECT_EQ(refused(ask(R"(, "id": 7)")), "request.malformed: 'id' is a number; a text is wanted");
  EXPECT_EQ(refused(ask(R"(, "parameters": {"binary_data_output": 1})")),
            "request.malformed: the parameter 'binary_data_output' is a number; true or false is wanted");
  scorer_ = scorer_of(one_number(), engines_);
  tensors(ask(""));
  EXPECT_EQ(outputs(), std::vector<std::string>{"prediction"});
  EXPECT_EQ(refused(ask(R"(, "outputs": [{"name": "probability"}])")),
            "request.malformed: there is no output 'probability'; the model has 'prediction'");
}

}  // namespace
}  // namespace mlops::serve::test
