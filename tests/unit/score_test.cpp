#include "score_test.hpp"

#include <mlops/base/text.hpp>

#include <sys/resource.h>
#include <algorithm>

namespace mlops::score {
namespace {

using namespace predict;

/// tenure * 10 + (plan = basic: 1000, pro: 2000), nulls of tenure as 5.
class BatchTest : public ScoreTest {
 protected:
  void SetUp() override {
    ScoreTest::SetUp();
    out_ = dir_ / "out" / "answers.csv";
    std::filesystem::create_directory(dir_ / "out");
    signature_ = {.task = Task::regression,
                  .inputs = {{.name = "tenure", .type = "BIGINT"},
                             {.name = "plan",
                              .type = "VARCHAR",
                              .encoding = Encoding::category,
                              .categories = {"basic", "pro"}}},
                  .label = "spend",
                  .label_type = "DOUBLE"};
    fit({0.0}, {10, 1000, 2000});
  }

  void fit(std::vector<double> intercepts, std::vector<double> coefficients) {
    const json::Array terms{json::Object{{"feature", "tenure"},
                                         {"categories", 0},
                                         {"null", false},
                                         {"mean", 0},
                                         {"scale", 1},
                                         {"impute", 5}},
                            json::Object{{"feature", "plan"},
                                         {"categories", 2},
                                         {"null", false},
                                         {"mean", 0},
                                         {"scale", 1},
                                         {"impute", 0}}};
    const LinearModel model{.design = Design::from(terms, signature_),
                            .intercepts = std::move(intercepts),
                            .coefficients = std::move(coefficients)};
    scorer_.emplace(Package{.signature = signature_,
                            .algorithm = signature_.task == Task::regression ? "linear" : "logistic",
                            .fitted = model.to_json()},
                    read_, engines_);
  }

