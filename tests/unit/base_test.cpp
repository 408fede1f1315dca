#include <gtest/gtest.h>
#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

namespace mlops {
namespace {

TEST(Digest, ReadsWhatItWrites) {
  Digest digest;
  for (std::size_t i = 0; i < 32; ++i) digest.bytes[i] = static_cast<std::uint8_t>(i * 7);
  EXPECT_EQ(Digest::parse(digest.text()), digest);
  EXPECT_EQ(Digest::parse(digest.hex()), digest);
  EXPECT_EQ(digest.brief(), digest.text().substr(0, 19));
}

TEST(Digest, RefusesOtherText) {
  EXPECT_EQ(Digest::parse(""), std::nullopt);
  EXPECT_EQ(Digest::parse("sha256:abcd"), std::nullopt);
  EXPECT_EQ(Digest::parse(std::string(64, 'G')), std::nullopt);
  EXPECT_EQ(Digest::parse(std::string(64, 'A')), std::nullopt);
}

// Seconds since the epoch as `date -u -d TEXT +%s` prints them.
TEST(Time, AgreesWithDate) {
  EXPECT_EQ(Time::parse("1970-01-01")->us, 0);
  EXPECT_EQ(Time::parse("2026-11-20T16:30:38Z")->us, 1795192238LL * 1'000'000);
  EXPECT_EQ(Time::parse("2000-02-29 23:59:59")->us, 951868799LL * 1'000'000);
  EXPECT_EQ(Time::parse("1969-12-31T23:59:59.5Z")->us, -500'000);
  EXPECT_EQ(Time::parse("2026-01-01T00:00-03:00"), Time::parse("2026-01-01T03:00"));
}

TEST(Time, WritesAsManyDigitsAsNeeded) {
  EXPECT_EQ(Time{0}.text(), "1970-01-01T00:00:00Z");
  EXPECT_EQ(Time{1'500}.text(), "1970-01-01T00:00:00.001500Z");
  EXPECT_EQ(Time{-1'000}.text(), "1969-12-31T23:59:59.999Z");
}

TEST(Time, RefusesDatesThatDoNotExist) {
  for (const char* text :
       {"2026-02-30", "2026-13-01", "26-01-01", "2026-01-01T25:00", "2026-01-01T10:00x", "now"}) {
    EXPECT_EQ(Time::parse(text), std::nullopt) << text;
  }
}

TEST(Text, NearMissesPutPrefixesFirst) {
  const std::vector<std::string> known = {"model", "monitor", "data", "metrics", "ingest"};
  EXPECT_EQ(near_misses("modle", known), std::vector<std::string>{"model"});
  EXPECT_EQ(near_misses("mo", known), (std::vector<std::string>{"model", "monitor"}));
  EXPECT_TRUE(near_misses("zzz", known).empty());
}

TEST(Text, EditDistanceCountsTranspositionsOnce) {
  EXPECT_EQ(edit_distance("ingset", "ingest"), 1u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Text, CountsAndSizesReadWell) {
  EXPECT_EQ(count_text(3000000), "3,000,000");
  EXPECT_EQ(count_of(1, "row"), "1 row");
  EXPECT_EQ(size_text(999), "999 B");
  EXPECT_EQ(size_text(999'999), "1.0 MB");
  EXPECT_EQ(one_of({"a", "b", "c"}), "`a`, `b` or `c`");
}

TEST(Text, Utf8IsCheckedStrictly) {
  EXPECT_TRUE(is_utf8("año 🐧"));
  EXPECT_FALSE(is_utf8("a\xF1o"));
  EXPECT_FALSE(is_utf8("\xC0\x80"));
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_EQ(display_width("año"), 3u);
  EXPECT_EQ(display_width("日本"), 4u);
}

TEST(Error, SystemErrorsGetTheirCode) {
  EXPECT_EQ(system_error(ENOSPC, "cannot write 'x'").code(), Code::busy);
  EXPECT_EQ(system_error(ENOENT, "cannot read 'x'").message(), "cannot read 'x': no such file or directory");
}

TEST(Cancel, ChecksOnlyWhenSet) {
  Cancel cancel;
  EXPECT_NO_THROW(cancel.check());
  cancel.set();
  EXPECT_THROW(cancel.check(), Error);
}

TEST(Engines, AMissingOneSaysWhereItLooked) {
  Engines engines({"/nonexistent/engines"});
  try {
    engines.get<void()>("table", "x");
    FAIL() << "expected an error";
  } catch (const Error& e) {
    EXPECT_EQ(e.id(), "engine.missing");
    EXPECT_NE(e.message().find("/nonexistent/engines"), std::string::npos);
    EXPECT_NE(e.hint().find("-DMLOPS_TABLE=ON"), std::string::npos);
  }
}

}  // namespace
}  // namespace mlops
