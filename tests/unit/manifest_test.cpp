#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/config/settings.hpp>
#include <mlops/manifest/keys.hpp>
#include <mlops/manifest/lock.hpp>
#include <mlops/manifest/manifest.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "error_of.hpp"
#include "manifest_test_faults.hpp"

namespace mlops::manifest {
namespace {

using test::error_of;

Error fault_of(std::string_view text) {
  return error_of([&] { parse(text, "f"); });
}

/// A file with one source whose lines are `lines`, the first on line 4, indented by 4.
std::string with(const std::string& lines) {
  return "mlops: 1\nsources:\n  s:\n    " + lines + "\n    from: a.csv\n";
}

TEST(Manifest, ReadsEveryKey) {
  const Manifest manifest = parse(R"(# c
mlops: 1
project: año 1
sources:
  flights:
    from: [a.csv, 'b, c.csv', "d*.csv", ../up.csv, -]
    kind: third-party
    party: Bureau
    licence: public domain
    price: 12.50
    url: https://example.org/x
    pii: [email, full name]
    blobs: image
    format: tsv
    delimiter: tab
    quote: ''
    header: false
    encoding: latin-1
    decimal: ','
    null: [NA, null, ~, -999, '']
    types: {id: BIGINT, 'odd: name': 'DECIMAL(18, 3)', null: VARCHAR}
    quarantine: 0.5%
  клики: {from: b/}
)",
                                  "f");
  EXPECT_EQ(manifest.project, "año 1");
  ASSERT_EQ(manifest.sources.size(), 2u);
  const SourceSpec& s = manifest.sources[0];
  EXPECT_EQ(s.from, (std::vector<std::string>{"a.csv", "b, c.csv", "d*.csv", "../up.csv", "-"}));
  EXPECT_EQ(s.kind, "third-party");
  EXPECT_EQ(s.party, "Bureau");
  EXPECT_EQ(s.licence, "public domain");
  EXPECT_EQ(s.price, "12.50");
  EXPECT_EQ(s.url, "https://example.org/x");
  EXPECT_EQ(s.pii, (std::vector<std::string>{"email", "full name"}));
  EXPECT_EQ(s.blobs, std::vector<std::string>{"image"});
  EXPECT_EQ(s.read.format, "tsv");
  EXPECT_EQ(s.read.delimiter, "\t");
  EXPECT_EQ(s.read.quote, "");
  EXPECT_EQ(s.read.header, false);
  EXPECT_EQ(s.read.encoding, "latin-1");
  EXPECT_EQ(s.read.decimal, ",");
  EXPECT_EQ(s.read.null, (std::vector<std::string>{"NA", "null", "~", "-999", ""}));
  EXPECT_EQ(s.read.types, (std::map<std::string, std::string>{
                              {"id", "BIGINT"}, {"odd: name", "DECIMAL(18, 3)"}, {"null", "VARCHAR"}}));
  EXPECT_EQ(s.read.quarantine, "0.5%");
  EXPECT_EQ(manifest.find_source("клики"), &manifest.sources[1]);
  EXPECT_EQ(manifest.find_source("absent"), nullptr);
}

TEST(Manifest, SmallFilesAreComplete) {
  for (const char* text :
       {"mlops: 1\n", "mlops: 1", "{mlops: 1}", "---\nmlops: 1\n", "mlops: 1\nsources:\n",
        "mlops: 1\nsources: {}\n", "\xEF\xBB\xBFmlops: 1\r\nsources: ~\r\n", "mlops: '1'\n"}) {
    EXPECT_TRUE(parse(text, "f").sources.empty()) << text;
  }
  EXPECT_EQ(parse(new_file("a: b"), "f").project, "a: b");
  EXPECT_EQ(new_file("churn"), "mlops: 1\nproject: churn\n");
}

TEST(Manifest, FaultsOfTheTopLevel) {
  expect_faults({
      {"", "f:1:1: the key 'mlops' is missing", "begin the file with `mlops: 1`"},
      {"# c\n", "f:1:1: the key 'mlops' is missing", ""},
      {"project: x\n", "f:1:1: the key 'mlops' is missing", ""},
      {"- a\n", "f:1:1: the file is not a map of keys", "mlops: 1"},
      {"hello\n", "f:1:1: the file is not a map of keys", ""},
      {"mlops: 2\n", "f:1:8: the file is of version 2, mlops 0.1.0 reads version 1", "newer"},
      {"project: x\nmlops: 12\nfuture: []\n", "f:2:8: the file is of version 12, mlops 0.1.0 reads version 1",
       "newer"},
      {"mlops: one\n", "f:1:8: 'mlops' is 'one', 1 is wanted", ""},
      {"mlops: 0\n", "f:1:8: 'mlops' is '0', 1 is wanted", ""},
      {"mlops:\n", "f:1:1: 'mlops' has no value", ""},
      {"mlops: [1]\n", "f:1:8: 'mlops' takes one text, this is a list", ""},
      {"mlops: 1\nproject:\n", "f:2:1: 'project' has no value", ""},
      {"mlops: 1\nproject: {a: b}\n", "f:2:10: 'project' takes one text, this is a map", ""},
      {"mlops: 1\nproject: ''\n", "f:2:10: 'project' takes a name on one line", ""},
      {"mlops: 1\nproyect: x\n", "f:2:1: unknown key 'proyect'", "similar key exists: `project`"},
      {"mlops: 1\nzzz: x\n", "f:2:1: unknown key 'zzz'", "the keys here are `mlops`, `project`, `sources`"},
      {"mlops: 1\nsources: [a]\n", "f:2:10: 'sources' takes a map of names", "from"},
      {"mlops: 1\nsources: a.csv\n", "f:2:10: 'sources' takes a map of names", ""},
      {"mlops: 1\nproject: x\nproject: y\n", "f:3:1: the key 'project' stands here a second time", "line 2"},
      {"mlops: 1\nproject: &p x\n", "f:2:10: anchors are not read", ""},
  });
}

TEST(Manifest, FaultsOfASource) {
  expect_faults({
      {"mlops: 1\nsources:\n  s:\n", "f:3:3: source 's' has no 'from'", "from: data.csv"},
      {"mlops: 1\nsources:\n  s: {kind: system}\n", "f:3:3: source 's' has no 'from'", ""},
      {"mlops: 1\nsources:\n  s: a.csv\n", "f:3:6: source 's' is a text, a map is wanted",
       "write `s: {from: a.csv}`"},
      {"mlops: 1\nsources:\n  s: [a.csv]\n", "f:3:6: source 's' is a list, a map is wanted", ""},
      {"mlops: 1\nsources:\n  s: {from: a.csv, form: b}\n", "f:3:20: unknown key 'form'",
       "similar keys exist: `format` or `from`"},
      {"mlops: 1\nsources:\n  s: {from: a, b.csv}\n", "f:3:16: 'b.csv' has no value", "comma"},
      {"mlops: 1\nsources:\n  s:\n    from:\n", "f:4:5: 'from' has no value", ""},
      {"mlops: 1\nsources:\n  s:\n    from: #1.csv\n", "f:4:5: 'from' has no value", "'#'"},
      {"mlops: 1\nsources:\n  s:\n    from: ''\n", "f:4:11: an empty path", "pattern"},
      {"mlops: 1\nsources:\n  s:\n    from: []\n", "f:4:11: 'from' names no file", "pattern"},
      {"mlops: 1\nsources:\n  s:\n    from: [a, '']\n", "f:4:15: an empty path", ""},
      {"mlops: 1\nsources:\n  s:\n    from: [a, b, a]\n", "f:4:18: 'a' stands in the list twice", ""},
      {"mlops: 1\nsources:\n  s:\n    from: [a, [b]]\n", "f:4:15: 'from' takes one text, this is a list", ""},
      {"mlops: 1\nsources:\n  s:\n    from:\n      - a\n      -\n", "f:5:7: 'from' has no value", ""},
      {"mlops: 1\nsources:\n  s:\n    from: {a: b}\n", "f:4:11: 'from' takes a text or a list, this is a map",
       ""},
      {"mlops: 1\nsources:\n  s:\n    from: s3://lake/x.csv\n",
       "f:4:11: cannot read 's3://lake/x.csv': `s3://` is not known", "url:"},
      {"mlops: 1\nsources:\n  s:\n    from: [a, postgres://crm/t]\n",
       "f:4:15: cannot read 'postgres://crm/t': `postgres://` is not known", ""},
      {"mlops: 1\nsources:\n  s:\n    from: https://ana:s3cret@example.org/y\n",
       "f:4:11: a URL for 'example.org' with a name or a password in it", "~/.netrc"},
      {"mlops: 1\nsources:\n  s:\n    from: http:///y\n",
       "f:4:11: 'http:///y' is not a URL that can be fetched", ""},
      {"mlops: 1\nsources:\n  s:\n    from: [a, sqlite://x.db/t]\n",
       "f:4:15: 'sqlite://x.db/t' stands beside others", "join"},
      {"mlops: 1\nsources:\n  s: {from: a, query: SELECT 1}\n",
       "f:3:23: 'query' asks a database, and 'from' is none", "transform"},
      {"mlops: 1\nsources:\n  s: {from: a, cursor: t}\n",
       "f:3:24: 'cursor' is a column of a database, and 'from' is none", ""},
      {"mlops: 1\nsources:\n  s: {from: a, raw: dorp}\n", "f:3:21: 'raw' cannot be 'dorp'", "drop"},
      {"mlops: 1\nsources:\n  s: {from: a, raw: drop}\n",
       "f:3:21: 'raw: drop' keeps only what 'transform' makes, and there is none", ""},
      {"mlops: 1\nsources:\n  s: {from: sqlite://x.db/t, cursor: c, transform: SELECT 1 FROM s, raw: drop}\n",
       "f:3:74: 'cursor' adds to what came before, which 'raw: drop' does not keep", ""},
      {"mlops: 1\nsources:\n  s:\n    from: file:///x\n", "f:4:11: 'file:///x' is a URL",
       "without `file://`"},
      {with("kind: intern"), "f:4:11: 'kind' cannot be 'intern'", "similar value exists: `internal`"},
      {with("kind: ''"), "f:4:11: 'kind' is empty", ""},
      {with("kind: [system]"), "f:4:11: 'kind' takes one text, this is a list", ""},
      {with("party:"), "f:4:5: 'party' has no value", ""},
      {with("party: ~"), "f:4:12: 'party' has no value", ""},
      {with("licence: ''"), "f:4:14: 'licence' is empty", ""},
      {with("license: MIT"), "f:4:5: unknown key 'license'", "similar key exists: `licence`"},
      {with("asserts: [rows > 1]"), "f:4:5: unknown key 'asserts'", "the keys here are `from`"},
      {with("pii: {a: b}"), "f:4:10: 'pii' takes a text or a list, this is a map", ""},
      {with("blobs: [a, '']"), "f:4:16: an empty name of a column in 'blobs'", ""},
      {with("format: exel"), "f:4:13: 'format' cannot be 'exel'", "it is one of `csv`"},
      {with("format: jsnl"), "f:4:13: 'format' cannot be 'jsnl'", "similar value exists: `jsonl`"},
      {with("delimiter: ab"), "f:4:16: 'delimiter' is 'ab', one ASCII character is wanted", "`tab`"},
      {with("delimiter: ''"), "f:4:16: 'delimiter' is '', one ASCII character is wanted", ""},
      {with("delimiter: ñ"), "f:4:16: 'delimiter' is 'ñ', one ASCII character is wanted", ""},
      {with("delimiter: @"), "f:4:16: a value cannot begin with '@'", "single quotes"},
      {with("quote: ab"), "f:4:12: 'quote' is 'ab', one ASCII character is wanted", "''"},
      {with("{}"), "f:5:5: this does not belong to the entries above", ""},
      {with("header: yes"), "f:4:13: 'header' is 'yes', `true` or `false` is wanted", ""},
      {with("header: 1"), "f:4:13: 'header' is '1', `true` or `false` is wanted", ""},
      {with("encoding: utf8"), "f:4:15: 'encoding' cannot be 'utf8'", "`utf-8`"},
      {with("encoding: klingon"), "f:4:15: 'encoding' cannot be 'klingon'",
       "it is one of `utf-8`, `utf-16le`, `utf-16be` or `latin-1`"},
      {with("decimal: x"), "f:4:14: 'decimal' cannot be 'x'", ""},
      {with("null: {a: b}"), "f:4:11: 'null' takes a text or a list, this is a map", ""},
      {with("null:"), "f:4:5: 'null' has no value", ""},
      {with("types: [a]"), "f:4:12: 'types' takes a map, such as {amount: DOUBLE}", ""},
      {with("types: {a: }"), "f:4:13: 'types' has no value", ""},
      {with("types: {a: ''}"), "f:4:12: the type of 'a' is empty", "VARCHAR"},
      {with("types: {a: DECIMAL(18, 3)}"), "f:4:16: '(' has no partner in 'DECIMAL(18'", "comma"},
      {with("keep: 0"), "f:4:11: 'keep' is '0', a whole number from 1 to 1000000000 is wanted", ""},
      {with("keep: 5x"), "f:4:11: 'keep' is '5x', a number of versions or a time is wanted", "`keep: 400d`"},
      {with("keep: []"), "f:4:11: 'keep' takes one text, this is a list", ""},
      {with("quarantine: some"), "f:4:17: 'quarantine' is 'some', a count or a share is wanted", "`1%`"},
      {with("quarantine: 101%"), "f:4:17: 'quarantine' is '101%', a count or a share is wanted", ""},
      {with("quarantine: -1"), "f:4:17: 'quarantine' is '-1', a count or a share is wanted", ""},
      {with("quarantine: 1.5"), "f:4:17: 'quarantine' is '1.5', a count or a share is wanted", ""},
  });
}

TEST(Manifest, OptionsThatExcludeEachOther) {
  expect_faults({
      {with("quote: ';'\n    delimiter: ;"), "f:4:12: 'quote' and 'delimiter' are both ';'", ""},
      {with("decimal: ','\n    delimiter: ','"), "f:4:14: 'decimal' and 'delimiter' are both ','", ""},
      {with("format: tsv\n    delimiter: ;"),
       "f:5:16: 'delimiter' is ';', the values of tsv are separated by tabs", "csv"},
  });
  EXPECT_NO_THROW(parse(with("format: tsv\n    delimiter: '\\t'"), "f"));
}

TEST(Manifest, NamesOfSources) {
  const auto named = [](const std::string& name) {
    return "mlops: 1\nsources:\n  " + name + ": {from: a}\n";
  };
  for (const char* name : {"a", "A-1_b", "2024", "año", "顧客", "клики", "दिन", "b-", "_", "latest"}) {
    EXPECT_EQ(parse(named(name), "f").sources.at(0).name, name);
  }
  expect_faults({
      {named("-a"), "f:3:3: the name '-a' begins with '-'", ""},
      {named("a b"), "f:3:3: the name 'a b' holds ' '", "letters, digits"},
      {named("a.b"), "f:3:3: the name 'a.b' holds '.'", ""},
      {named("a/b"), "f:3:3: the name 'a/b' holds '/'", ""},
      {named("a@v1"), "f:3:3: the name 'a@v1' holds '@'", ""},
      {named("''"), "f:3:3: an empty name", ""},
      {named("a😀"), "f:3:3: the name 'a😀' holds '😀'", ""},
      {named("a“b"), "f:3:3: the name 'a“b' holds '“'", ""},
      {named(std::string(101, 'a')), "f:3:3: a name of 101 bytes, the most is 100", ""},
  });
  for (const std::string name : {"last", "champion", "challenger", "train", "valid", "test"}) {
    expect_faults({{named(name), "f:3:3: the name '" + name + "' has a meaning of its own", "reserved"}});
  }
}

TEST(Manifest, AllFaultsOfAFileInOneRun) {
  const Error seen = fault_of(
      "sources:\n  test:\n    kind: intern\n    form: x\n  b: {from: [s3://x, ''], header: on}\nprojct: x\n");
  EXPECT_EQ(seen.message(), "9 faults in 'f'");
  EXPECT_EQ(seen.detail(), R"(f:1:1: the key 'mlops' is missing
  sources:
  ^
  hint: begin the file with `mlops: 1`
f:2:3: source 'test' has no 'from'
    test:
    ^
  hint: name its files: `from: data.csv`
f:2:3: the name 'test' has a meaning of its own
    test:
    ^
  hint: take another one: last, champion, challenger, train, valid and test are reserved
f:3:11: 'kind' cannot be 'intern'
      kind: intern
            ^
  hint: similar value exists: `internal`
f:4:5: unknown key 'form'
      form: x
      ^
  hint: similar keys exist: `format` or `from`
f:5:14: cannot read 's3://x': `s3://` is not known
    b: {from: [s3://x, ''], header: on}
               ^
  hint: files, `https://`, `http://` and `sqlite://` are read; copy other data into a file and name where it came from in `url:`
f:5:22: an empty path
    b: {from: [s3://x, ''], header: on}
                       ^
  hint: write a path, a folder or a pattern
f:5:35: 'header' is 'on', `true` or `false` is wanted
    b: {from: [s3://x, ''], header: on}
                                    ^
f:6:1: unknown key 'projct'
  projct: x
  ^
  hint: similar key exists: `project`)");
}

SourceSpec churn_source() {
  SourceSpec source;
  source.name = "churn";
  source.from = {"data/churn.csv"};
  return source;
}

SourceSpec rich() {
  SourceSpec source = churn_source();
  source.from = {"a b.csv", "*.csv", "it's, here.csv"};
  source.kind = "internal";
  source.party = "yes";
  source.pii = {"e-mail", "x: y"};
  source.read.delimiter = "\t";
  source.read.quote = "";
  source.read.header = true;
  source.read.decimal = ",";
  source.read.null = {{"NA", "", "null", "-1"}};
  source.read.types = {{"amount", "DECIMAL(18, 3)"}, {"1", "INT[]"}};
  source.read.quarantine = "100";
  return source;
}

struct Shape {
  std::string before;
  std::string after;
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all = {
      // no section
      {"mlops: 1\nproject: x\n", "mlops: 1\nproject: x\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1", "mlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1  # first\n# last comment",
       "mlops: 1  # first\n# last comment\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"  mlops: 1\n", "  mlops: 1\n  sources:\n    churn:\n      from: data/churn.csv\n"},
      // a section at the end, of two and four spaces and one
      {"mlops: 1\nsources:\n  a:\n    from: x\n",
       "mlops: 1\nsources:\n  a:\n    from: x\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources:\n    a:\n        from: x",
       "mlops: 1\nsources:\n    a:\n        from: x\n    churn:\n        from: data/churn.csv\n"},
      {"mlops: 1\nsources:\n a:\n  from: x\n",
       "mlops: 1\nsources:\n a:\n  from: x\n churn:\n  from: data/churn.csv\n"},
      {"mlops: 1\nsources:\n  a: {from: x}  # one\n\n\n",
       "mlops: 1\nsources:\n  a: {from: x}  # one\n  churn:\n    from: data/churn.csv\n\n\n"},
      {"mlops: 1\nsources:\n  a:\n    from:\n    - x\n    - y\n",
       "mlops: 1\nsources:\n  a:\n    from:\n    - x\n    - y\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources:\n  a:\n    from: x\n    party: |\n      b\n\n      # c\n",
       "mlops: 1\nsources:\n  a:\n    from: x\n    party: |\n      b\n\n      # c\n  churn:\n    from: "
       "data/churn.csv\n"},
      {"mlops: 1\nsources:\n  a:\n    from: [x,\n      y,\n    ]\n",
       "mlops: 1\nsources:\n  a:\n    from: [x,\n      y,\n    ]\n  churn:\n    from: data/churn.csv\n"},
      // comments inside the section stay in it, comments before the next section stay there
      {"mlops: 1\nsources:\n  a: {from: x}\n  # b: {from: y}\n",
       "mlops: 1\nsources:\n  a: {from: x}\n  # b: {from: y}\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources:\n  a: {from: x}\n\n# the name\nproject: p\n",
       "mlops: 1\nsources:\n  a: {from: x}\n  churn:\n    from: data/churn.csv\n\n# the name\nproject: p\n"},
      {"sources:\n  a: {from: x}\nmlops: 1\n",
       "sources:\n  a: {from: x}\n  churn:\n    from: data/churn.csv\nmlops: 1\n"},
      {"  sources:\n    a: {from: x}\n  # c\n  mlops: 1\n",
       "  sources:\n    a: {from: x}\n    churn:\n      from: data/churn.csv\n  # c\n  mlops: 1\n"},
      // empty sections
      {"mlops: 1\nsources:\n", "mlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources:  # none yet\n\nproject: p\n",
       "mlops: 1\nsources:  # none yet\n  churn:\n    from: data/churn.csv\n\nproject: p\n"},
      {"mlops: 1\nsources:\n  # a: {from: x}\nproject: p\n",
       "mlops: 1\nsources:\n  # a: {from: x}\n  churn:\n    from: data/churn.csv\nproject: p\n"},
      {"mlops: 1\nsources: ~\n", "mlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources: null  # none\nproject: p\n",
       "mlops: 1\nsources:   # none\n  churn:\n    from: data/churn.csv\nproject: p\n"},
      {"mlops: 1\nsources: {}\n", "mlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources: {}", "mlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n"},
      {"mlops: 1\nsources: {\n}  # none\nproject: p\n",
       "mlops: 1\nsources:   # none\n  churn:\n    from: data/churn.csv\nproject: p\n"},
      // flow sections
      {"mlops: 1\nsources: {a: {from: x}}\n",
       "mlops: 1\nsources: {a: {from: x}, churn: {from: data/churn.csv}}\n"},
      {"mlops: 1\nsources: {a: {from: [it's, '}, ''{', \"\\\"}\"]}, }  # c }\n",
       "mlops: 1\nsources: {a: {from: [it's, '}, ''{', \"\\\"}\"]}, churn: {from: data/churn.csv} }  # c "
       "}\n"},
      {"mlops: 1\nsources: {\n  a: {from: x},  # first }\n  b: {from: y}  # second\n}\nproject: p\n",
       "mlops: 1\nsources: {\n  a: {from: x},  # first }\n  b: {from: y}, churn: {from: data/churn.csv}  # "
       "second\n}\nproject: p\n"},
      {"mlops: 1\nsources: {  # none\n}\n", "mlops: 1\nsources: {churn: {from: data/churn.csv}  # none\n}\n"},
      // line ends, byte order mark, document marks
      {"mlops: 1\r\nsources:\r\n  a: {from: x}\r\n\r\n# c\r\nproject: p\r\n",
       "mlops: 1\r\nsources:\r\n  a: {from: x}\r\n  churn:\r\n    from: data/churn.csv\r\n\r\n# "
       "c\r\nproject: p\r\n"},
      {"mlops: 1\r\nsources: {}\r\n", "mlops: 1\r\nsources:\r\n  churn:\r\n    from: data/churn.csv\r\n"},
      {"\xEF\xBB\xBFmlops: 1\nsources:\n  a: {from: x}\n",
       "\xEF\xBB\xBFmlops: 1\nsources:\n  a: {from: x}\n  churn:\n    from: data/churn.csv\n"},
      {"---\nmlops: 1\nsources:\n  a: {from: x}\n...\n",
       "---\nmlops: 1\nsources:\n  a: {from: x}\n  churn:\n    from: data/churn.csv\n...\n"},
      {"---\nmlops: 1\n...\n", "---\nmlops: 1\nsources:\n  churn:\n    from: data/churn.csv\n...\n"},
      {"mlops: 1\nproject: 'sources: {}'\n\"sources\":\n  a: {from: x}\n",
       "mlops: 1\nproject: 'sources: {}'\n\"sources\":\n  a: {from: x}\n  churn:\n    from: "
       "data/churn.csv\n"},
      {"{mlops: 1, project: x}\n", "{mlops: 1, project: x, sources: {churn: {from: data/churn.csv}}}\n"},
  };
  return all;
}

TEST(WithSource, AddsTheEntryAndLeavesTheRest) {
  for (const Shape& shape : shapes()) {
    EXPECT_EQ(with_source(shape.before, "f", churn_source()), shape.after) << shape.before;
  }
}

TEST(WithSource, EveryShapeTakesEveryValue) {
  for (const Shape& shape : shapes()) {
    std::vector<SourceSpec> expected = parse(shape.before, "f").sources;
    std::string text = shape.before;
    SourceSpec more = rich();
    for (const char* name : {"one", "2", "año"}) {
      more.name = name;
      text = with_source(text, "f", more);
      expected.push_back(more);
    }
    EXPECT_EQ(parse(text, "f").sources, expected) << text;
  }
}

TEST(WithSource, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(with_source("mlops: 1\n", "f", rich()), R"(mlops: 1
sources:
  churn:
    from: [a b.csv, '*.csv', 'it''s, here.csv']
    kind: internal
    party: 'yes'
    pii: [e-mail, 'x: y']
    delimiter: tab
    quote: ''
    header: true
    decimal: ','
    null: [NA, '', 'null', '-1']
    types: {'1': 'INT[]', amount: 'DECIMAL(18, 3)'}
    quarantine: '100'
)");
}

TEST(WithSource, WritesDifficultPaths) {
  std::mt19937 random(3);
  const std::string pieces[] = {"a", " ",  "'", "\"", ":", "#",  ",", "[", "]", "{", "}",
                                "(", "\\", "*", "é",  "-", "\n", "~", "%", "0", "."};
  for (int i = 0; i < 500; ++i) {
    SourceSpec source = churn_source();
    source.from = {"x", "y"};
    for (std::string& path : source.from) {
      for (auto n = random() % 6; n > 0; --n) path += pieces[random() % std::size(pieces)];
    }
    for (const char* text : {"mlops: 1\n", "mlops: 1\nsources: {a: {from: b}}\n"}) {
      EXPECT_EQ(parse(with_source(text, "f", source), "f").sources.back(), source);
    }
  }
}

TEST(WithSource, RefusesWhatItCannotProve) {
  const auto refused = [](std::string_view text) {
    return error_of([&] { with_source(text, "mlops.yaml", churn_source()); });
  };
  const std::string kept_lines = "mlops: 1\nsources:\n  a:\n    from: x\n    party: |+\n      b\n\n";
  for (const std::string& text : {std::string("{mlops: 1, sources: }\n"), kept_lines}) {
    const Error seen = refused(text);
    EXPECT_EQ(seen.code(), Code::usage) << text;
    EXPECT_EQ(seen.detail(), "sources:\n  churn:\n    from: data/churn.csv");
    EXPECT_EQ(seen.hint(), "add these lines by hand");
  }
  EXPECT_EQ(refused("mlops: 1\nsources: {churn: {from: x}}\n").code(), Code::conflict);
  EXPECT_EQ(refused("mlops: 1\nsorces: {}\n").message(), "mlops.yaml:2:1: unknown key 'sorces'");
}

TEST(WithSource, ChecksTheSourceFirst) {
  SourceSpec source = churn_source();
  source.name = "a b";
  EXPECT_EQ(error_of([&] { with_source("mlops: 1\n", "f", source); }).message(), "the name 'a b' holds ' '");
  source = churn_source();
  source.from = {"s3://x"};
  EXPECT_EQ(error_of([&] { checked(source); }).code(), Code::usage);
  source.from = {"a\xFF.csv"};
  EXPECT_EQ(error_of([&] { with_source("mlops: 1\n", "f", source); }).message(), "a path that is not UTF-8");
  source = churn_source();
  source.read.delimiter = "tab";
  EXPECT_EQ(checked(source).read.delimiter, "\t");
  EXPECT_EQ(parse(with_source("mlops: 1\n", "f", source), "f").sources.at(0), checked(source));
}

TEST(Retention, IsANumberOfVersionsOrATime) {
  const Manifest manifest = parse(
      "mlops: 1\nsources:\n  a: {from: a.csv, keep: 10}\n  b: {from: b.csv, keep: 400d}\n  c: {from: c.csv}\n"
      "data:\n  d: {sql: SELECT 1, keep: 2w}\n",
      "f");
  EXPECT_EQ(manifest.sources[0].keep, (Retention{.versions = 10, .us = {}}));
  EXPECT_EQ(manifest.sources[1].keep.us, 400LL * 86'400 * 1'000'000);
  EXPECT_TRUE(manifest.sources[2].keep.empty());
  EXPECT_EQ(manifest.sources[0].keep.text(), "10");
  EXPECT_EQ(manifest.sources[1].keep.text(), "400d");
  EXPECT_EQ(manifest.data[0].keep.text(), "14d");
}

TEST(Keys, ThePageHoldsTheTable) {
  const auto tests = std::filesystem::path(TEST_DATA).parent_path();
  std::ifstream in(tests.parent_path() / "man" / "mlops.yaml.5.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_NE(page.str().find(key_table_markdown()), std::string::npos) << "put this into the page:\n"
                                                                      << key_table_markdown();
}

/// A file with `line` among the keys of `where`.
std::string file_with(std::string_view where, const std::string& line) {
  if (where.empty()) return line.starts_with("mlops:") ? line + "\n" : "mlops: 1\n" + line + "\n";
  if (where == "sources.NAME") return with(line);
  if (where == "table") return with(line);
  if (where == "split of a table") return with("split:\n      " + line);
  if (where == "online of a view") return "mlops: 1\nfeatures:\n  v:\n    online:\n      " + line + "\n";
  if (where == "truth of a monitor") return "mlops: 1\nmonitor:\n  m:\n    truth:\n      " + line + "\n";
  if (where == "retry of a schedule") return "mlops: 1\nschedule:\n  m:\n    retry:\n      " + line + "\n";
  if (where == "features of a model") return "mlops: 1\nmodels:\n  m:\n    features:\n      - " + line + "\n";
  const std::string section(where.substr(0, where.find('.')));
  return "mlops: 1\n" + section + ":\n  s:\n    " + line + "\n";
}

TEST(Keys, ThePageHoldsTheSettingsThatAProjectMaySay) {
  const auto tests = std::filesystem::path(TEST_DATA).parent_path();
  std::ifstream in(tests.parent_path() / "man" / "mlops.yaml.5.md");
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_NE(page.str().find(config::setting_table_markdown()), std::string::npos)
      << "put this into the page:\n"
      << config::setting_table_markdown();
}

TEST(Settings, AreReadWithTheirLines) {
  const std::string text = "mlops: 1\nsettings:\n  threads: 4\n  progress: false\n";
  const std::vector<config::Said> wanted = {{"threads", "4", "mlops.yaml:3"},
                                            {"progress", "false", "mlops.yaml:4"}};
  EXPECT_EQ(parse(text, "mlops.yaml").settings, wanted);
  EXPECT_EQ(parse_settings(text, "mlops.yaml"), wanted);
  EXPECT_TRUE(parse_settings("mlops: 1\nsettings:\n", "mlops.yaml").empty());
  EXPECT_TRUE(parse_settings("", "mlops.yaml").empty());
}

TEST(Settings, AProjectMayNotSayWhatRunsAProgram) {
  const Error seen = fault_of("mlops: 1\nsettings: {pager: 'rm -rf ~'}\n");
  EXPECT_EQ(seen.code(), Code::usage);
  EXPECT_EQ(seen.message(), "f:2:12: a project may not set 'pager': it runs a program");
  EXPECT_EQ(seen.hint(), "the user may, in config.yaml (`mlops config set pager VALUE`) or with MLOPS_PAGER");
}

TEST(Settings, FaultsStandBesideThoseOfTheRest) {
  const std::string text = "mlops: 1\nsettings: {thread: 4}\nsource: {}\n";
  EXPECT_EQ(fault_of(text).message(), "2 faults in 'f'");
  EXPECT_EQ(error_of([&] { parse_settings(text, "mlops.yaml"); }).message(), "2 faults in 'mlops.yaml'");
  const Error list = fault_of("mlops: 1\nsettings: [a]\n");
  EXPECT_EQ(list.message(), "f:2:11: this is not a map of settings");
}

TEST(Settings, FaultsElsewhereDoNotHinder) {
  const std::string text = "mlops: 1\nsettings: {threads: 4}\nsource: {}\n";
  EXPECT_EQ(parse_settings(text, "mlops.yaml").size(), 1u);
  EXPECT_EQ(error_of([&] { parse_settings("mlops: 2\n", "mlops.yaml"); }).hint(), "install a newer `mlops`");
}

TEST(Keys, EveryKeyIsReadAndSuggested) {
  for (const Key& key : key_table()) {
    EXPECT_FALSE(key.doc.empty());
    EXPECT_FALSE(key.doc.ends_with('.'));
    const std::string wrong = std::string(key.name) + "x";
    const Error unknown = fault_of(file_with(key.where, wrong + ": 1"));
    EXPECT_NE((unknown.hint() + unknown.detail()).find("`" + std::string(key.name) + "`"), std::string::npos)
        << wrong;
    const std::string empty = file_with(key.where, std::string(key.name) + ":");
    try {
      parse(empty, "mlops.yaml");  // some keys may be empty
    } catch (const Error& seen) {
      EXPECT_EQ((seen.message() + seen.detail()).find("unknown key"), std::string::npos) << key.name;
    }
  }
}

TEST(Lock, OneSortedLineAnAddress) {
  Lock lock;
  lock.entries["sources/churn"] = {
      {"digest", "sha256:ab"}, {"rows", 3000000}, {"time", "2026-11-20T16:30:38Z"}};
  lock.entries["data/a"] = {{"schema", json::Object{{"id", "BIGINT"}, {"amount", "DECIMAL(18,3)"}}},
                            {"read", json::Array{1.5, true, nullptr, "true"}}};
  const std::string text = lock.text();
  EXPECT_EQ(text,
            R"lock(# Written by mlops: what the names of mlops.yaml stand for. Commit it; do not edit it.
data/a: {schema: {id: BIGINT, amount: "DECIMAL(18,3)"}, read: [1.5, true, null, "true"]}
sources/churn: {digest: sha256:ab, rows: 3000000, time: "2026-11-20T16:30:38Z"}
)lock");
  EXPECT_EQ(Lock::parse(text, "f"), lock);
}

TEST(Lock, EmptyIsRead) {
  EXPECT_TRUE(Lock::parse("", "f").entries.empty());
  EXPECT_EQ(Lock::parse(Lock{}.text(), "f"), Lock{});
  Lock lock;
  lock.entries["a/b"] = {};
  lock.entries["a/c"] = {{"", json::Object{}}, {"x", json::Array{}}};
  EXPECT_EQ(Lock::parse(lock.text(), "f"), lock);
}

class RandomJson {
 public:
  json::Object object(int depth) {
    json::Object out;
    for (auto n = random_() % 4; n > 0; --n) out.set(text(), value(depth));
    return out;
  }
  std::string text() {
    static const std::string pieces[] = {"a",
                                         "Z",
                                         "0",
                                         "9",
                                         "-",
                                         "+",
                                         ".",
                                         "e",
                                         "E",
                                         "_",
                                         ":",
                                         " ",
                                         "#",
                                         ",",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         "'",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\t",
                                         "\x7F",
                                         "null",
                                         "true",
                                         "~",
                                         "é",
                                         "日本",
                                         "😀",
                                         "\xC2\x85",
                                         "\xE2\x80\xA8",
                                         "\xEF\xBB\xBF",
                                         "/",
                                         "%",
                                         "&",
                                         "*",
                                         "!",
                                         "|",
                                         ">",
                                         "@",
                                         "`",
                                         "?",
                                         "="};
    std::string out;
    for (auto n = random_() % 6; n > 0; --n) out += pieces[random_() % std::size(pieces)];
    if (random_() % 200 == 0) out += std::string(3000, 'k');
    return out;
  }

 private:
  json::Value value(int depth) {
    switch (random_() % (depth > 0 ? 8 : 6)) {
      case 0:
        return nullptr;
      case 1:
        return random_() % 2 == 0;
      case 2:
        return static_cast<std::int64_t>(random_());
      case 3:
        return std::ldexp(static_cast<double>(static_cast<std::int64_t>(random_())),
                          static_cast<int>(random_() % 400) - 200);
      case 4:
        return static_cast<std::int64_t>(random_() % 10) - 5;
      case 5:
        return text();
      case 6:
        return object(depth - 1);
      default:
        break;
    }
    json::Array items;
    for (auto n = random_() % 4; n > 0; --n) items.push_back(value(depth - 1));
    return items;
  }

  std::mt19937_64 random_{42};
};

TEST(Lock, AnyValueIsReadBackEqual) {
  RandomJson random;
  for (int i = 0; i < 500; ++i) {
    Lock lock;
    for (int n = 0; n < 3; ++n) lock.entries["s" + random.text() + "/n" + random.text()] = random.object(4);
    const std::string text = lock.text();
    ASSERT_EQ(Lock::parse(text, "f"), lock) << text;
    ASSERT_EQ(Lock::parse(text, "f").text(), text);
  }
  Lock edges;
  edges.entries["a/b"] = {{"min", std::numeric_limits<std::int64_t>::min()},
                          {"max", std::numeric_limits<std::int64_t>::max()},
                          {"tiny", std::numeric_limits<double>::denorm_min()},
                          {"huge", std::numeric_limits<double>::max()},
                          {"zero", -0.0},
                          {"whole", 1e15},
                          {"third", 1.0 / 3}};
  EXPECT_EQ(Lock::parse(edges.text(), "f"), edges) << edges.text();
}

TEST(Lock, LinesOfAnyLengthAreRead) {
  Lock lock;
  json::Object schema;
  for (int i = 0; i < 3'000; ++i) schema.set(fmt::format("column {}", i), "VARCHAR");
  lock.entries["sources/wide"] = {{"schema", schema}};
  EXPECT_EQ(Lock::parse(lock.text(), "f"), lock);
}

TEST(Lock, FaultsNameTheLine) {
  const auto fault = [](std::string_view text) { return error_of([&] { Lock::parse(text, "mlops.lock"); }); };
  const Error conflict = fault("a/b: {}\n<<<<<<< HEAD\na/c: {}\n=======\na/c: {x: 1}\n>>>>>>> b\n");
  EXPECT_EQ(conflict.code(), Code::usage);
  EXPECT_EQ(conflict.message(), "mlops.lock:2: a merge conflict marker");
  EXPECT_NE(conflict.hint().find("mlops ingest"), std::string::npos);
  EXPECT_EQ(fault("ab: {}\n").message(), "mlops.lock:1:1: 'ab' is no address");
  EXPECT_EQ(fault("a/b: 1\n").message(), "mlops.lock:1:6: the entry of 'a/b' is not a map");
  EXPECT_EQ(fault("- a\n").message(), "mlops.lock:1:1: the file is not a map of addresses");
  EXPECT_EQ(fault("a/b: {x: 1, x: 2}\n").message(), "mlops.lock:1:13: the key 'x' stands here a second time");
  EXPECT_EQ(fault("a/b: {x: 1\n").code(), Code::usage);
}

}  // namespace
}  // namespace mlops::manifest
