#include <fmt/core.h>
#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/encoding.hpp>
#include <mlops/dataset/sniff.hpp>

#include <string>
#include <vector>

namespace mlops::dataset {
namespace {

std::string types_of(const Sniffed& sniffed) {
  std::string out;
  for (const SniffedColumn& column : sniffed.columns)
    out += (out.empty() ? "" : " ") + column.name + ":" + column.type;
  return out;
}

Sniffed look(std::string_view text) { return sniff(text, true, {}); }

std::string repeat(std::string_view line, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += line;
  return out;
}

// ---- dialect
// ----------------------------------------------------------------------------------------------------

TEST(Sniff, DelimitersAreFound) {
  EXPECT_EQ(look("a,b\n1,2\n3,4\n").dialect.delimiter, ',');
  EXPECT_EQ(look("a;b\n1;2\n3;4\n").dialect.delimiter, ';');
  EXPECT_EQ(look("a\tb\n1\t2\n").dialect.delimiter, '\t');
  EXPECT_EQ(look("a|b\n1|x\n").dialect.delimiter, '|');
}

TEST(Sniff, DecimalCommasDoNotLookLikeDelimiters) {
  const Sniffed s = look("name;price;weight\nx;1,5;2,25\ny;2,5;3,75\n");
  EXPECT_EQ(s.dialect.delimiter, ';');
  EXPECT_EQ(s.notation.decimal, ',');
  EXPECT_EQ(types_of(s), "name:VARCHAR price:DOUBLE weight:DOUBLE");
}

TEST(Sniff, QuotedNewlinesAndDelimitersStayInTheirField) {
  const Sniffed s = look("id,text\n1,\"two\nlines, and a \"\"quote\"\"\"\n2,plain\n");
  EXPECT_EQ(s.rows, 2u);
  EXPECT_EQ(types_of(s), "id:BIGINT text:VARCHAR");
  const auto records = split_records("id,text\n1,\"two\nlines\"\n2,x\n", s.dialect, true);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1].fields[1], "two\nlines");
  EXPECT_EQ(records[2].line, 4u);
}

TEST(Sniff, BackslashEscapes) {
  const Sniffed s = look("id,text\n1,\"a \\\"b\\\", c\"\n2,\"d\"\n");
  EXPECT_EQ(s.dialect.escape, '\\');
  EXPECT_EQ(s.columns.size(), 2u);
}

TEST(Sniff, SingleQuotes) {
  EXPECT_EQ(look("a,b\n'x, y',1\n'z, w',2\n").dialect.quote, '\'');
  EXPECT_EQ(look("a,b\nit's,1\nrock 'n' roll,2\n").dialect.quote, '"');
}

TEST(Sniff, EmptyPairsOfSingleQuotesAreNoQuotes) {
  EXPECT_EQ(look("note,v\n'',1\nx,2\n'',3\n\"say \"\"hi\"\"\",4\ny,5\n").dialect.quote, '"');
  EXPECT_EQ(look("note,v\n'x',1\n\"a\",2\n'y',3\n\"b\",4\n").dialect.quote, '"');
}

TEST(Sniff, OneColumnOfDecimalCommas) {
  const Sniffed s = look("betrag\n1,50\n-2,75\n13\n13,20\n");
  EXPECT_EQ(types_of(s), "betrag:DOUBLE");
  EXPECT_EQ(s.notation.decimal, ',');
  EXPECT_EQ(types_of(look("x\n1,50\n2,75\n3,20\n4,11\n5,20\n")), "column1:BIGINT x:BIGINT");
  manifest::ReadOptions comma;
  comma.delimiter = ",";
  EXPECT_EQ(types_of(sniff("betrag\n1,50\n2,75\n", true, comma)), "column1:BIGINT betrag:BIGINT");
}

