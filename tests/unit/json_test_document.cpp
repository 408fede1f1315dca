#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/json/document.hpp>
#include <mlops/json/value.hpp>

#include <cmath>
#include <random>

namespace mlops::json {
namespace {

/// As the slow reader has it; integers over 2^63-1 are doubles there, and a name given twice is a fault.
Value value_of(Node node) {
  switch (node.kind()) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::flag:
      return node.flag();
    case Node::Kind::integer:
      return node.integer();
    case Node::Kind::large:
      return node.large();
    case Node::Kind::number:
      return node.number();
    case Node::Kind::text:
      return node.text();
    case Node::Kind::list: {
      Array items;
      for (const Node item : node.items()) items.push_back(value_of(item));
      EXPECT_EQ(items.size(), node.size());
      return items;
    }
    case Node::Kind::object: {
      Object members;
      std::size_t count = 0;
      for (const Entry& member : node.members()) {
        members.append(std::string(member.name), value_of(member.value));
        ++count;
      }
      EXPECT_EQ(count, node.size());
      return members;
    }
  }
  return nullptr;
}

class DocumentTest : public testing::Test {
 protected:
  Value read(std::string_view text) { return value_of(document_.parse(text)); }

  std::string message_of(std::string_view text) {
    try {
      document_.parse(text);
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::corrupt);
      return e.message();
    }
    ADD_FAILURE() << "read without an error: " << text;
    return "";
  }

  /// Both readers say the same of the text, or both refuse it.
  void compare(const std::string& text) {
    std::optional<Value> slow;
    try {
      slow = parse(text);
    } catch (const Error& e) {
      if (e.message().find("stands twice") != std::string::npos) return;
    }
    try {
      const Value fast = read(text);
      ASSERT_TRUE(slow.has_value()) << text;
      EXPECT_EQ(dump(fast), dump(*slow)) << text;
      EXPECT_EQ(fast, *slow) << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::corrupt);
      EXPECT_FALSE(slow.has_value()) << text << "\n" << e.message();
    }
  }

  Engines engines_{{ENGINES_DIR}};
  Document document_{engines_};
};

const char* const corpus[] = {
    R"({"dataframe_split": {"columns": ["a", "b"], "data": [[1, "x"], [2.5, null]]}})",
    R"([{"age": 41, "income": 1.25e3, "city": "Köln", "flag": true}, {"age": -7, "flag": false}])",
    R"({"id": "7", "inputs": [{"name": "x", "shape": [2, 2], "datatype": "FP64", "data": [[1, 2], [3, 4]]}]})",
    R"(["\u00e9\ud83d\ude00\n\"\\\/\b\f\r\t\u0000", "", "é😀"])",
    R"([0, -0, 0.0, -0.0, 1e0, 1E+2, 1e-2, 9223372036854775807, -9223372036854775808, 18446744073709551615])",
    R"([0.1, 3.141592653589793, 2.2250738585072014e-308, 5e-324, 1.7976931348623157e308, 123456789012345678.5])",
    R"([9007199254740993.0, 0.30000000000000004, 1.00000000000000011102230246251565404236316680908203125])",
    "  \t\r\n{ \"a\" : [ ] , \"b\" : { } }  ",
    "null",
    "true",
    "false",
    "17",
    "\"text\"",
    "[]",
    "{}",
    "[[[[[[]]]]]]",
};

TEST_F(DocumentTest, ReadsWhatTheSlowReaderReads) {
  for (const char* const text : corpus) compare(text);
}

TEST_F(DocumentTest, KeepsIntegersOver63BitsWhole) {
  const Node root = document_.parse("[9223372036854775807, 9223372036854775808, 18446744073709551615]");
  auto item = root.items().begin();
  EXPECT_EQ((*item).kind(), Node::Kind::integer);
  ++item;
  EXPECT_EQ((*item).kind(), Node::Kind::large);
  EXPECT_EQ((*item).large(), 9223372036854775808U);
  ++item;
  EXPECT_EQ((*item).large(), 18446744073709551615U);
}

TEST_F(DocumentTest, IntegersThat64BitsCannotHoldAreTheNearestDoubles) {
  compare("[18446744073709551616, -9223372036854775809, 1234567890123456789012345678901234567890]");
  compare(
      R"({"text": "18446744073709551616 NaN", "a": [-18446744073709551616,1], "b": 99999999999999999999})");
  const Node root = document_.parse("[-9223372036854775809, -9223372036854775808]");
  EXPECT_EQ((*root.items().begin()).number(), -9223372036854775808.0);
}

