#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/json/value.hpp>

#include <limits>

namespace mlops::json {
namespace {

constexpr auto largest = std::numeric_limits<std::int64_t>::max();

std::string message_of(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::corrupt);
    return e.message();
  }
  ADD_FAILURE() << "read without an error: " << text;
  return "";
}

void expect_in(std::string_view text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string_view::npos) << text;
}

TEST(Parse, KeepsIntegersAndDoublesApart) {
  EXPECT_EQ(*parse("1").as_int(), 1);
  EXPECT_EQ(*parse("-9223372036854775808").as_int(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*parse("9223372036854775807").as_int(), largest);
  EXPECT_EQ(*parse("9223372036854775808").as_double(), 9223372036854775808.0);
  EXPECT_EQ(*parse("1.0").as_double(), 1.0);
  EXPECT_EQ(*parse("1e2").as_double(), 100.0);
  EXPECT_EQ(parse("1.0").as_int(), nullptr);
}

TEST(Parse, KeepsTheOrderOfMembers) {
  const Value value = parse(R"({"b": [1, {"x": null}], "a": {"": true}})");
  EXPECT_EQ(value, Value(Object{{"b", Array{1, Object{{"x", nullptr}}}}, {"a", Object{{"", true}}}}));
  EXPECT_EQ(value.as_object()->begin()->first, "b");
}

TEST(Parse, ReadsEscapesAndSurrogatePairs) {
  EXPECT_EQ(*parse(R"("\u00e9\ud83d\ude00\n\"\u0000")").as_string(), std::string("é😀\n\"\0", 9));
}

TEST(Parse, NamesLineColumnAndWhatWasSeen) {
  expect_in(message_of(""), "line 1, column 1: unexpected end of input");
  expect_in(message_of("{\n  \"a\": 1,\n}"), "line 3, column 1: unexpected '}'");
  expect_in(message_of("[1, 2"), "line 1, column 6: unexpected end of input");
  expect_in(message_of("{\"é\" 1}"), "line 1, column 6");
  expect_in(message_of("[tru]"), "line 1, column 5: invalid literal; last read: '[tru]'");
  expect_in(message_of("1 2"), "line 1, column 3");
}

TEST(Parse, RefusesDuplicateNamesWhereTheSecondBegins) {
  expect_in(message_of("{\"a\": 1,\n \"a\": 2}"), "line 2, column 2: the name 'a' stands twice");
  expect_in(message_of(R"({"q\"": 1, "q\"": 2})"), "line 1, column 12: the name 'q\"' stands twice");
  EXPECT_NO_THROW(parse(R"([{"a": 1}, {"a": {"a": 2}}])"));
}

TEST(Parse, RefusesWhatIsNotJson) {
  for (const char* text : {"nul", "[1,]", "{'a': 1}", "01", "+1", ".5", "1.", "NaN", "Infinity", "[1] // x",
                           "\"\t\"", "\"\\ud800\"", "1e999", "{\"a\"}", "]"}) {
    EXPECT_THROW(parse(text), Error) << text;
  }
  using namespace std::string_view_literals;
  expect_in(message_of("[1]\n\0x"sv), "line 2, column 1: a zero byte");
}

TEST(Parse, RefusesTextThatIsNotUtf8AndStaysPrintable) {
  const std::string message = message_of("\"caf\xe9\"");
  expect_in(message, "ill-formed UTF-8");
  EXPECT_EQ(message.find('\xe9'), std::string::npos);
}

TEST(Parse, LimitsDepth) {
  EXPECT_NO_THROW(parse(std::string(512, '[') + std::string(512, ']')));
  expect_in(message_of(std::string(513, '[')), "line 1, column 513: more than 512 levels");
  expect_in(message_of(std::string(1'000'000, '[')), "more than 512 levels");
}

TEST(Dump, IsOneLine) {
  const Value value = Object{{"z", Array{1, 2.5, "x", true, nullptr}}, {"a", Object{}}, {"e", Array{}}};
  EXPECT_EQ(dump(value), R"({"z": [1, 2.5, "x", true, null], "a": {}, "e": []})");
  EXPECT_EQ(
      dump_pretty(value),
      "{\n  \"z\": [\n    1,\n    2.5,\n    \"x\",\n    true,\n    null\n  ],\n  \"a\": {},\n  \"e\": []\n}");
}

