/// The grammar: what is read, what it is printed as, and where each fault is seen.
#include <gtest/gtest.h>
#include <mlops/expect/parse.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace mlops;
using namespace mlops::expect;

namespace {

Assertion read(std::string_view text) {
  auto result = parse(text);
  if (const auto* fault = std::get_if<Fault>(&result))
    ADD_FAILURE() << text << "\n" << fault->offset << ": " << fault->message;
  return std::holds_alternative<Assertion>(result) ? std::get<Assertion>(result) : Assertion{};
}

std::string printed(std::string_view text) { return print(read(text)); }

Fault fault(std::string_view text) {
  auto result = parse(text);
  if (const auto* found = std::get_if<Fault>(&result)) return *found;
  ADD_FAILURE() << text << " was taken";
  return {};
}

TEST(Expect, EveryAssertionOfTheDocumentedExamplesIsRead) {
  for (const std::string_view text : {"rows > 1_000_000",
                                      "null(delay) < 1%",
                                      "auc >= champion.auc @ 95%",
                                      "psi(*) < 0.2",
                                      "age(updated_at) < 26h",
                                      "rows >= last.rows * 0.9",
                                      "unique(customer_id, day)",
                                      "amount in 0..1e6",
                                      "plan in {free, pro, team}",
                                      "match(email, /^[^@ ]+@[^@ ]+$/) >= 99.5%",
                                      "columns = last.columns",
                                      "overlap(train, test, by=customer_id) = 0",
                                      "worst(auc, country) >= 0.72",
                                      "perturbation(age, noise=2%) < 1%",
                                      "direction(complaints, up) >= 95%",
                                      "latency.p99 < 15ms",
                                      "unsafe() = 0",
                                      "auc >= naive.auc + 0.05",
                                      "older(churn, 14d)",
                                      "not delay in {1, -2}",
                                      "`Cost Total $` > 0 and año < 5 or data.events.rows = 3"})
    read(text);
}

TEST(Expect, TheCanonicalFormIsOneWayToWriteIt) {
  EXPECT_EQ(printed("rows>1_000_000"), "rows > 1000000");
  EXPECT_EQ(printed("size < 3kB"), "size < 3KB");
  EXPECT_EQ(printed("plan in {free,'a b',\"it's\"}"), "plan in {'free', 'a b', 'it''s'}");
  EXPECT_EQ(printed("a in 0.5..1e6"), "a in 0.5..1e6");
  EXPECT_EQ(printed("((a + b)) * 2 > -(3 - 1)"), "(a + b) * 2 > -(3 - 1)");
  EXPECT_EQ(printed("a - (b - c) > 0"), "a - (b - c) > 0");
  EXPECT_EQ(printed("(a and b) or not (c or d)"), "a and b or not (c or d)");
  EXPECT_EQ(printed("match(a, /x\\/y\\\\/) > 0"), "match(a, /x\\/y\\\\/) > 0");
  EXPECT_EQ(printed("f((a = 1), b=a = 1)"), "f((a = 1), b=a = 1)");
  EXPECT_EQ(printed("auc >= champion.auc @ 95.0%"), "auc >= champion.auc @ 95.0%");
}

TEST(Expect, ASlashIsARegexOnlyWhereAnOperandIsDue) {
  const Assertion division = read("a / b / c > 1");
  EXPECT_EQ(division.root.operands[0].kind, Kind::divide);
  const Assertion regex = read("match(a, / b /) > 1 / 2");
  EXPECT_EQ(regex.root.operands[0].operands[1].kind, Kind::regex);
  EXPECT_EQ(regex.root.operands[0].operands[1].text, " b ");
}

TEST(Expect, PrecedenceIsThatOfTheGrammar) {
  EXPECT_EQ(read("a or b and not c < 1 + 2 * 3"), read("a or (b and (not (c < (1 + (2 * 3)))))"));
  EXPECT_EQ(read("a - b - c > 0"), read("(a - b) - c > 0"));
  EXPECT_EQ(read("-a * b > 0"), read("(-a) * b > 0"));
  EXPECT_NE(read("a - b - c > 0"), read("a - (b - c) > 0"));
}

TEST(Expect, AComparisonIsATestWhereOneIsWanted) {
  EXPECT_EQ(read("share(plan = 'free') > 3%"), read("share((plan = 'free')) > 3%"));
  EXPECT_EQ(read("share(plan = 'free' and rows > 3) > 3%").root.operands[0].argument_names[0], "");
  EXPECT_EQ(read("share(test=plan = 'free') > 3%").root.operands[0].argument_names[0], "test");
  EXPECT_EQ(read("overlap(a, by=b) = 0").root.operands[0].argument_names[1], "by");
  EXPECT_EQ(printed("share(plan = 'free') > 3%"), "share(plan = 'free') > 3%");
}

TEST(Expect, UnitsAreWorthWhatTheyAre) {
  const auto value = [](std::string_view text) { return value_of(read(text).root); };
  EXPECT_DOUBLE_EQ(value("1.8%"), 0.018);
  EXPECT_DOUBLE_EQ(value("1m"), 60e6);
  EXPECT_DOUBLE_EQ(value("2w"), 14 * 86400e6);
  EXPECT_DOUBLE_EQ(value("15ms"), 15000);
  EXPECT_DOUBLE_EQ(value("3MB"), 3e6);
  EXPECT_DOUBLE_EQ(value("1_000.5e1"), 10005);
}

TEST(Expect, PlacesAreBytesOfTheText) {
  const Assertion found = read("null(año) < 1%");
  EXPECT_EQ(found.root.operands[0].operands[0].at.begin, 5u);
  EXPECT_EQ(found.root.operands[0].operands[0].at.end, 9u);
  EXPECT_EQ(found.root.operands[1].at.begin, 13u);
}

struct Refusal {
  std::string text;
  std::size_t offset;
  std::string message;
  std::string hint;  ///< A part of it.
};

TEST(Expect, EachFaultIsSeenWhereItIs) {
  const std::vector<Refusal> refusals = {
      {"", 0, "the assertion is empty", "rows > 0"},
      {"rows == 3", 5, "'==' is no sign of an assertion", "`=`"},
      {"rows <> 3", 5, "'<>' is no sign of an assertion", "`!=`"},
      {"a > 1 AND b > 1", 6, "'AND' is not expected here", "`and`"},
      {"a > 1 && b > 1", 6, "'&&' is no sign of an assertion", "`and`"},
      {"null(x) < 1 %", 12, "'%' is no sign of an assertion", "right behind"},
      {"age(x) < 3min", 10, "'min' is no unit", "`m`"},
      {"size < 3kb", 8, "'kb' is no unit", "KB"},
      {"size < 20MiB", 9, "'MiB' is no unit", "`MB`"},
      {"size < 20 MB", 10, "'MB' is not expected here", "`20MB`"},
      {"rows < 2: wran", 8, "':' is not expected here", "`: warn`"},
      {"0 < a < 5", 6, "comparisons are not chained", "a..c"},
      {"null(delay < 1%", 4, "the '(' is not closed", "')'"},
      {"(a > 1", 0, "the '(' is not closed", "')'"},
      {"a in {x, y", 5, "the '{' is not closed", "'}'"},
      {"a in {x,}", 8, "a value is missing in the set", ""},
      {"a in (x, y)", 5, "a set stands in braces", "{free"},
      {"a in [x, y]", 5, "'[' is no sign of an assertion", "braces"},
      {"a in 5", 2, "behind 'in' stands a range or a set", "0..100"},
      {"a = 0..5", 5, "'..' is not expected here", "behind `in`"},
      {"match(a, /x", 9, "the regular expression is not closed", "\\/"},
      {"match(a, /x/i) > 0", 12, "a regular expression has no flags behind it", "(?i)"},
      {"match(a, //) > 0", 9, "the regular expression is empty", ""},
      {"a = 'x", 4, "the quote is not closed", ""},
      {"`a > 1", 0, "the backtick is not closed", ""},
      {"`` > 1", 0, "a name in backticks is empty", ""},
      {"auc > 0.5 @ 0.95", 12, "behind '@' stands a confidence", "@ 95%"},
      {"auc > 0.5 @ 100%", 12, "a confidence is between 0% and 100%, not 100%", ""},
      {"psi(*, a) < 1", 5, "beside '*' stands no other argument", ""},
      {"psi(a, *) < 1", 7, "beside '*' stands no other argument", ""},
      {"f(by=a, b) > 0", 8, "an argument without a name stands before those with one", ""},
      {"f(by=a, by=b) > 0", 8, "the argument 'by' is given twice", ""},
      {"`f`(a) > 0", 0, "the name of a function has no backticks", ""},
      {"a not in {x}", 2, "'not' is not expected here", "not plan in"},
      {"a > .5", 4, "a number begins with a digit", "0.5"},
      {"a > 1e999", 4, "the number '1e999' is too large", ""},
      {"rows >", 6, "something is missing at the end", ""},
      {"and > 3", 0, "a value is missing before 'and'", "backticks"},
      {"a > $x", 4, "'$' is no sign of an assertion", "backticks"},
      {"rows > 3; a > 1", 8, "';' is no sign of an assertion", "item of its own"},
      {"amount between 0 and 5", 7, "'between' is not expected here", "in 0..100"},
      {std::string("a > \x01", 5), 4, "a control character (0x01) means nothing here", ""},
      {"a > \xff", 0, "the assertion is not UTF-8", ""},
      {std::string(200, '(') + "a", 0, "the assertion is too deep", ""},
  };
  for (const Refusal& wanted : refusals) {
    const Fault seen = fault(wanted.text);
    EXPECT_EQ(seen.message, wanted.message) << wanted.text;
    if (wanted.text.size() < 200) {
      EXPECT_EQ(seen.offset, wanted.offset) << wanted.text;
    }
    EXPECT_NE(seen.hint.find(wanted.hint), std::string::npos) << wanted.text << "\n" << seen.hint;
  }
}

TEST(Expect, DepthAndLengthHaveALimit) {
  EXPECT_EQ(fault(std::string(100'000, '1')).message, "the assertion is longer than 64 KiB");
  EXPECT_EQ(fault(std::string(60'000, '-') + "1 > 0").message, "the assertion is too deep");
  std::string sum = "1";
  for (int i = 0; i < 5000; ++i) sum += "+1";
  EXPECT_EQ(fault(sum + " > 0").message, "the assertion is too deep");
  std::string nots;
  for (int i = 0; i < 5000; ++i) nots += "not ";
  EXPECT_EQ(fault(nots + "a").message, "the assertion is too deep");
  std::string set = "a in {1";
  for (int i = 0; i < 5000; ++i) set += ", 1";
  read(set + "}");
}

/// Trees of every shape that the grammar can say.
class Trees {
 public:
  explicit Trees(unsigned seed) : random_(seed) {}

  Expr logical(int depth) {
    const int kind = depth <= 0 ? 0 : pick(6);
    if (kind == 1) return node(Kind::logical_not, {logical(depth - 1)});
    if (kind == 2 || kind == 3) {
      std::vector<Expr> parts;
      const Kind joined = kind == 2 ? Kind::logical_and : Kind::logical_or;
      for (int i = 0; i < 2 + pick(2); ++i) parts.push_back(logical(depth - 1));
      return node(joined, std::move(parts));
    }
    if (kind == 4) return node(Kind::in_range, {value(depth - 1), value(depth - 1), value(depth - 1)});
    if (kind == 5) return set(depth);
    Expr out =
        node(static_cast<Kind>(static_cast<int>(Kind::less) + pick(6)), {value(depth - 1), value(depth - 1)});
    if (pick(4) == 0) out.confidence = pick(2) == 0 ? "95" : "99.9";
    return out;
  }

 private:
  int pick(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  static Expr node(Kind kind, std::vector<Expr> operands) {
    return {.kind = kind, .operands = std::move(operands)};
  }

  Expr set(int depth) {
    std::vector<Expr> parts{value(depth - 1)};
    for (int i = 0; i < 1 + pick(3); ++i) {
      const int kind = pick(3);
      if (kind == 0) parts.push_back(text());
      else if (kind == 1) parts.push_back(number());
      else parts.push_back(node(Kind::negate, {number()}));
    }
    return node(Kind::in_set, std::move(parts));
  }

  Expr value(int depth) {
    switch (depth <= 0 ? pick(4) : pick(10)) {
      case 0:
        return number();
      case 1:
        return text();
      case 2:
      case 3:
        return {.kind = Kind::name, .path = path()};
      case 4:
        return node(Kind::negate, {value(depth - 1)});
      case 5:
      case 6:
        return node(static_cast<Kind>(static_cast<int>(Kind::add) + pick(4)),
                    {value(depth - 1), value(depth - 1)});
      case 7:
        return logical(depth - 1);
      default:
        return call(depth);
    }
  }

  Expr call(int depth) {
    Expr out{.kind = Kind::call, .path = path()};
    out.path.back() = {plain(), false};
    if (pick(8) == 0) {
      out.operands.push_back({.kind = Kind::star});
      out.argument_names.emplace_back();
      return out;
    }
    const int places = pick(3);
    for (int i = 0; i < places + pick(2); ++i) {
      out.operands.push_back(pick(4) == 0 ? regex() : logical(depth - 1));
      out.argument_names.push_back(i < places ? "" : out.path.back().text == "share" ? "test" : "by");
    }
    return out;
  }

  Expr number() {
    static const std::vector<std::string> digits = {"0", "12", "1.5", "1e6", "2.5e-3", "1000000", "3E+4"};
    return {.kind = Kind::number,
            .text = digits[static_cast<std::size_t>(pick(7))],
            .unit = static_cast<Unit>(pick(12))};
  }
  Expr text() { return {.kind = Kind::text, .text = odd()}; }
  Expr regex() {
    static const std::vector<std::string> patterns = {"a", "^[^@ ]+/x$", "\\d+\\\\", "/", "'\"`", "\\.\\(é"};
    return {.kind = Kind::regex, .text = patterns[static_cast<std::size_t>(pick(6))]};
  }
  std::vector<Part> path() {
    std::vector<Part> out;
    for (int i = 0; i < 1 + pick(3); ++i) {
      const bool quoted = pick(3) == 0;
      out.push_back({quoted ? odd() : plain(), quoted});
    }
    return out;
  }
  std::string plain() {
    static const std::vector<std::string> names = {"a", "rows", "año", "_x1", "share", "ms", "e5", "列"};
    return names[static_cast<std::size_t>(pick(8))];
  }
  std::string odd() {
    static const std::vector<std::string> texts = {"Cost Total $", "it's", "a`b", "and", "\"", "/", "5",
                                                   "a..b",         "\\",   "x"};
    return texts[static_cast<std::size_t>(pick(10))];
  }

  std::mt19937 random_;
};

TEST(Expect, WhatIsPrintedReadsBackAsTheSameTree) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    const Assertion tree{Trees(seed).logical(5)};
    const std::string text = print(tree);
    const auto again = parse(text);
    ASSERT_TRUE(std::holds_alternative<Assertion>(again))
        << text << "\n"
        << std::get<Fault>(again).offset << ": " << std::get<Fault>(again).message;
    ASSERT_EQ(std::get<Assertion>(again), tree) << text << "\n" << print(std::get<Assertion>(again));
    ASSERT_EQ(print(std::get<Assertion>(again)), text);
  }
}

}  // namespace