TEST(Sniff, NumbersForPeopleAreToldOf) {
  const auto note = [](std::string_view values) {
    return look(fmt::format("a;b\n{}", values)).columns[0].note;
  };
  EXPECT_EQ(note("1.234,5;2\n12.345,6;3\n1,5;3\n"), "numbers with thousands marks: kept as text");
  EXPECT_EQ(note("1 234 567;2\n12;3\n"), "numbers with thousands marks: kept as text");
  EXPECT_EQ(note("$5.00;2\n-$3;3\n"), "numbers with a currency: kept as text");
  EXPECT_EQ(note("5,00 €;2\nEUR 3;3\n"), "numbers with a currency: kept as text");
  EXPECT_EQ(note("5%;2\n1.5 %;3\n"), "numbers with a percent sign: kept as text");
  EXPECT_EQ(note("10.1.2;2\nx;3\n%;1\n"), "");
}

TEST(Sniff, OneColumnOfText) {
  const Sniffed s = look("comment\nhello, world\nno comma here\nx\n");
  EXPECT_EQ(types_of(s), "comment:VARCHAR");
  EXPECT_EQ(s.rows, 3u);
}

TEST(Sniff, CarriageReturns) {
  EXPECT_EQ(look("a,b\r\n1,2\r\n").rows, 1u);
  EXPECT_EQ(look("a,b\r1,2\r").rows, 1u);
}

TEST(Sniff, AnUnfinishedRecordIsLeftOutOfASample) {
  EXPECT_EQ(sniff("a,b\n1,2\n3,", false, {}).rows, 1u);
  EXPECT_EQ(sniff("a,b\n1,2\n3,4", true, {}).rows, 2u);
}

// ---- header and names
// -------------------------------------------------------------------------------------------

TEST(Sniff, HeaderOrNone) {
  EXPECT_TRUE(look("a,b\n1,2\n").dialect.header);
  EXPECT_FALSE(look("1,2\n3,4\n").dialect.header);
  EXPECT_FALSE(look("red,x\nblue,y\nred,z\n").dialect.header);
  EXPECT_TRUE(look("colour,name\nblue,y\nred,z\n").dialect.header);
  EXPECT_TRUE(look("country,2019,2020,2021\nAR,1.5,2.5,3\n").dialect.header);
  EXPECT_FALSE(look("5.1,3.5,1.4,0.2,Iris-setosa\n4.9,3.0,1.4,0.2,Iris-setosa\n").dialect.header);
}

TEST(Sniff, WithoutAHeaderColumnsAreNumbered) {
  EXPECT_EQ(types_of(look("1,x\n2,y\n")), "column1:BIGINT column2:VARCHAR");
}

TEST(Sniff, HeaderOnly) {
  const Sniffed s = look("a,b,c\n");
  EXPECT_EQ(s.rows, 0u);
  EXPECT_EQ(types_of(s), "a:VARCHAR b:VARCHAR c:VARCHAR");
}

TEST(Sniff, OddAndDuplicateNamesAreKept) {
  const Sniffed s = look("Beak Length (mm),Cost Total $,a\xC3\xB1o,x,X,\n1,2,2020,a,b,c\n");
  EXPECT_EQ(
      types_of(s),
      "Beak Length (mm):BIGINT Cost Total $:BIGINT a\xC3\xB1o:BIGINT x:VARCHAR X_2:VARCHAR column6:VARCHAR");
}

TEST(Sniff, RowNamesWithoutAName) {
  const Sniffed s = look("mpg,cyl\nMazda,21.0,6\nFiat,32.4,4\n");
  EXPECT_EQ(types_of(s), "column1:VARCHAR mpg:DOUBLE cyl:BIGINT");
  EXPECT_EQ(s.columns[0].note, "the header is one name short: taken for row names");
}

TEST(Sniff, AByteOrderMarkIsNoPartOfTheFirstName) {
  EXPECT_EQ(look("\xEF\xBB\xBF"
                 "a,b\n1,2\n")
                .columns[0]
                .name,
            "a");
}

// ---- types
// ------------------------------------------------------------------------------------------------------

TEST(Sniff, TypesOfValues) {
  EXPECT_EQ(types_of(look("i,d,e,b,t,dt,ts,tz,h\n1,1.5,1e-3,true,x,2020-02-29,2020-01-01 "
                          "10:00:00,2020-01-01T10:00:00Z,09:30\n")),
            "i:BIGINT d:DOUBLE e:DOUBLE b:BOOLEAN t:VARCHAR dt:DATE ts:TIMESTAMP tz:TIMESTAMP WITH TIME ZONE "
            "h:TIME");
}