TEST(Dump, WritesDoublesThatReadBackAsDoubles) {
  for (const double number :
       {0.0, -0.0, 1.0, 0.1, 1e22, 5e-324, 1.7976931348623157e308, 123456789012345680.0, 1.0 / 3}) {
    const std::string text = dump(number);
    ASSERT_NE(parse(text).as_double(), nullptr) << text;
    EXPECT_EQ(*parse(text).as_double(), number) << text;
  }
  EXPECT_EQ(dump(0.1), "0.1");
  EXPECT_EQ(dump(3.0), "3.0");
  EXPECT_EQ(dump(-0.0), "-0.0");
  EXPECT_EQ(dump(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(dump(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(Dump, EscapesControlCharactersAndRepairsBadText) {
  EXPECT_EQ(dump(std::string("a\x01\"\\\n\x7f\0é", 9)), "\"a\\u0001\\\"\\\\\\n\x7f\\u0000é\"");
  EXPECT_EQ(dump("caf\xe9!"), "\"caf\xEF\xBF\xBD!\"");
  EXPECT_EQ(dump("\xf0\x9f\x98"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(Dump, ReadsBackToTheSameValue) {
  const Value value = Object{{"list", Array{Array{}, 1e-7, false}}, {"n", largest}, {"text", "tab\t and 😀"}};
  EXPECT_EQ(parse(dump(value)), value);
  EXPECT_EQ(parse(dump_pretty(value)), value);
  EXPECT_EQ(parse(canonical(value)), value);
}

TEST(Canonical, SortsByBytesAtEveryLevel) {
  const Value value = Object{{"é", 1}, {"b", Object{{"2", 1}, {"10", 2}}}, {"B", Array{1, 2}}};
  EXPECT_EQ(canonical(value), "{\"B\":[1,2],\"b\":{\"10\":2,\"2\":1},\"é\":1}");
}

TEST(Canonical, RefusesWhatHasNoExactText) {
  EXPECT_THROW(canonical(Array{std::numeric_limits<double>::infinity()}), Error);
  EXPECT_THROW(canonical(Object{{"x", "\xff"}}), Error);
  EXPECT_THROW(canonical(Object{{"\xff", 1}}), Error);
}

TEST(Object, SetReplacesInPlace) {
  Object object = {{"a", 1}, {"b", 2}, {"a", 3}};
  EXPECT_EQ(dump(object), R"({"a": 3, "b": 2})");
  object.set("b", "x");
  object.set("c", nullptr);
  EXPECT_EQ(dump(object), R"({"a": 3, "b": "x", "c": null})");
  EXPECT_EQ(object.find("d"), nullptr);
}

TEST(Value, AnswersOrFallsBack) {
  const Value value = Object{{"n", 3}, {"d", 2.5}, {"s", "x"}, {"t", true}};
  EXPECT_EQ(value["n"].int_or(-1), 3);
  EXPECT_EQ(value["n"].number_or(-1), 3.0);
  EXPECT_EQ(value["d"].number_or(-1), 2.5);
  EXPECT_EQ(value["d"].int_or(-1), -1);
  EXPECT_EQ(value["s"].text_or("-"), "x");
  EXPECT_TRUE(value["t"].bool_or(false));
  EXPECT_TRUE(value["missing"]["deeper"].is_null());
  EXPECT_TRUE(Value("text")["n"].is_null());
}

TEST(Value, TakesEveryWidthOfInteger) {
  EXPECT_EQ(*Value(7u).as_int(), 7);
  EXPECT_EQ(*Value(static_cast<short>(-7)).as_int(), -7);
  EXPECT_EQ(*Value(std::size_t{7}).as_int(), 7);
  EXPECT_EQ(*Value(7LL).as_int(), 7);
  EXPECT_EQ(*Value(std::numeric_limits<std::uint64_t>::max()).as_double(), 18446744073709551615.0);
  static_assert(!std::is_constructible_v<Value, int*>);
}

}  // namespace
}  // namespace mlops::json
