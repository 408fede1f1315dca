/// `.mlopsignore`: a table of known cases, and random rules compared with what git says of them.
#include <mlops/worktree/ignore.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace mlops::worktree {
namespace {

namespace files = std::filesystem;

bool ignored(std::string_view rules, std::string_view path, bool folder = false) {
  return Ignore({}, "", rules).ignored(path, folder);
}

struct Case {
  bool matches;
  std::string_view path;
  std::string_view pattern;  ///< A rule of its own line.
};

/// Those of git's tests of wildmatch that a rule can say, and those of gitignore(5).
const std::vector<Case> known = {
    {true, "foo", "foo"},
    {false, "foo", "bar"},
    {true, "foo", "???"},
    {false, "foo", "??"},
    {true, "foo", "*"},
    {true, "foo", "f*"},
    {false, "foo", "*f"},
    {true, "foo", "*foo*"},
    {true, "foobar", "*ob*a*r*"},
    {true, "aaaaaaabababab", "*ab"},
    {true, "foo*", "foo\\*"},
    {false, "foobar", "foo\\*bar"},
    {true, "f\\oo", "f\\\\oo"},
    {true, "ball", "*[al]?"},
    {false, "ten", "[ten]"},
    {true, "ten", "**[!te]"},
    {false, "ten", "**[!ten]"},
    {true, "ten", "t[a-g]n"},
    {false, "ten", "t[!a-g]n"},
    {true, "ton", "t[!a-g]n"},
    {true, "ton", "t[^a-g]n"},
    {true, "a]b", "a[]]b"},
    {true, "a-b", "a[]-]b"},
    {true, "a]b", "a[]-]b"},
    {false, "aab", "a[]-]b"},
    {true, "aab", "a[]a-]b"},
    {true, "]", "]"},
    {false, "foo/baz/bar", "foo*bar"},
    {false, "foo/baz/bar", "/foo*bar"},
    {true, "foobazbar", "foo**bar"},
    {true, "foo/baz/bar", "foo/**/bar"},
    {true, "foo/baz/bar", "foo/**/**/bar"},
    {true, "foo/b/a/z/bar", "foo/**/bar"},
    {true, "foo/b/a/z/bar", "foo/**/**/bar"},
    {true, "foo/bar", "foo/**/bar"},
    {true, "foo/bar", "foo/**/**/bar"},
    {false, "foo/bar", "/foo?bar"},
    {false, "foo/bar", "/foo[/]bar"},
    {false, "foo/bar", "/foo[^a-z]bar"},
    {false, "foo/bar", "/f[^eiu][^eiu][^eiu][^eiu][^eiu]r"},
    {true, "foo-bar", "/f[^eiu][^eiu][^eiu][^eiu][^eiu]r"},
    {true, "foo", "**/foo"},
    {true, "xyz/foo", "**/foo"},
    {true, "bar/baz/foo", "**/foo"},
    {false, "bar/baz/foo", "*/foo"},
    {false, "foo/bar/baz", "**/bar*"},
    {true, "deep/foo/bar/baz", "**/bar/*"},
    {false, "deep/foo/bar", "**/bar/*"},
    {true, "deep/foo/bar/baz", "**/bar/**"},
    {false, "deep/foo/bar", "**/bar/**"},
    {true, "deep/foo/bar/baz/x", "**/bar/**"},
    {false, "deep/foo/bar/baz/x", "**/bar/*"},
    {true, "deep/foo/bar/baz/x", "**/bar/*/*"},
    {true, "foo/bar/baz", "*/bar/**"},
    {false, "foo/bar/baz/x", "*/bar/*"},
    {true, "foo/bar/baz/x", "*/bar/**"},
    {false, "acrt", "a[c-c]st"},
    {true, "acrt", "a[c-c]rt"},
    {false, "]", "[!]-]"},
    {true, "a", "[!]-]"},
    {false, "x", "\\"},
    {true, "\\", "\\\\"},
    {true, "foo", "/foo"},
    {false, "sub/foo", "/foo"},
    {true, "foobar", "/fo*"},
    {true, "[ab]", "\\[ab]"},
    {true, "[ab]", "[[]ab]"},
    {true, "[ab]", "[[:]ab]"},
    {false, "[ab]", "[[::]ab]"},
    {true, "[ab]", "[[:digit]ab]"},
    {true, "[ab]", "[\\[:]ab]"},
    {true, "?a?b", "\\??\\?b"},
    {true, "abc", "\\a\\b\\c"},
    {true, "foo/bar/baz/to", "**/t[o]"},
    {true, "a1B", "[[:alpha:]][[:digit:]][[:upper:]]"},
    {false, "a", "[[:digit:][:upper:][:space:]]"},
    {true, "A", "[[:digit:][:upper:][:space:]]"},
    {true, "1", "[[:digit:][:upper:][:space:]]"},
    {false, "1", "[[:digit:][:upper:][:spaci:]]"},
    {true, ".", "[^[:alnum:][:alpha:][:blank:][:cntrl:][:digit:][:lower:][:space:][:upper:][:xdigit:]]"},
    {true, "5", "[[:xdigit:]]"},
    {true, "D", "[[:xdigit:]]"},
    {true, "_", "[[:graph:][:lower:][:print:][:punct:][:xdigit:]]"},
    {true, "y", "[a-c[:digit:]x-z]"},
    {false, "q", "[a-c[:digit:]x-z]"},
    {true, "]", "[\\\\-^]"},
    {false, "[", "[\\\\-^]"},
    {true, "-", "[\\-_]"},
    {true, "]", "[\\]]"},
    {false, "\\]", "[\\]]"},
    {false, "\\", "[\\]]"},
    {false, "ab", "a[]b"},
    {false, "ab", "[!"},
    {false, "ab", "[-"},
    {true, "-", "[-]"},
    {false, "-", "[a-"},
    {false, "-", "[!a-"},
    {true, "-", "[--A]"},
    {true, "5", "[--A]"},
    {true, "a", "[!------]"},
    {false, "j", "[a-e-n]"},
    {true, "-", "[a-e-n]"},
    {false, "0", "[]-a]"},
    {true, "^", "[]-a]"},
    {false, "^", "[!]-a]"},
    {true, "0", "[!]-a]"},
    {true, "^", "[a^bc]"},
    {true, "-b]", "[a-]b]"},
    {false, "\\", "[\\\\-\\^]x"},
    {true, "[", "[[-\\]]"},
    {false, "a,b", "[,]"},
    {true, ",", "[\\\\,]"},
    {false, "xyz/adobe/courier/bold/o/normal//12/120/75/75/X/70/iso8859/1",
     "/xyz/*/*/*/*/*/*/12/*/*/*/m/*/*/*"},
    {true, "abcd/abcdefg/abcdefghijk/abcdefghijklmnop.txt", "**/*a*b*g*n*t"},
    {false, "abcd/abcdefg/abcdefghijk/abcdefghijklmnop.txtz", "**/*a*b*g*n*t"},
    {false, "foo", "*/*/*"},
    {false, "foo/bar", "*/*/*"},
    {true, "foo/bba/arr", "*/*/*"},
    {false, "foo/bb/aa/rr", "*/*/*"},
    {true, "foo/bb/aa/rr", "**/**/**"},
    {true, "abcXdefXghi", "*X*i"},
    {false, "ab/cXd/efXg/hi", "*/*X*/*/*i/"},
    {true, "ab/cXd/efXg/hi", "*/*X*/*/*i"},
    {true, "ab/cXd/efXg/hi", "**/*X*/**/*i"},
    {false, "Foo", "foo"},
    {true, "a/b", "a/*"},
    {true, "a/b", "a/**"},
    {false, "a", "a/**"},
    {true, "x/a/b", "**/a/b"},
    {false, "x/a/b", "a/b"},
    {true, "a/b/c", "a**/c"},  // what comes after the fixed part is read as if the pattern began there
    {true, "hello.a", "hello.*"},
    {false, "a/hello.java", "/hello.*"},
};

TEST(Ignore, KnownCases) {
  for (const Case& c : known)
    EXPECT_EQ(ignored(c.pattern, c.path), c.matches) << c.pattern << " of " << c.path;
}

TEST(Ignore, NoRulesCostNothing) {
  EXPECT_FALSE(Ignore().has_rules());
  EXPECT_FALSE(Ignore({}, "", "").has_rules());
  EXPECT_FALSE(Ignore({}, "", "\xEF\xBB\xBF# words\n\n  \n\r\n!\n/\n[a\nx\\").has_rules());
  EXPECT_FALSE(Ignore().ignored("a", true));
}

TEST(Ignore, Lines) {
  EXPECT_TRUE(ignored("\xEF\xBB\xBF#a\r\n#b\r\nb\r\n", "b"));
  EXPECT_FALSE(ignored("\xEF\xBB\xBF#a\r\n", "#a"));
  EXPECT_TRUE(ignored("a\nb", "b"));
  EXPECT_TRUE(ignored("b\r", "b"));
  EXPECT_TRUE(ignored("\\#a", "#a"));
  EXPECT_TRUE(ignored("\\!a", "!a"));
  EXPECT_TRUE(ignored("a  ", "a"));
  EXPECT_TRUE(ignored("a\\ ", "a "));
  EXPECT_TRUE(ignored("a\\   ", "a "));
  EXPECT_TRUE(ignored("a b ", "a b"));
  EXPECT_TRUE(ignored("a\t", "a\t"));
  EXPECT_TRUE(ignored(" #a", " #a"));
  EXPECT_TRUE(ignored(std::string_view("a\0b\n", 4), "a"));
}

TEST(Ignore, FoldersOnly) {
  EXPECT_TRUE(ignored("a/", "a", true));
  EXPECT_FALSE(ignored("a/", "a", false));
  EXPECT_TRUE(ignored("a/", "x/a", true));
  EXPECT_FALSE(ignored("/a/", "x/a", true));
  EXPECT_TRUE(ignored("a*/", "x/ab", true));
  EXPECT_FALSE(ignored("a*/", "x/ab", false));
  EXPECT_TRUE(ignored("x/**/b/", "x/y/b", true));
  EXPECT_TRUE(ignored("a\n!a/", "a", false));
  EXPECT_FALSE(ignored("a\n!a/", "a", true));
}

TEST(Ignore, TheLastRuleDecides) {
  EXPECT_FALSE(ignored("*.csv\n!a.csv", "a.csv"));
  EXPECT_TRUE(ignored("!a.csv\n*.csv", "a.csv"));
  EXPECT_TRUE(ignored("a*\n!a.csv\na.csv", "a.csv"));
  EXPECT_FALSE(ignored("a.csv\n!/x/a.csv", "x/a.csv"));
  EXPECT_TRUE(ignored("!/x/a.csv\na.csv", "x/a.csv"));
  EXPECT_FALSE(ignored("/*\n!/foo", "foo", true));
}

TEST(Ignore, RulesOfAFolderComeAfterThoseAbove) {
  const Ignore root({}, "", "*.csv\n/build\n");
  const Ignore child(root, "data/raw", "!keep.csv\n/build\nx/y\n");
  EXPECT_TRUE(child.ignored("data/raw/a.csv", false));
  EXPECT_FALSE(child.ignored("data/raw/keep.csv", false));
  EXPECT_FALSE(child.ignored("data/raw/deep/keep.csv", false));
  EXPECT_TRUE(root.ignored("data/raw/keep.csv", false));
  EXPECT_TRUE(child.ignored("data/raw/build", true));
  EXPECT_FALSE(child.ignored("data/raw/deep/build", true));
  EXPECT_TRUE(child.ignored("data/raw/x/y", false));
  EXPECT_FALSE(child.ignored("data/rawx/y", false));
  EXPECT_TRUE(child.ignored("elsewhere/keep.csv", false));
}

TEST(Ignore, AChildOutlivesItsParent) {
  Ignore child;
  {
    const Ignore root({}, "", "*.csv");
    child = Ignore(root, "a", "# nothing");
  }
  EXPECT_TRUE(child.ignored("a/b.csv", false));
}

TEST(Ignore, NoPatternTakesLong) {
  std::string stars = "*";
  std::string deep;
  std::string path;
  for (int i = 0; i < 60; ++i) {
    stars += "a*";
    deep += "**/a*a*/";
    path += "aaaaaaaaaaaaaaaaaaaa/";
  }
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(ignored(stars + "b", std::string(200, 'a')));
  EXPECT_FALSE(ignored(deep + "b", path + "c"));
  EXPECT_FALSE(ignored("**/" + stars + "b", path + std::string(200, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

// === git as the judge ===

/// A tree of folders, each with rules, in a repository that exists for one test.
class IgnoreAsGit : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("git --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "git is not there to compare with";
    std::string name = (files::temp_directory_path() / "ignore-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr) << name;
    dir_ = name;
    ASSERT_EQ(git("init -q ."), 0);
  }
  ~IgnoreAsGit() override {
    if (!dir_.empty()) files::remove_all(dir_);
  }

  int git(const std::string& words) const {
    return std::system(fmt::format("cd '{0}' && HOME='{0}' XDG_CONFIG_HOME= GIT_CONFIG_NOSYSTEM=1 "
                                   "GIT_CEILING_DIRECTORIES= git -c core.ignorecase=false {1}",
                                   dir_.string(), words)
                           .c_str());
  }

  void write_rules(const std::string& folder, const std::string& text) {
    files::create_directories(dir_ / folder);
    std::ofstream(dir_ / folder / ".gitignore") << text;
    rules_[folder] = text;
  }
  void make_file(const std::string& path) {
    files::create_directories((dir_ / path).parent_path());
    std::ofstream(dir_ / path) << 'x';
  }

  /// Walks the tree as the program does.
  void walk(const std::string& folder, const Ignore& above, bool inside_ignored) {
    Ignore ignore = above;
    if (const auto rules = rules_.find(folder); rules != rules_.end() && !inside_ignored) {
      ignore = Ignore(above, folder, rules->second);
    }
    for (const auto& entry : files::directory_iterator(dir_ / folder)) {
      const std::string name = entry.path().filename().string();
      if (name == ".git" || name == ".gitignore") continue;
      const std::string path = folder.empty() ? name : folder + '/' + name;
      const bool is_folder = entry.is_directory();
      ours_[path] = inside_ignored || ignore.ignored(path, is_folder);
      if (is_folder) walk(path, ignore, ours_[path]);
    }
  }

  /// How many of all paths git answered as we do.
  void compare() {
    walk("", {}, false);
    std::ofstream paths(dir_ / ".git/paths");
    for (const auto& [path, ignored] : ours_) paths << path << '\0';
    paths.close();
    ASSERT_LE(git("check-ignore --no-index -v -n -z --stdin <.git/paths >.git/answers"), 256);
    std::stringstream answers;
    answers << std::ifstream(dir_ / ".git/answers").rdbuf();
    std::string source;
    std::string line;
    std::string pattern;
    std::string path;
    std::size_t count = 0;
    while (std::getline(answers, source, '\0') && std::getline(answers, line, '\0') &&
           std::getline(answers, pattern, '\0') && std::getline(answers, path, '\0')) {
      ++count;
      const bool ignored = !pattern.empty() && pattern[0] != '!';
      EXPECT_EQ(ours_.at(path), ignored)
          << path << ", for git by '" << pattern << "' of " << source << ':' << line;
      ignored_ += ignored ? 1 : 0;
    }
    EXPECT_EQ(count, ours_.size());
  }

  files::path dir_;
  std::map<std::string, std::string> rules_;
  std::map<std::string, bool> ours_;
  std::size_t ignored_ = 0;
};

TEST_F(IgnoreAsGit, KnownCases) {
  int number = 0;
  for (const Case& c : known) {
    if (c.path.find("//") != std::string_view::npos) continue;
    const std::string folder = fmt::format("case{}", ++number);
    write_rules(folder, std::string(c.pattern) + '\n');
    make_file(folder + '/' + std::string(c.path));
  }
  compare();
}

/// Few letters and many special ones, so that much matches and much nearly does.
std::string random_pattern(std::mt19937& random) {
  static const std::vector<std::string> parts = {
      "a",       "b",     "c",  "a",       "ab",   "-",           ".c",  "*",    "*",
      "**",      "?",     "/",  "/",       "/**/", "**/",         "/**", "[ab]", "[!a]",
      "[^b]",    "[a-c]", "\\", "\\a",     "[]-]", "[[:alpha:]]", " ",   "\\ ",  "[[:punct:]b]",
      "[b-\\c]", "[a",    "]",  "[[:x:]]", "*.c",  "**\\/"};
  std::string out = random() % 5 == 0 ? "!" : "";
  if (random() % 4 == 0) out += '/';
  const std::size_t count = 1 + random() % 5;
  for (std::size_t i = 0; i < count; ++i) out += parts[random() % parts.size()];
  if (random() % 5 == 0) out += '/';
  return out;
}

std::string random_rules(std::mt19937& random) {
  std::string out;
  const std::size_t count = 1 + random() % 4;
  for (std::size_t i = 0; i < count; ++i)
    out += random_pattern(random) + (random() % 10 == 0 ? "\r\n" : "\n");
  return out;
}

TEST_F(IgnoreAsGit, RandomRules) {
  const char* seed = std::getenv("MLOPS_IGNORE_SEED");
  std::mt19937 random(seed == nullptr ? 1 : static_cast<unsigned>(std::atoi(seed)));
  const std::vector<std::string> paths = {"a",   "b", "ab/c", "ab/a/b", "c/a",  "c/ab/a/c",
                                          "a.c", "-", "a b",  "b]",     "\\x/a"};
  for (int i = 0; i < 300; ++i) {
    const std::string folder = fmt::format("{}{}", i % 2 == 0 ? "d" : "a", i);
    write_rules(folder, random_rules(random));
    if (i % 2 == 0) write_rules(folder + "/ab", random_rules(random));
    for (const std::string& path : paths) make_file(folder + '/' + path);
  }
  compare();
  EXPECT_GT(ignored_, ours_.size() / 10);
  EXPECT_LT(ignored_, ours_.size() * 9 / 10);
}

}  // namespace
}  // namespace mlops::worktree
