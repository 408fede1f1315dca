/// Bodies that nobody wrote: whatever comes, there is an answer or Error(usage), and no byte is read that is
/// not there (the sanitizers judge).
#include <algorithm>
#include <random>

#include "serve_test_body.hpp"

namespace mlops::serve::test {
namespace {

using namespace std::string_literals;

struct Sent {
  std::string type = {};
  std::string body = {};
  std::optional<std::size_t> json = {};
  bool inference = json.has_value();
};

std::vector<Sent> corpus() {
  const std::string json = R"({"inputs": [
      {"name": "age", "shape": [2], "datatype": "INT64", "parameters": {"binary_data_size": 16}},
      {"name": "income", "shape": [2, 1], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
      {"name": "city", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": 13}},
      {"name": "member", "shape": [2], "datatype": "BOOL", "data": [true, false]}]})";
  const std::string bytes =
      "\x29\0\0\0\0\0\0\0\xf9\xff\xff\xff\xff\xff\xff\xff\0\x50\x9c\x44\0\0\xc0\x7f"
      "\x05\0\0\0K\xc3\xb6ln\0\0\0\0"s;
  const std::string all = R"({"id": "7", "inputs": [{"name": "x", "shape": [3, 4], "datatype": "FP64",
      "data": [1, 2.5, 3, 0, 5, 6, 7, 1, 9, -1e3, null, 0]}], "outputs": [{"name": "probability",
      "parameters": {"binary_data": true}}], "parameters": {"binary_data_output": false}})";
  return {
      {"application/json",
       R"({"dataframe_split": {"index": [0, 1], "columns": ["age", "income", "city", "member"],
          "data": [[41, 1250.5, "K\u00f6ln", true], [7, NaN, null, false]]}})"},
      {"application/json",
       R"({"dataframe_records": [{"age": 41, "income": 1250.5, "city": "Rome", "member": true},
          {"age": 7, "income": -Infinity, "city": null, "member": false}], "params": {"x": [1]}})"},
      {"",
       R"({"instances": [[41, 1250.5, "Köln", true], [7, null, "", 0], ["3", 18446744073709551616, 1, 1]]})"},
      {"", R"({"inputs": {"age": [41, 7], "income": [1250.5, 9223372036854775808], "city": ["", null],
          "member": [1, false]}})"},
      {"text/csv", "age,income,city,member\r\n41,1.5,\"Rome, \"\"old\"\"\",true\n\n7,,,no\n"},
      {.json = 0},
      {.body = R"({"inputs": [{"name": "age", "shape": [2], "datatype": "INT64", "data": [41, 7]},
          {"name": "income", "shape": [2, 1], "datatype": "FP32", "data": [[1250.5], [null]]},
          {"name": "city", "shape": [2], "datatype": "BYTES", "data": ["Rome", ""]},
          {"name": "member", "shape": [2], "datatype": "BOOL", "data": [true, 0]}]})",
       .inference = true},
      {.body = all, .inference = true},
      {.body = json + bytes, .json = json.size()},
      {.body = std::string("\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0", 16), .json = 0},
  };
}

class MutationsTest : public BodyTest {
 protected:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  void mutate(std::string& text) {
    static const std::string alphabet =
        "{}[]\",:0123456789.eE+-truefalsn \\u\n\r\tNaI\x80\xC3\xA9\x00\xFF;'"s;
    const std::size_t at = below(text.size() + 1);
    switch (below(6)) {
      case 0:
        text.insert(at, 1, alphabet[below(alphabet.size())]);
        return;
      case 1:
        if (at < text.size()) text[at] = alphabet[below(alphabet.size())];
        return;
      case 2:
        text.erase(at, 1 + below(5));
        return;
      case 3:
        text.insert(at, text.substr(below(text.size() + 1), 1 + below(24)));
        return;
      case 4:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        return;
      default:
        swap_digits(text, at);
    }
  }

