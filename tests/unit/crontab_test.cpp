#include <mlops/base/error.hpp>
#include <mlops/crontab/crontab.hpp>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace mlops::crontab {
namespace {

const Entry entry = {"# mlops: /srv/a", "* * * * * cd /srv/a && mlops schedule tick"};
const std::string two_lines = entry.mark + "\n" + entry.line + "\n";

TEST(crontab, an_entry_goes_to_the_end_and_what_was_there_stays) {
  EXPECT_EQ(with_entry("", entry), two_lines);
  EXPECT_EQ(with_entry("MAILTO=ana\n\n0 1 * * * x %a\n", entry),
            "MAILTO=ana\n\n0 1 * * * x %a\n" + two_lines);
  EXPECT_EQ(with_entry("0 1 * * * no end", entry), "0 1 * * * no end\n" + two_lines);
}

TEST(crontab, an_entry_replaces_the_one_of_its_mark_in_its_place) {
  const std::string before =
      "# mine\n1 * * * * a\n# mlops: /srv/a\n5 * * * * cd /srv/a && old schedule tick\n2 * * * * b\n";
  EXPECT_EQ(with_entry(before, entry), "# mine\n1 * * * * a\n" + two_lines + "2 * * * * b\n");
  EXPECT_EQ(with_entry(with_entry(before, entry), entry), with_entry(before, entry));
}

TEST(crontab, an_entry_of_another_project_stays) {
  const std::string other = "# mlops: /srv/ab\n* * * * * cd /srv/ab && mlops schedule tick\n";
  EXPECT_EQ(with_entry(other, entry), other + two_lines);
  EXPECT_EQ(without_entry(other + two_lines, entry.mark), other);
}

TEST(crontab, taken_out_what_is_left_is_what_there_was_byte_for_byte) {
  for (const std::string table : {"", "# x\r\n\t\n@daily y \\% \xff\n", "a\n\n\nb\n"})
    EXPECT_EQ(without_entry(with_entry(table, entry), entry.mark), table);
  EXPECT_EQ(without_entry("# x\n", entry.mark), "# x\n");
}

TEST(crontab, a_mark_whose_line_somebody_took_away_takes_nothing_else) {
  const std::string table = "# mlops: /srv/a\n\n3 * * * * c\n# mlops: /srv/a\n# 4 * * * * d\n";
  EXPECT_EQ(without_entry(table, entry.mark), "\n3 * * * * c\n# 4 * * * * d\n");
  for (const std::string below : {"5 * * * * backup\n", "MAILTO=ana\n"}) {
    EXPECT_EQ(without_entry(entry.mark + "\n" + below, entry.mark), below);
    EXPECT_EQ(with_entry(entry.mark + "\n" + below, entry), two_lines + below);
    EXPECT_EQ(line_of(entry.mark + "\n" + below, entry.mark), "");
  }
  EXPECT_EQ(line_of(table, entry.mark), "");
  EXPECT_EQ(line_of(two_lines, entry.mark), entry.line);
}

TEST(crontab, words_are_quoted_for_sh_and_their_percents_for_cron) {
  EXPECT_EQ(word("/srv/a-b_c.d"), "/srv/a-b_c.d");
  EXPECT_EQ(word("/srv/50% of it"), "'/srv/50\\% of it'");
  EXPECT_EQ(word("it's"), "'it'\\''s'");
  EXPECT_EQ(word("$HOME `x` \"y\" \\"), "'$HOME `x` \"y\" \\'");
  EXPECT_EQ(word(""), "''");
  EXPECT_THROW(word("a\nb"), Error);
}

class CrontabProgram : public testing::Test {
 protected:
  CrontabProgram() {
    char name[] = "/tmp/mlops-crontab-XXXXXX";
    folder_ = ::mkdtemp(name);
    environment_ = {{"PATH", folder_.string() + ":/usr/bin:/bin"}, {"TABLE", (folder_ / "table").string()}};
  }
  ~CrontabProgram() override { std::filesystem::remove_all(folder_); }

  void program(const std::string& text) {
    const auto path = folder_ / "crontab";
    std::ofstream(path) << "#!/bin/sh\n" << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  }

  std::filesystem::path folder_;
  Environment environment_;
};

constexpr const char* keeps = R"(if [ "$1" = -l ]; then
  [ -e "$TABLE" ] || { echo "no crontab for ana" >&2; exit 1; }
  exec cat "$TABLE"
fi
exec cat "$1" >"$TABLE"
)";

TEST_F(CrontabProgram, what_was_written_is_read) {
  program(keeps);
  EXPECT_EQ(read(environment_), "");
  write(environment_, folder_ / "scratch", two_lines);
  EXPECT_EQ(read(environment_), two_lines);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "scratch"));
}

TEST_F(CrontabProgram, a_program_that_says_no_is_quoted) {
  program("echo 'You (ana) are not allowed to use this program' >&2\nexit 1\n");
  try {
    read(environment_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::failed);
    EXPECT_NE(e.message().find("not allowed"), std::string::npos);
  }
}

TEST_F(CrontabProgram, a_table_that_cannot_be_opened_is_none_only_where_there_is_none) {
  program("echo \"crontab: can't open 'ana': No such file or directory\" >&2\nexit 1\n");
  EXPECT_EQ(read(environment_), "");
  program("echo \"crontab: can't open 'ana': Input/output error\" >&2\nexit 1\n");
  EXPECT_THROW(read(environment_), Error);
}

TEST_F(CrontabProgram, a_program_that_forgets_is_found_out) {
  program("[ \"$1\" = -l ] && exit 0\nexit 0\n");
  EXPECT_THROW(write(environment_, folder_ / "scratch", two_lines), Error);
}

TEST_F(CrontabProgram, no_program_is_not_found) {
  environment_["PATH"] = folder_.string();
  try {
    read(environment_);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::not_found);
    EXPECT_EQ(e.id(), "cron.not_found");
  }
}

}  // namespace
}  // namespace mlops::crontab