TEST(Sniff, LeadingZerosStayText) {
  const Sniffed s = look("zip,n\n01234,0\n98765,10\n");
  EXPECT_EQ(types_of(s), "zip:VARCHAR n:BIGINT");
  EXPECT_EQ(s.columns[0].note, "leading zeros: kept as text");
}

TEST(Sniff, IntegersTooLargeStayText) {
  EXPECT_EQ(types_of(look("id\n12345678901234567890123\n")), "id:VARCHAR");
  EXPECT_EQ(types_of(look("id\n9223372036854775807\n")), "id:BIGINT");
  EXPECT_EQ(types_of(look("tel\n+5491155550000\n+5491155550001\n")), "tel:VARCHAR");
}

TEST(Sniff, DatesThatDoNotExistAreText) { EXPECT_EQ(types_of(look("d\n2021-02-29\n")), "d:VARCHAR"); }

TEST(Sniff, DayFirstAndMonthFirst) {
  const Sniffed day = look("d,x\n25/12/2020,1\n01/02/2020,2\n");
  EXPECT_EQ(types_of(day), "d:DATE x:BIGINT");
  EXPECT_EQ(day.notation.date_format, "%d/%m/%Y");
  EXPECT_EQ(look("d\n12/25/2020\n01/02/2020\n").notation.date_format, "%m/%d/%Y");
  const Sniffed either = look("d\n01/02/2020\n03/04/2020\n");
  EXPECT_EQ(types_of(either), "d:VARCHAR");
  EXPECT_NE(either.columns[0].note.find("day first or month first"), std::string::npos);
}

TEST(Sniff, NullTexts) {
  const Sniffed s = look(
      "age,city\n31,Rosario\n?,Bah\xC3\xAD"
      "a\nNA,?\n,\n");
  EXPECT_EQ(types_of(s), "age:BIGINT city:VARCHAR");
  EXPECT_EQ(s.nulls, (std::vector<std::string>{"?", "NA"}));
}

TEST(Sniff, NamibiaIsACountry) {
  const Sniffed s = look("code,n\nAR,1\nNA,NA\nDE,3\nFR,4\n");
  EXPECT_EQ(s.nulls, std::vector<std::string>{"NA"});
  EXPECT_TRUE(s.columns[0].keeps_null_texts);
  EXPECT_FALSE(s.columns[1].keeps_null_texts);
  EXPECT_EQ(s.columns[1].type, "BIGINT");
}

TEST(Sniff, AFewMisfitsInALargeSampleAreBadRows) {
  const Sniffed s = look("n\n" + repeat("1\n", 999) + "abc\n");
  EXPECT_EQ(types_of(s), "n:BIGINT");
  EXPECT_NE(s.columns[0].note.find("'abc' in line 1001"), std::string::npos);
}

TEST(Sniff, MisfitsInASmallSampleMakeText) {
  const Sniffed s = look("n\n" + repeat("1\n", 99) + "abc\n");
  EXPECT_EQ(types_of(s), "n:VARCHAR");
  EXPECT_NE(s.columns[0].note.find("1 of 100 values"), std::string::npos);
}

TEST(Sniff, SpacesAfterDelimiters) {
  const Sniffed s = look("age, work\n39, State-gov\n50, ?\n");
  EXPECT_TRUE(s.trim);
  EXPECT_EQ(s.columns[1].name, "work");
  EXPECT_EQ(s.nulls, std::vector<std::string>{"?"});
}

TEST(Sniff, FurtherStretchesWidenTypes) {
  EXPECT_EQ(types_of(sniff("a\n1\n2\n", false, {}, {"2.5\n"})), "a:DOUBLE");
}

// ---- wishes
// -----------------------------------------------------------------------------------------------------

