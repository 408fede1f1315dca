/// MLflow's scoring protocol: CSV as rows.
#include "serve_test_body.hpp"

namespace mlops::serve::test {
namespace {

using CsvTest = BodyTest;

TEST_F(CsvTest, IsReadAsRfc4180HasIt) {
  EXPECT_EQ(rows("age,income,city,member\n41,1250.5,Köln,True\n7,,,False\n", "text/csv"),
            "age VARCHAR: '41', '7' | income VARCHAR: '1250.5', null | city VARCHAR: 'Köln', null | member "
            "VARCHAR: 'True', 'False'");
  EXPECT_EQ(rows("\xEF\xBB\xBF\"city\",age,x,member,income\r\n\"a \"\"b\"\",\nc\",1,zzz,\"t\",2\r\n\r\n,,,,",
                 "text/csv"),
            "age VARCHAR: '1', null | income VARCHAR: '2', null | city VARCHAR: 'a \"b\",\nc', null | member "
            "VARCHAR: 't', null");
  scorer_.answer(reader_.invocations("text/csv", "age,income,city,member\n41,1.5,Rome,yes\n", scorer_),
                 answered_);
  EXPECT_EQ(answered_.rows, 1U);
  EXPECT_EQ(answered_.met.nulls, (std::vector<std::uint64_t>{0, 0, 0, 0}));
}

TEST_F(CsvTest, TextsThatMeantNoValueInTrainingAreNull) {
  scorer_ = scorer_of(one_number(), engines_, {{"null", json::Array{"NA", "?"}}});
  EXPECT_EQ(rows("x\nNA\n1\n?\n\"\"\n", "text/csv"), "x VARCHAR: null, '1', null, null");
}

TEST_F(CsvTest, HeaderAloneIsNoRows) {
  for (const char* const body : {"age,income,city,member", "\n\nage,income,city,member\r\n\r\n"}) {
    scorer_.answer(reader_.invocations("text/csv", body, scorer_), answered_);
    EXPECT_EQ(answered_.rows, 0U);
  }
}

TEST_F(CsvTest, FaultsNameTheLine) {
  EXPECT_EQ(refusal("age,income,city,member\n1,2,\"a\nb\",true\n\n1,2,3\n", "text/csv"),
            "request.malformed: line 5 has 3 fields, where the header has 4");
  EXPECT_EQ(refusal("age\n1\n2,3\n", "text/csv"),
            "request.malformed: line 3 has 2 fields, where the header has 1");
  EXPECT_EQ(refusal("age\n1\n\"2", "text/csv"),
            "request.malformed: the quote that opens in line 3 is never closed");
  EXPECT_EQ(refusal("age\n\"1\"2\n", "text/csv"),
            "request.malformed: line 2: a quote closes, and neither a comma nor the end of the line follows");
  EXPECT_EQ(refusal("", "text/csv"), "request.malformed: the body is empty; CSV with a header is wanted");
  EXPECT_EQ(refusal("\r\n\n", "text/csv"),
            "request.malformed: the body is empty; CSV with a header is wanted");
  EXPECT_EQ(refusal("age\n\xFF\n", "text/csv"), "request.malformed: the CSV is not UTF-8");
  EXPECT_EQ(refusal("Age,income,city,member\n1,2,3,4\n", "text/csv").substr(0, 73),
            "signature.mismatch: column 'age' (BIGINT) is missing; did you mean `Age`?");
  EXPECT_EQ(refusal("age,income,city,member\nx,2,3,true\n", "text/csv"),
            "signature.mismatch: column 'age', row 1: 'x' is no number (training saw BIGINT there)");
}

}  // namespace
}  // namespace mlops::serve::test
