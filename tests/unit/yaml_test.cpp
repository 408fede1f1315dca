#include <gtest/gtest.h>
#include <mlops/base/text.hpp>
#include <mlops/yaml/fault.hpp>
#include <mlops/yaml/node.hpp>
#include <mlops/yaml/write.hpp>

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace mlops::yaml {
namespace {

/// Everything that a person would see of the faults of `text`.
Error fault_of(std::string_view text, const Limits& limits = {}) {
  try {
    Document document = parse(text, "f", limits);
    if (document.faults.empty()) return error(Code::internal, "no fault in: {}", text);
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    return to_error(text, "f", std::move(document.faults));
  } catch (const Error& e) {
    return e;
  }
}

struct Bad {
  std::string text;
  std::string message;  ///< The whole of it.
  std::string hint;     ///< A part of it.
};

TEST(Parse, FaultsNameThePlaceAndWhatToDo) {
  const std::string quote = "quote this value with single quotes";
  const std::vector<Bad> all = {
      {"at: */5 * * * *\n", "f:1:5: a value cannot begin with '*'", quote},
      {"at: @daily\n", "f:1:5: a value cannot begin with '@'", quote},
      {"a: 1\nat: `x`\n", "f:2:5: a value cannot begin with '`'", quote},
      {"at: %d\n", "f:1:5: a value cannot begin with '%'", quote},
      {"at: &\n", "f:1:6: a value cannot begin with '&'", quote},
      {"pick: > 0.5\n", "f:1:7: text after '>' or '|' must begin on the next line", quote},
      {"pick: >= 0.5\n", "f:1:7: text after '>' or '|' must begin on the next line", quote},
      {"price: \"12\" EUR\n", "f:1:13: text after a closing quote", "quote the whole value"},
      {"price: '12' EUR\n", "f:1:13: text after a closing quote", "quote the whole value"},
      {"a: {b: 'x' y}\n", "f:1:12: text after a closing quote", "quote the whole value"},
      {"a: b: c\n", "f:1:5: a second ': ' in one value", quote},
      {"a: 1\n b: 2\n", "f:2:3: an entry cannot begin here", "indentation"},
      {"a:\n  - b\n c: d\n", "f:3:2: this does not belong to the entries above", "indentation"},
      {"a: - b\n", "f:1:4: a list cannot begin here", "on a line of its own"},
      {"a:\n\t- x\n", "f:2:2: a tab in the indentation", "spaces"},
      {"a:\n\tb: x\n", "f:2:3: a tab in the indentation", "spaces"},
      {"a: [1, 2\nb: 3\n", "f:2:2: a '[' is not closed before this", "close it"},
      {"a: {b: 1\nc: 3\n", "f:2:2: a '{' is not closed before this", "close it"},
      {"a: {b: 1}}\n", "f:1:10: a closing bracket that was not opened", quote},
      {"a: ? b\n", "f:1:4: a value cannot begin with '? '", quote},
      {"a: \"\\d\"\n", "f:1:7: a '\\' inside double quotes begins an escape", quote},
      {"p: \"12\nb: 1\n", "f:1:4: this \" is never closed", "close it"},
      {"p: 'it''s\n", "f:1:4: this ' is never closed", "close it"},
      {"a: !int 1\n", "f:1:4: tags are not read", "without '!'"},
      {"a: ! z\n", "f:1:4: tags are not read", "without '!'"},
      {"a: !!map {b: 1}\n", "f:1:4: tags are not read", "without '!'"},
      {"a: &x 1\n", "f:1:4: anchors are not read", "without '&'"},
      {"a: &x {b: 1}\n", "f:1:4: anchors are not read", "without '&'"},
      {"a: {b: 1}\n<<: {c: 1}\n", "f:2:1: merge keys are not read", "entries here"},
      {"a: 1\nb: 2\na: 3\n", "f:3:1: the key 'a' stands here a second time", "the first is on line 1"},
      {"a: {b: 1, 'b': 2}\n", "f:1:11: the key 'b' stands here a second time", "line 1"},
      {"a: {from: x, b.csv}\n", "f:1:14: 'b.csv' has no value", "holds a comma"},
      {"e: match(x, /^[^@ #]+$/)\n", "f:1:4: '[' has no partner in 'match(x, /^[^@'",
       "` #` begins a comment"},
      {"e: [f(a, b)]\n", "f:1:5: '(' has no partner in 'f(a'", "the comma ends the value"},
      {"e: a) b\n", "f:1:4: ')' has no partner in 'a) b'", quote},
      {": x\n", "f:1:1: an entry without a key", "key: value"},
      {"? [a]\n: b\n", "f:1:3: a key cannot be a list or a map", quote},
      {"{a: 1}: b\n", "f:1:1: a key cannot be a list or a map", quote},
      {"a: 1\n---\nb: 1\n", "f:2:1: a second document begins here", "one document"},
      {"# c\n%foo: 1\n", "f:2:1: directives are not read", "remove"},
      {"%YAML 1.1\n---\na: 1\n", "f:1:1: directives are not read", "remove"},
      {"a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> other\n", "f:2:1: a merge conflict marker",
       "resolve"},
      {"a: 1\nb: \xFF\n", "f:2:1: this line is not UTF-8", "save the file as UTF-8"},
      {std::string("a: 1\nb: x\0y\n", 12), "f:2:5: a control character (0x00)", "remove it"},
      {"a: \x1b[31m\n", "f:1:4: a control character (0x1b)", "escape"},
      {"a: [b?c, d]\n", "f:1:6: a plain value cannot hold '?' here", quote},
      {"año: {á: @x}\n", "f:1:10: a value cannot begin with '@'", quote},
      {"\xEF\xBB\xBF"
       "at: @x\n",
       "f:1:5: a value cannot begin with '@'", quote},
      {"a: 1\r\nat: @x\r\n", "f:2:5: a value cannot begin with '@'", quote},
  };
  for (const Bad& bad : all) {
    const Error seen = fault_of(bad.text);
    EXPECT_EQ(seen.message(), bad.message) << bad.text;
    EXPECT_NE(seen.hint().find(bad.hint), std::string::npos) << bad.text << "\nhint: " << seen.hint();
  }
}

TEST(Parse, AliasesAreRefusedWhereTheyStand) {
  const Error seen = fault_of("a: &x 1\nb: *x\n");
  EXPECT_EQ(seen.message(), "2 faults in 'f'");
  EXPECT_NE(seen.detail().find("f:2:4: aliases are not read\n  b: *x\n     ^"), std::string::npos)
      << seen.detail();
}

TEST(Parse, LimitsHold) {
  EXPECT_EQ(fault_of(std::string(65, '[') + std::string(65, ']')).message(), "f:1:65: more than 64 levels");
  EXPECT_NO_THROW(parse(std::string(64, '[') + std::string(64, ']'), "f"));
  std::string nested;
  for (std::size_t i = 0; i < 65; ++i) nested += std::string(i, ' ') + "a:\n";
  EXPECT_NO_THROW(parse(nested.substr(0, nested.size() - 67), "f"));
  EXPECT_EQ(fault_of(std::string(100'000, '[')).code(), Code::usage);
  EXPECT_EQ(fault_of(std::string(100'000, '{')).code(), Code::usage);
  std::string dashes;
  for (std::size_t i = 0; i < 10'000; ++i) dashes += "- ";
  EXPECT_NE(fault_of(dashes).message().find("more than 64 levels"), std::string::npos);
  const std::string large(1'048'577, '#');
  EXPECT_EQ(fault_of(large).message(), "f:1:1: the file is 1.0 MB long, the most is 1.0 MB");
  EXPECT_NO_THROW(parse(large, "f", {.bytes = 2'000'000}));
}

TEST(Parse, NodesKnowWhereTheyStandAndHowTheyWereWritten) {
  const Document document =
      parse("# c\naño: x\nm: {k: 'v', 'q': [1, \"2\"]}\ns:\n  - ~\n  -\nnull: |\n  a\n  # b\n", "f");
  EXPECT_TRUE(document.faults.empty());
  const Node& root = document.root;
  ASSERT_EQ(root.entries.size(), 4u);
  EXPECT_EQ(root.at, (Position{4, 2, 1}));
  EXPECT_EQ(root.entries[0].value.at, (Position{10, 2, 6}));
  EXPECT_EQ(root.entries[0].value.text, "x");
  EXPECT_TRUE(root.entries[0].value.plain);
  EXPECT_TRUE(root.find("m")->flow);
  EXPECT_FALSE(root.find("m")->find("k")->plain);
  EXPECT_EQ(root.find("m")->find("q")->items[1].text, "2");
  const Node& list = *root.find("s");
  EXPECT_FALSE(list.flow);
  EXPECT_EQ(list.items[0].kind, Kind::null);
  EXPECT_EQ(list.items[0].text, "~");
  EXPECT_EQ(list.items[1].text, "");
  EXPECT_EQ(list.items[1].at, list.at);
  EXPECT_EQ(root.entries[3].key.text, "null");
  EXPECT_EQ(root.find("null")->text, "a\n# b\n");
  EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Parse, AnEmptyTextIsNull) {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "\xEF\xBB\xBF"}) {
    EXPECT_EQ(parse(text, "f").root.kind, Kind::null) << text;
  }
}

TEST(Parse, PlacesAgreeWithACountFromTheStart) {
  const std::string text = "á: {ü: 日本, b: [ñ, é, {c: x}]}\nd:\n  - 'ä'\n  - e: 𝄞\n    f: g\n";
  const std::function<void(const Node&)> check = [&](const Node& node) {
    EXPECT_EQ(node.at, position_of(text, node.at.offset));
    for (const Node& item : node.items) check(item);
    for (const Entry& entry : node.entries) {
      check(entry.key);
      check(entry.value);
      if (entry.value.kind != Kind::scalar) continue;
      EXPECT_NE(text.substr(entry.value.at.offset).find(entry.value.text), std::string::npos);
    }
  };
  check(parse(text, "f").root);
}

TEST(Parse, HostileTextEndsInAnErrorOnly) {
  std::mt19937 random(7);
  const std::string pieces[] = {"a",  ": ", "- ", "\n",   "  ",  "[", "]",  "{", "}", ",",
                                "'",  "\"", "#",  "&",    "*",   "!", "|",  ">", "%", "@",
                                "? ", "ñ",  "\t", "\r\n", "---", "~", "\\", "<<"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 12; n > 0; --n) text += pieces[random() % std::size(pieces)];
    try {
      const Document document = parse(text, "f");
      if (!document.faults.empty()) static_cast<void>(to_error(text, "f", document.faults));
    } catch (const Error& e) {
      EXPECT_EQ(e.code(), Code::usage);
      EXPECT_FALSE(e.detail().empty());
    }
  }
}

TEST(Excerpt, TheCaretStandsUnderTheColumn) {
  EXPECT_EQ(excerpt("ab: c\n", {4, 1, 5}), "  ab: c\n      ^");
  EXPECT_EQ(excerpt("x\n\tab: c\n", position_of("x\n\tab: c\n", 7)), "  \tab: c\n  \t    ^");
  EXPECT_EQ(excerpt("日本: c\r\n", {8, 1, 5}), "  日本: c\n        ^");
  EXPECT_EQ(excerpt("", {0, 1, 1}), "  \n  ^");
}

TEST(Excerpt, ALongLineIsCutAroundTheColumn) {
  const std::string text = std::string(300, 'a') + "X" + std::string(300, 'b');
  const std::string shown = excerpt(text, {300, 1, 301});
  const auto line = shown.substr(0, shown.find('\n'));
  EXPECT_LE(line.size(), 110u);
  EXPECT_EQ(line.find('X'), shown.find('^') - line.size() - 1);
}

TEST(Faults, TheFirstTwentyAreShownInOrder) {
  std::vector<Fault> faults;
  const std::string text(100, '\n');
  for (std::size_t i = 30; i > 0; --i) faults.push_back({position_of(text, i), "x", i == 1 ? "do y" : ""});
  const Error all = to_error(text, "f", faults);
  EXPECT_EQ(all.message(), "30 faults in 'f', the first 20 are");
  EXPECT_TRUE(all.detail().starts_with("f:2:1: x\n  \n  ^\n  hint: do y\nf:3:1: x\n")) << all.detail();
  EXPECT_NE(all.detail().find("f:21:1: x"), std::string::npos);
  EXPECT_EQ(all.detail().find("f:22:1: x"), std::string::npos);
}

TEST(Write, PlainWhereItIsSafe) {
  for (const char* text :
       {"a", "data/churn.csv", "../x/y.csv", "./a", ".hidden", "public domain", "day=*/x", "sha256:ab",
        "http://x/y?z#a", "año", "it's", "2024/a.csv", "a,b", "f(x)", "1%", "-x", "café 日本"}) {
    EXPECT_TRUE(is_plain(text, Place::block)) << text;
  }
  for (const char* text : {"",     " a",    "a ",         "null",         "Null", "~",    "true",
                           "NO",   "y",     "1",          "-1",           "+1",   ".5",   "1e5",
                           "0x1F", "1_000", "2026-11-20", "1:30",         ".inf", ".NaN", "*.csv",
                           "&a",   "!a",    "@a",         "`a`",          "%a",   "|",    ">",
                           "#a",   "a #b",  "a: b",       "a:",           "- a",  "-",    "---",
                           "...",  "?",     "'a",         "\"a",          "[a",   "{a}",  "a)",
                           "a\nb", "a\tb",  "\xC2\x85",   "\xE2\x80\xA8", "=",    "<<"}) {
    EXPECT_FALSE(is_plain(text, Place::block)) << text;
  }
  EXPECT_FALSE(is_plain("a,b", Place::flow));
  EXPECT_FALSE(is_plain("f[x]", Place::flow));
  EXPECT_FALSE(is_plain("a?b", Place::flow));
}

TEST(Write, AnyTextIsReadBackEqual) {
  std::mt19937 random(11);
  const std::string pieces[] = {"a",
                                "B",
                                ":",
                                " ",
                                "-",
                                "\n",
                                "'",
                                "\"",
                                "\\",
                                "#",
                                ",",
                                "[",
                                "]",
                                "{",
                                "}",
                                "(",
                                ")",
                                "0",
                                "7",
                                ".",
                                "~",
                                "null",
                                "é",
                                "日",
                                "😀",
                                "\t",
                                "\x01",
                                "\x7F",
                                "\xC2\x85",
                                "\xC2\xA0",
                                "\xE2\x80\xA9",
                                "\xEF\xBB\xBF",
                                "%",
                                "@",
                                "&",
                                "*",
                                "!",
                                "|",
                                ">",
                                "?",
                                "=",
                                "\r",
                                "/"};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto n = random() % 7; n > 0; --n) text += pieces[random() % std::size(pieces)];
    for (const auto write : {single_quoted, double_quoted}) {
      const std::string block = "k: " + write(text, Place::block) + "\n";
      const std::string flow =
          "k: [" + write(text, Place::flow) + ", {" + write(text, Place::flow) + ": 1}]\n";
      const Document a = parse(block, "f");
      const Document b = parse(flow, "f");
      ASSERT_TRUE(a.faults.empty() && b.faults.empty()) << block << flow;
      ASSERT_EQ(a.root.find("k")->kind, Kind::scalar) << block;
      ASSERT_EQ(a.root.find("k")->text, text) << block;
      ASSERT_EQ(b.root.find("k")->items.at(0).text, text) << flow;
      ASSERT_EQ(b.root.find("k")->items.at(1).entries.at(0).key.text, text) << flow;
    }
  }
}

}  // namespace
}  // namespace mlops::yaml