TEST(Sniff, WishesWin) {
  manifest::ReadOptions wishes;
  wishes.delimiter = ";";
  wishes.header = false;
  wishes.types = {{"column1", "varchar"}};
  wishes.null = std::vector<std::string>{"-9"};
  const Sniffed s = sniff("1;2\n3;-9\n", true, wishes);
  EXPECT_EQ(types_of(s), "column1:VARCHAR column2:BIGINT");
  EXPECT_EQ(s.nulls, std::vector<std::string>{"-9"});
  EXPECT_TRUE(s.columns[0].given);
}

TEST(Sniff, ATypeForAColumnThatIsNotThereNamesItsNeighbours) {
  manifest::ReadOptions wishes;
  wishes.types = {{"prise", "DOUBLE"}};
  try {
    sniff("price,n\n1,2\n", true, wishes);
    FAIL() << "expected an error";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::usage);
    EXPECT_EQ(e.hint(), "similar columns exist: `price`");
  }
}

TEST(Sniff, NothingAtAllIsAnError) {
  EXPECT_THROW(look(""), Error);
  EXPECT_THROW(look("\n\n"), Error);
}

// ---- encodings
// --------------------------------------------------------------------------------------------------

Encoding encoding(std::string_view bytes) {
  EncodingCounter counter;
  for (const char c : bytes) counter.look(std::string_view(&c, 1));
  EncodingCounter whole;
  whole.look(bytes);
  EXPECT_EQ(counter.decide(), whole.decide());
  EXPECT_EQ(counter.ill_formed(), whole.ill_formed());
  return whole.decide();
}

std::string to_utf8(Encoding from, std::string_view bytes, std::size_t block) {
  Transcoder transcoder(from);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += block) transcoder.feed(bytes.substr(i, block), out);
  transcoder.finish(out);
  return out;
}

TEST(EncodingTest, IsDecidedByTheBytes) {
  EXPECT_EQ(encoding("plain"), Encoding::utf8);
  EXPECT_EQ(encoding("a\xC3\xB1o y ni\xC3\xB1o, uno mal: \xF1"), Encoding::utf8);
  EXPECT_EQ(encoding("a\xF1o,n\xFA"
                     "mero\n2020,1\n, a long line of plain text in front of \xE9"),
            Encoding::windows1252);
  EXPECT_EQ(encoding(std::string_view("\xFF\xFE"
                                      "a\0",
                                      4)),
            Encoding::utf16le);
  EXPECT_EQ(encoding(std::string_view("\xFE\xFF\0a", 4)), Encoding::utf16be);
  EXPECT_EQ(encoding(std::string_view("a\0b\0\n\0", 6)), Encoding::utf16le);
  EXPECT_EQ(encoding(std::string_view("\0a\0b\0\n", 6)), Encoding::utf16be);
}

TEST(EncodingTest, BecomesUtf8InBlocksOfAnySize) {
  const std::string_view latin = "a\xF1o \x80 \x93x\x94";
  const std::string_view utf16(
      "\xFF\xFE"
      "a\0\xF1\0\x3D\xD8\x27\xDC\n\0",
      12);
  for (const std::size_t block : {1u, 2u, 3u, 100u}) {
    EXPECT_EQ(to_utf8(Encoding::windows1252, latin, block),
              "a\xC3\xB1o \xE2\x82\xAC \xE2\x80\x9Cx\xE2\x80\x9D");
    EXPECT_EQ(to_utf8(Encoding::utf16le, utf16, block), "a\xC3\xB1\xF0\x9F\x90\xA7\n");
    EXPECT_EQ(to_utf8(Encoding::utf8, "\xEF\xBB\xBFx,y", block), "x,y");
    EXPECT_EQ(to_utf8(Encoding::utf8, "x", block), "x");
  }
}

TEST(EncodingTest, HalfASurrogateIsReplaced) {
  EXPECT_EQ(to_utf8(Encoding::utf16le,
                    std::string_view("\x3D\xD8"
                                     "a\0",
                                     4),
                    1),
            "\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(to_utf8(Encoding::utf16le, std::string_view("a\0\x3D", 3), 1), "a\xEF\xBF\xBD");
}

}  // namespace
}  // namespace mlops::dataset