  /// Sizes and shapes are where bytes go wrong.
  void swap_digits(std::string& text, std::size_t from) {
    static const std::vector<std::string> numbers{
        "0", "1", "3", "-1", "4294967296", "2305843009213693952", "9223372036854775807", "1e308", "[]", "{}"};
    const std::size_t at = text.find_first_of("0123456789", from);
    if (at != std::string::npos) text.replace(at, 1, numbers[below(numbers.size())]);
  }

  void send(const Sent& sent) {
    // A copy of exactly that size: what is read behind it is seen.
    const std::vector<char> bytes(sent.body.begin(), sent.body.end());
    const std::string_view body(bytes.data(), bytes.size());
    const std::string size = sent.json ? std::to_string(*sent.json) : "";
    const Columns rows =
        sent.inference
            ? reader_.inference(body, sent.json ? std::optional<std::string_view>(size) : std::nullopt,
                                scorer_, rest_)
            : reader_.invocations(sent.type, body, scorer_);
    scorer_.answer(rows, answered_);
    ++answers_;
    for (std::size_t i = 0; i < rows.width(); ++i) EXPECT_EQ(rows.column(i).size(), rows.rows());
    writer_.invocations(answered_, out_);
    json::parse(out_);
    const auto front = writer_.inference(answered_, rest_, out_);
    json::parse(out_.substr(0, front.value_or(out_.size())));
  }

  std::mt19937_64 random_{2026};
  Writer writer_{scorer_, "m", 1};
  Inference rest_;
  std::string out_;
  int answers_ = 0;
};

TEST_F(MutationsTest, AreAnsweredOrRefused) {
  const std::vector<Sent> seeds = corpus();
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    Sent sent = seeds[below(seeds.size())];
    for (std::size_t changes = below(4); changes > 0; --changes) {
      const bool inside = sent.json && *sent.json > 0 && below(2) == 0;
      if (!inside) {
        mutate(sent.body);
      } else {
        std::string json = sent.body.substr(0, *sent.json);
        const std::string rest = sent.body.substr(*sent.json);
        mutate(json);
        sent.json = json.size();
        sent.body = json + rest;
      }
      if (sent.json && *sent.json > sent.body.size()) sent.json = sent.body.size();
    }
    try {
      send(sent);
    } catch (const Error& e) {
      ++refused;
      ASSERT_EQ(e.code(), Code::usage) << e.message() << "\n" << sent.body;
      ASSERT_TRUE(e.id() == "request.malformed" || e.id() == "signature.mismatch") << e.id() << e.message();
      ASSERT_FALSE(e.message().empty());
    }
  }
  EXPECT_GT(answers_, 4000);
  EXPECT_GT(refused, 4000);
}

/// Small bodies must not ask for much memory: what they say is believed when it is seen.
TEST_F(MutationsTest, WhatIsNotThereTakesNoMemory) {
  predict::Signature wide{.classes = {"a", "b"}};
  std::string record;
  for (int i = 0; i < 2000; ++i) {
    wide.inputs.push_back({.name = "f" + std::to_string(i), .type = "BIGINT"});
    record += (i == 0 ? "\"f" : ", \"f") + std::to_string(i) + "\": 1";
  }
  scorer_ = scorer_of(wide, engines_);
  std::string empties;
  for (int i = 0; i < 1'000'000; ++i) empties += ", {}";
  // With a place for each value of each row these would be 16 GB.
  EXPECT_EQ(refusal("{\"instances\": [{" + record + "}" + empties + "]}").substr(0, 54),
            "signature.mismatch: column 'f0' is missing in row 2 (a");
  std::replace(empties.begin(), empties.end(), '{', '[');
  std::replace(empties.begin(), empties.end(), '}', ']');
  EXPECT_EQ(refusal("{\"instances\": [[]" + empties + "]}").substr(0, 60),
            "request.malformed: row 1 of 'instances' has 0 values, where ");
}

}  // namespace
}  // namespace mlops::serve::test
