#include <gtest/gtest.h>
#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/columns.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/select.hpp>
#include <mlops/base/text.hpp>

#include <array>

namespace mlops {
namespace {

TEST(Digest, ReadsWhatItWrites) {
  Digest digest;
  for (std::size_t i = 0; i < 32; ++i) digest.bytes[i] = static_cast<std::uint8_t>(i * 7);
  EXPECT_EQ(Digest::parse(digest.text()), digest);
  EXPECT_EQ(Digest::parse(digest.hex()), digest);
  EXPECT_EQ(digest.brief(), digest.text().substr(0, 19));
}

TEST(Digest, ReadsEachDigitWhereverItStands) {
  const std::string text = "0123456789abcdef00112233445566778899aabbccddeefff0e1d2c3b4a59687";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string other = text;
      other[at] = static_cast<char>(c);
      const auto digest = Digest::parse(other);
      const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
      EXPECT_EQ(digest.has_value(), digit) << other;
      EXPECT_EQ(digest ? digest->hex() : other, other);
    }
  }
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

TEST(Text, LoweredChangesAsciiOnly) { EXPECT_EQ(lowered("A\xC3\x91O-z9"), "a\xC3\x91o-z9"); }

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

TEST(Error, AnotherMessageLeavesTheRest) {
  Error fault =
      error(Code::busy, "no room").with_id("disk.full").with_detail("a line").with_hint("make room");
  fault.add_context("while reading");
  const Error told = Error(fault).with_message("sources/{}: {}", "churn", fault.message());
  EXPECT_EQ(told.message(), "sources/churn: no room");
  EXPECT_STREQ(told.what(), "sources/churn: no room");
  EXPECT_EQ(told.code(), Code::busy);
  EXPECT_EQ(told.id(), "disk.full");
  EXPECT_EQ(told.detail(), "a line");
  EXPECT_EQ(told.hint(), "make room");
  EXPECT_EQ(told.context(), std::vector<std::string>{"while reading"});
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

// A batch made by hand from Arrow's documentation of the layout: what another library would hand over.
struct Batch {
  Batch() {
    numbers.n_buffers = 2;
    numbers.buffers = number_buffers.data();
    texts.n_buffers = 3;
    texts.buffers = text_buffers.data();
    words.n_buffers = 3;
    words.buffers = word_buffers.data();
    coded.n_buffers = 2;
    coded.buffers = code_buffers.data();
    coded.dictionary = &words;
    words.length = 2;
    lists.n_buffers = 2;
    lists.buffers = text_buffers.data();
    lists.n_children = 1;
    lists.children = &list_items;
    items.length = 6;
    items.n_buffers = 2;
    items.buffers = item_buffers.data();
    for (ArrowArray* child : children) child->length = 4;
    numbers.null_count = 1;
    texts.null_count = -1;  // Not counted.
    lists.null_count = 1;
    root.length = 3;
    root.offset = 1;
    root.n_children = 4;
    root.children = children.data();
    root.private_data = &releases;
    root.release = [](ArrowArray* array) {
      ++*static_cast<int*>(array->private_data);
      array->release = nullptr;
    };
  }
  Columns take() { return Columns(std::make_shared<const std::vector<Field>>(fields), root); }

  std::uint8_t valid = 0b1101;
  std::array<std::int32_t, 4> values = {10, 11, 12, 13};
  std::array<std::int32_t, 5> ends = {0, 1, 1, 4, 6};
  std::array<std::int64_t, 3> word_ends = {0, 3, 6};
  std::array<std::uint8_t, 4> codes = {0, 1, 0, 1};
  std::array<const void*, 2> number_buffers = {&valid, values.data()};
  std::array<const void*, 3> text_buffers = {&valid, ends.data(), "abcdef"};
  std::array<const void*, 3> word_buffers = {nullptr, word_ends.data(), "onetwo"};
  std::array<const void*, 2> code_buffers = {nullptr, codes.data()};
  std::array<std::uint8_t, 6> item_values = {20, 21, 22, 23, 24, 25};
  std::array<const void*, 2> item_buffers = {nullptr, item_values.data()};
  ArrowArray numbers = {}, texts = {}, words = {}, coded = {}, lists = {}, items = {}, root = {};
  ArrowArray* list_items = &items;
  std::array<ArrowArray*, 4> children = {&numbers, &texts, &coded, &lists};
  int releases = 0;
  Type item = {.kind = Kind::uint8};
  std::vector<Field> fields = {
      {.name = "n", .type = {.kind = Kind::int32}, .sql = "INTEGER"},
      {.name = "t", .type = {.kind = Kind::text}, .sql = "VARCHAR"},
      {.name = "c", .type = {.kind = Kind::text, .large = true, .index_bytes = 1}},
      {.name = "l", .type = {.kind = Kind::list, .children = {item}, .names = {"item"}}}};
};

TEST(Columns, OffsetsAndValidityFollowArrow) {
  Batch batch;
  const Columns c = batch.take();
  EXPECT_EQ(c.rows(), 3u);
  EXPECT_EQ(c.column(0).values<std::int32_t>()[0], 11);
  EXPECT_EQ(c.column(0).bytes().size(), 12u);
  EXPECT_EQ(c.column(0).nulls(), 1u);
  EXPECT_EQ(c.column(1).nulls(), 1u);
  EXPECT_EQ(c.column(1).slice(1, 2).nulls(), 0u);
  EXPECT_EQ(c.column(2).nulls(), 0u);
  EXPECT_FALSE(c.column(0).valid(0));
  EXPECT_TRUE(c.column(0).valid(1));
  EXPECT_EQ(c.column(1).text(0), "");
  EXPECT_EQ(c.column(1).text(1), "bcd");
  EXPECT_EQ(c.column(1).text(2), "ef");
  EXPECT_EQ(c.column(2).text(0), "two");
  EXPECT_EQ(c.column(2).text(1), "one");
  EXPECT_EQ(c.column(1).slice(1, 2).text(1), "ef");
  EXPECT_EQ(c.column(3).items(1), (Range{1, 4}));
  EXPECT_EQ(c.column(3).child(0).values<std::uint8_t>()[3], 23);
  EXPECT_EQ(c.column(3).child(0).name(), "item");
  EXPECT_EQ(c.find("t"), 1u);
  EXPECT_EQ(c.find("x"), std::nullopt);
}

TEST(Columns, AnotherTypeThanItsOwnIsAFault) {
  Batch batch;
  const Columns c = batch.take();
  EXPECT_THROW(c.column(0).values<std::int64_t>(), Error);
  EXPECT_THROW(c.column(0).text(0), Error);
  EXPECT_THROW(c.column(1).bytes(), Error);
  EXPECT_THROW(c.column(0).child(0), Error);
}

TEST(Columns, TheLastCopyReleases) {
  Batch batch;
  {
    Columns outer;
    {
      const Columns c = batch.take();
      EXPECT_EQ(batch.root.release, nullptr);
      outer = c;
    }
    EXPECT_EQ(batch.releases, 0);
    EXPECT_EQ(outer.column(0).values<std::int32_t>()[2], 13);
  }
  EXPECT_EQ(batch.releases, 1);
  EXPECT_EQ(Columns().rows(), 0u);
  EXPECT_EQ(Columns().width(), 0u);
  EXPECT_EQ(concatenate({}).rows(), 0u);
}

TEST(Columns, ConcatenatedRowsAreThoseOfTheBatches) {
  Batch first;
  Batch second;
  Columns both;
  {
    const std::vector<Columns> batches = {first.take(), second.take()};
    both = concatenate(batches);
  }
  EXPECT_EQ(first.releases, 1) << "a copy, not a view";
  ASSERT_EQ(both.rows(), 6u);
  const std::vector<std::string> words = {"two", "one", "two", "two", "one", "two"};
  for (std::size_t row = 0; row < 6; ++row) {
    EXPECT_EQ(both.column(0).values<std::int32_t>()[row], 11 + static_cast<int>(row % 3));
    EXPECT_EQ(both.column(0).valid(row), row % 3 != 0);
    EXPECT_EQ(both.column(1).valid(row), row % 3 != 0);
    EXPECT_EQ(both.column(1).text(row), std::vector<std::string>({"", "bcd", "ef"})[row % 3]);
    EXPECT_EQ(both.column(2).text(row), words[row]);
    const Column list = both.column(3);
    ASSERT_EQ(list.items(row).size(), std::vector<std::size_t>({0, 3, 2})[row % 3]);
    if (list.items(row).size() != 0) {
      EXPECT_EQ(list.child(0).values<std::uint8_t>()[list.items(row).begin], row % 3 == 1 ? 21 : 24);
    }
  }
  EXPECT_EQ(both.fields()[0].sql, "INTEGER");
  EXPECT_EQ(both.fields()[2].type.index_bytes, 0);
}

TEST(Columns, SelectedRowsAreThoseThatWereAskedForInTheirOrder) {
  Batch batch;
  Columns some;
  {
    const Columns all = batch.take();
    const std::vector<std::size_t> columns = {3, 1, 2, 0};
    const std::vector<std::uint32_t> rows = {2, 1, 2, 0, 1, 2};
    some = select(all, columns, rows);
    EXPECT_EQ(select(all, columns, {}).rows(), 0u);
    EXPECT_EQ(select(all, {}, rows).rows(), 6u);
  }
  EXPECT_EQ(batch.releases, 1) << "a copy, not a view";
  ASSERT_EQ(some.rows(), 6u);
  ASSERT_EQ(some.width(), 4u);
  const std::vector<std::size_t> from = {2, 1, 2, 0, 1, 2};
  for (std::size_t row = 0; row < 6; ++row) {
    EXPECT_EQ(some.column(1).text(row), std::vector<std::string>({"", "bcd", "ef"})[from[row]]);
    EXPECT_EQ(some.column(2).text(row), std::vector<std::string>({"two", "one", "two"})[from[row]]);
    EXPECT_EQ(some.column(3).values<std::int32_t>()[row], 11 + static_cast<int>(from[row]));
    EXPECT_EQ(some.column(3).valid(row), from[row] != 0);
    EXPECT_EQ(some.column(0).items(row).size(), std::vector<std::size_t>({0, 3, 2})[from[row]]);
  }
}

TEST(Columns, LayoutsAreReadFromTheirFormat) {
  ArrowSchema leaf = {};
  ArrowSchema root = {};
  std::array<ArrowSchema*, 1> children = {&leaf};
  root.n_children = 1;
  root.children = children.data();
  const auto type = [&](const char* format) {
    leaf.format = format;
    return fields_of(root).front().type;
  };
  EXPECT_EQ(type("tsn:UTC").kind, Kind::timestamp_tz);
  EXPECT_EQ(type("tsn:").unit, TimeUnit::ns);
  EXPECT_EQ(type("d:38,0").precision, 38);
  EXPECT_EQ(type("d:9,3,128").scale, 3);
  EXPECT_TRUE(type("U").large);
  for (const char* unknown : {"vu", "+vl", "+us:0", "d:9,3,32", "e", "tiD", "w:4", ""}) {
    EXPECT_THROW(type(unknown), Error) << unknown;
  }
}

}  // namespace
}  // namespace mlops