  BatchReport run(BatchRequest request) {
    if (request.output.empty()) request.output = out_;
    NoProgress progress;
    return predict_batch(engines_, {.threads = 2, .memory_bytes = 1'500'000'000}, dir_ / "scratch", *scorer_,
                         request, progress, nullptr);
  }
  std::string answers(const std::string& name, const std::string& bytes) {
    run({.input = write(name, bytes)});
    return read(out_);
  }
  /// No output and no scratch is left.
  Error refused(const BatchRequest& request) {
    const Error e = test::error_of([&] { run(request); });
    EXPECT_TRUE(std::filesystem::is_empty(dir_ / "out"));
    EXPECT_TRUE(!std::filesystem::exists(dir_ / "scratch") || std::filesystem::is_empty(dir_ / "scratch"));
    return e;
  }
  Error refused(const std::string& name, const std::string& bytes) {
    return refused({.input = write(name, bytes)});
  }

  std::filesystem::path out_;
  Signature signature_;
  json::Object read_;  ///< How the training data were read.
  std::optional<Scorer> scorer_;
};

class ScorerTest : public BatchTest {};

TEST_F(ScorerTest, TextsThatMeantNoValueInTheTrainingDataStillDo) {
  read_ = {
      {"null", json::Array{"n/a"}}, {"typed_null", json::Array{"-"}}, {"keep_null", json::Array{"plan"}}};
  fit({0.0}, {10, 1000, 2000});
  EXPECT_TRUE(scorer_->is_null_text(0, "n/a"));
  EXPECT_TRUE(scorer_->is_null_text(0, "-"));
  EXPECT_TRUE(scorer_->is_null_text(1, ""));
  EXPECT_FALSE(scorer_->is_null_text(1, "n/a"));
  EXPECT_FALSE(scorer_->is_null_text(1, "-"));
  EXPECT_FALSE(scorer_->is_null_text(0, "3"));
}

TEST_F(ScorerTest, ClassesAreTheValuesThatTheLabelHad) {
  signature_.task = Task::binary;
  signature_.classes = {"0", "1"};
  signature_.label_type = "BIGINT";
  fit({0.0}, {10, 1000, 2000});
  EXPECT_EQ(scorer_->class_values(), (std::vector<json::Value>{0, 1}));
  signature_.label_type = "VARCHAR";
  fit({0.0}, {10, 1000, 2000});
  EXPECT_EQ(scorer_->class_values(), (std::vector<json::Value>{"0", "1"}));
}

TEST_F(BatchTest, RowsKeepTheirOrderAndTheirColumns) {
  EXPECT_EQ(
      answers("in.csv",
              "id;plan;tenure;note\n007;pro;3;\"a;b\"\n008;basic;;x\n009;gold;2,5;\"say \"\"hi\"\"\"\n"),
      "id,plan,tenure,note,prediction\n007,pro,3.0,a;b,2030.0\n008,basic,,x,1050.0\n009,gold,2.5,\"say "
      "\"\"hi\"\"\",25.0\n");
}

TEST_F(BatchTest, WhatWasMetIsCounted) {
  const auto report = run({.input = write("in.csv", "plan,tenure\npro,3\n,4\ngold,\nbasic,1\nneu,2\n")});
  EXPECT_EQ(report.rows, 5u);
  EXPECT_EQ(report.encountered.nulls, (std::vector<std::uint64_t>{1, 1}));
  EXPECT_EQ(report.encountered.unseen, (std::vector<std::uint64_t>{0, 2}));
}

TEST_F(BatchTest, HeaderOnlyGivesAHeader) {
  EXPECT_EQ(answers("in.csv", "tenure,plan\n"), "tenure,plan,prediction\n");
}

TEST_F(BatchTest, ColumnsWithoutAnyValue) {
  EXPECT_EQ(answers("in.csv", "tenure,plan\n,\n,\n"), "tenure,plan,prediction\n,,50.0\n,,50.0\n");
}

TEST_F(BatchTest, TextsOfTrainingStayTexts) {
  signature_.inputs[1].categories = {"007", "8"};
  fit({0.0}, {0, 1, 2});
  EXPECT_EQ(answers("in.csv", "plan,tenure\n8,1\n7,1\n"), "plan,tenure,prediction\n8,1,2.0\n7,1,0.0\n");
  EXPECT_EQ(answers("in2.csv", "plan,tenure\n007,1\n8,1\n"), "plan,tenure,prediction\n007,1,1.0\n8,1,2.0\n");
}

TEST_F(BatchTest, OtherFormatsAndEncodings) {
  EXPECT_EQ(answers("in.tsv", "plan\ttenure\npro\t1\n").substr(0, 10), "plan,tenur");
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string("plan,tenure\npro,1\n")) (utf16 += c) += '\0';
  EXPECT_EQ(answers("in.csv", utf16), "plan,tenure,prediction\npro,1,2010.0\n");
  EXPECT_EQ(answers("latin.csv", "plan,tenure,who\npro,1,P\xE9rez\n"),
            "plan,tenure,who,prediction\npro,1,P\xC3\xA9rez,2010.0\n");
}

TEST_F(BatchTest, JsonKeepsItsStructure) {
  run({.input = write(
           "in.jsonl",
           "{\"tenure\": 1, \"plan\": \"pro\", \"a\": {\"b\": [1, 2]}, \"at\": \"2026-01-02T03:04:05Z\"}\n"
           "{\"tenure\": \"2\", \"plan\": null, \"a\": null, \"at\": null}\n"),
       .output = dir_ / "out" / "answers.jsonl"});
  EXPECT_EQ(read(dir_ / "out" / "answers.jsonl"),
            "{\"tenure\": \"1\", \"plan\": \"pro\", \"a\": {\"b\": [1, 2]}, \"at\": "
            "\"2026-01-02T03:04:05Z\", \"prediction\": 2010.0}\n"
            "{\"tenure\": \"2\", \"plan\": null, \"a\": null, \"at\": null, \"prediction\": 20.0}\n");
  EXPECT_EQ(answers("in.json", "[{\"plan\": \"pro\", \"tenure\": 1, \"a\": {\"b\": [1]}}]"),
            "plan,tenure,a,prediction\npro,1,\"{\"\"b\"\": [1]}\",2010.0\n");
}

TEST_F(BatchTest, ParquetThroughAndThrough) {
  const auto db = engine();
  const std::string in = (dir_ / "in.parquet").string();
  const std::string out = (dir_ / "out" / "answers.parquet").string();
  db->execute(
      "COPY (SELECT i AS tenure, CASE WHEN i % 3 = 0 THEN 'pro' WHEN i % 3 = 1 THEN 'basic' END AS plan, "
      "{'a': [i]} AS nested, "
      "TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_seconds(i) AS moment, TIME '10:00:00' AS t FROM range(300000) "
      "r(i)) TO '" +
      in + "'");
  const auto report = run({.input = in, .output = out});
  EXPECT_EQ(report.rows, 300'000u);
  const Columns wrong =
      db->query("SELECT count(*) FROM (SELECT *, row_number() OVER () - 1 AS r FROM read_parquet('" + out +
                "')) WHERE tenure <> r OR nested <> {'a': [r]} OR "
                "prediction <> r * 10 + CASE WHEN r % 3 = 0 THEN 2000 WHEN r % 3 = 1 THEN 1000 ELSE 0 END OR "
                "moment <> TIMESTAMPTZ '2026-01-01 00:00:00Z' + to_seconds(r)");
  EXPECT_EQ(wrong.column(0).values<std::int64_t>()[0], 0);
  EXPECT_EQ(db->query("SELECT * FROM read_parquet('" + out + "')").fields().back().sql, "DOUBLE");
  run({.input = in, .output = out_, .only_answers = true});
  EXPECT_EQ(read(out_).substr(0, 40), "prediction\n2000.0\n1010.0\n20.0\n2030.0\n104");
}

TEST_F(BatchTest, CompressedAndPiped) {
  const std::string csv = "plan,tenure\npro,1\n";
  std::size_t at = 0;
  std::string seen;
  run({.input = "-",
       .read_input =
           [&](void* buffer, std::size_t size) {
             const std::size_t n = std::min(size, csv.size() - at);
             std::copy_n(csv.data() + at, n, static_cast<char*>(buffer));
             at += n;
             return n;
           },
       .output = "-",
       .write_output = [&](std::string_view bytes) { seen += bytes; }});
  EXPECT_EQ(seen, "plan,tenure,prediction\npro,1,2010.0\n");
  write("plain.csv", csv);
  ASSERT_EQ(std::system(("gzip -k " + (dir_ / "plain.csv").string()).c_str()), 0);
  run({.input = dir_ / "plain.csv.gz"});
  EXPECT_EQ(read(out_), seen);
}

TEST_F(BatchTest, ClassesAndProbabilities) {
  signature_.task = Task::binary;
  signature_.classes = {"0", "1"};
  signature_.label_type = "BIGINT";
  fit({0.0}, {0, 100, -100});
  EXPECT_EQ(answers("in.csv", "plan,tenure\nbasic,1\npro,1\n"),
            "plan,tenure,prediction,probability\nbasic,1,1,1.0\npro,1,0,3.720075976020836e-44\n");
  run({.input = dir_ / "in.csv", .output = dir_ / "out" / "a.jsonl", .only_answers = true});
  EXPECT_EQ(read(dir_ / "out" / "a.jsonl").substr(0, 40), "{\"prediction\": 1, \"probability\": 1.0}\n{\"");
  signature_.task = Task::multiclass;
  signature_.classes = {"a, b", "c"};
  signature_.label_type = "VARCHAR";
  fit({0, 1}, {0, 1, 0, 0, 0, 0});
  EXPECT_EQ(answers("in.csv", "plan,tenure\nbasic,1\n"),
            "plan,tenure,prediction,\"probability_a, b\",probability_c\nbasic,1,\"a, b\",0.5,0.5\n");
}

TEST_F(BatchTest, BadInputIsToldAndNothingIsLeft) {
  EXPECT_EQ(refused("a.csv", "tenur,plan\n1,pro\n").message(),
            "column 'tenure' (BIGINT) is missing; did you mean `tenur`?");
  EXPECT_EQ(refused("b.csv", "tenure,plan\n1,pro\nabc,pro\n").message(),
            "column 'tenure', row 2: 'abc' is no number");
  const Error ragged = refused("c.csv", "tenure,plan\n1,pro\n2,pro,x\n3,pro\n4,pro\n");
  EXPECT_EQ(ragged.message(), "1 of 4 rows cannot be read, and none may be left out");
  EXPECT_EQ(ragged.detail(), "  c.csv:3: 3 fields where 2 are wanted\n");
  EXPECT_EQ(ragged.code(), Code::corrupt);
  const Error bytes = refused("d.csv", "tenure,plan\n1,pro\xFF\n2,Jos\xC3\xA9\n3,\xC3\xA9\n");
  EXPECT_EQ(bytes.detail(), "  d.csv:2: it is not UTF-8\n");
  EXPECT_EQ(refused("e.csv", "").message(), "'e.csv' is empty");
  EXPECT_EQ(refused("f.jsonl", "{\"tenure\": 1, \"plan\": \"pro\"}\nnope\n").code(), Code::corrupt);
  EXPECT_EQ(refused("g.parquet", "PAR1 and no more").code(), Code::corrupt);
  EXPECT_EQ(refused("h.csv", "tenure,plan,prediction\n1,pro,2\n").message(),
            "the input has a column 'prediction', which the prediction would add");
  EXPECT_EQ(refused({.input = dir_ / "a.cvs"}).hint(), "a similar file exists: `a.csv`");
  EXPECT_EQ(refused({.input = dir_ / "c.csv", .output_format = "xml"}).code(), Code::corrupt);
  write("i.csv", "tenure,plan\n1,pro\n");
  EXPECT_EQ(refused({.input = dir_ / "i.csv", .output_format = "xml"}).message(),
            "unknown format 'xml': csv, jsonl or parquet is wanted");
  EXPECT_EQ(refused({.input = dir_ / "i.csv", .output = dir_ / "out"}).message(),
            "'" + (dir_ / "out").string() + "' is a folder");
  EXPECT_EQ(refused({.input = dir_ / "i.csv", .output = dir_ / "nowhere" / "x.csv"}).code(), Code::not_found);
  EXPECT_EQ(refused({.input = dir_ / "i.csv", .output = dir_ / "i.csv"}).message(),
            "'" + (dir_ / "i.csv").string() + "' is both the input and the output");
  EXPECT_EQ(refused({.input = dir_ / "i.csv", .output = "/dev/full"}).code(), Code::busy);
  EXPECT_EQ(read(dir_ / "i.csv"), "tenure,plan\n1,pro\n");
}

TEST_F(BatchTest, InfinityIsNoNumberToPredictFrom) {
  EXPECT_EQ(answers("in.csv", "tenure,plan\ninf,pro\n-inf,pro\nNaN,pro\n1,pro\n"),
            "tenure,plan,prediction\ninf,pro,2050.0\n-inf,pro,2050.0\n,pro,2050.0\n1.0,pro,2010.0\n");
}

TEST_F(BatchTest, ColumnsOfOneNameAreToldApart) {
  EXPECT_EQ(answers("in.csv", "tenure,plan,plan\n1,pro,basic\n2,basic,pro\n"),
            "tenure,plan,plan_2,prediction\n1,pro,basic,2010.0\n2,basic,pro,1020.0\n");
}

TEST_F(BatchTest, PersonalDataAreNotShown) {
  signature_.inputs[0].pii = true;
  fit({0.0}, {10, 1000, 2000});
  const Error text = refused("a.csv", "tenure,plan\n111-22-3333,pro\n");
  EXPECT_EQ(text.message(), "column 'tenure', row 1: a value (masked) is no number");
  const Error late = refused("b.jsonl", "{\"tenure\": 1, \"plan\": \"x\"}\n{\"tenure\": 111-22-3333}\n");
  EXPECT_EQ(late.detail().find("111"), std::string::npos) << late.detail();
}

TEST_F(BatchTest, ManyColumns) {
  std::string header = "tenure,plan";
  std::string row = "1,pro";
  for (int i = 0; i < 2000; ++i) {
    header += ",c" + std::to_string(i);
    row += "," + std::to_string(i);
  }
  const std::string out = answers("in.csv", header + "\n" + row + "\n" + row + "\n");
  EXPECT_TRUE(out.ends_with(",1999,2010.0\n"));
}

}  // namespace
}  // namespace mlops::score