TEST_F(DocumentTest, TakesWhatPythonWritesForNumbersThatAreNone) {
  EXPECT_EQ(read(R"([NaN, Infinity, -Infinity, 1.5])"), Value(Array{nullptr, nullptr, nullptr, 1.5}));
  EXPECT_EQ(read(R"({"NaN": NaN, "t": "a \"NaN\" -Infinity", "i":-Infinity})"),
            Value(Object{{"NaN", nullptr}, {"t", "a \"NaN\" -Infinity"}, {"i", nullptr}}));
  for (const char* const text :
       {"[nan]", "[NaNs]", "[+Infinity]", "[-NaN]", "[1NaN]", "[Inf]", "[--Infinity]"})
    EXPECT_NE(message_of(text), "") << text;
}

TEST_F(DocumentTest, SaysWhereTheFaultIsAndWhatWasSeen) {
  EXPECT_EQ(message_of("{\n  \"a\": 1,\n}"), [] {
    try {
      parse("{\n  \"a\": 1,\n}");
    } catch (const Error& e) {
      return e.message();
    }
    return std::string();
  }());
  EXPECT_NE(message_of("[NaN, Infinity, oops]").find("line 1, column 17"), std::string::npos);
  EXPECT_NE(message_of("\xEF\xBB\xBF[1 2]").find("line 1, column 4"), std::string::npos);
  EXPECT_NE(message_of("").find("unexpected end of input"), std::string::npos);
  EXPECT_NE(message_of("   ").find("unexpected end of input"), std::string::npos);
  EXPECT_NE(message_of("{} x").find("line 1, column 4"), std::string::npos);
  EXPECT_NE(message_of("[1e999]").find("1e999"), std::string::npos);
  EXPECT_NE(message_of("[\"\xC3\x28\"]").find("UTF-8"), std::string::npos);
  EXPECT_NE(message_of("[\"a\x01\"]").find("line 1"), std::string::npos);
  EXPECT_NE(message_of(std::string(1, '\0')).find("line 1"), std::string::npos);
}

TEST_F(DocumentTest, SkipsAByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\": 1}"), Value(Object{{"a", 1}}));
}

TEST_F(DocumentTest, LimitsTheLevelsAsTheSlowReaderDoes) {
  for (const std::size_t levels : {511U, 512U, 513U, 2000U}) {
    compare(std::string(levels, '[') + std::string(levels, ']'));
    std::string objects;
    for (std::size_t i = 0; i < levels; ++i) objects += "{\"a\":";
    compare(objects + "1" + std::string(levels, '}'));
  }
  EXPECT_NE(message_of(std::string(100'000, '[')).find("more than 512 levels"), std::string::npos);
}

TEST_F(DocumentTest, FindsTheFirstMemberOfAName) {
  const Node root = document_.parse(R"({"a": [1, {"b": 2}], "b": 3, "b": 4})");
  EXPECT_EQ(root.find("b")->integer(), 3);
  EXPECT_FALSE(root.find("c").has_value());
  EXPECT_FALSE(root.find("a")->find("b").has_value());
}

TEST_F(DocumentTest, CountsPartsBeyond24Bits) {
  constexpr std::size_t items = (std::size_t{1} << 24) + 3;
  std::string text = "[" + std::string(2 * items - 1, '0') + "]";
  for (std::size_t i = 2; i < text.size() - 1; i += 2) text[i] = ',';
  EXPECT_EQ(document_.parse(text).size(), items);
  EXPECT_EQ(read("[1, 2]"), Value(Array{1, 2}));
}

TEST_F(DocumentTest, ForgetsTheTextBefore) {
  std::string much = "[";
  for (int i = 0; i < 300'000; ++i) much += "\"text " + std::to_string(i) + "\",";
  much += "0]";
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(document_.parse(much).size(), 300'001U);
    EXPECT_THROW(document_.parse("[NaN, }"), Error);
    EXPECT_EQ(read(R"(["short", NaN])"), Value(Array{"short", nullptr}));
  }
}

TEST_F(DocumentTest, AgreesWithTheSlowReaderOnMutations) {
  std::mt19937 random(11);
  const std::string alphabet = "{}[]\",:0123456789.eE+-truefalsn \\u\n\tNaI\x80\xC3\xA9";
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (int i = 0; i < 30'000; ++i) {
    std::string text = corpus[below(std::size(corpus))];
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(text.size() + 1);
      const char c = alphabet[below(alphabet.size())];
      if (const auto what = below(4); what == 0) text.insert(at, 1, c);
      else if (what == 1 && at < text.size()) text[at] = c;
      else if (what == 2) text.erase(at, 1 + below(4));
      else text.insert(at, text.substr(below(text.size() + 1), 1 + below(8)));
    }
    // These are ours alone, by design.
    if (text.find("NaN") != std::string::npos || text.find("Infinity") != std::string::npos) continue;
    compare(text);
    if (HasFailure()) return;
  }
}

TEST(Document, ReportsAMissingEngine) {
  Engines none({"/nowhere"});
  EXPECT_THROW(Document{none}, Error);
}

}  // namespace
}  // namespace mlops::json
