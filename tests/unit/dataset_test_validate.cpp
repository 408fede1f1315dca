/// Assertions over real tables, against what the same rows say when they are counted by hand.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/dataset/validate.hpp>
#include <mlops/table/engine.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mlops::dataset {
namespace {

namespace stdfs = std::filesystem;

class Validation : public ::testing::Test {
 protected:
  Validation()
      : root_(stdfs::temp_directory_path() / fmt::format("mlops-validate-{}-{}", ::getpid(), ++made_)),
        engines_({ENGINES_DIR}),
        clock_(*Time::parse("2026-11-21T12:00:00Z")),
        shop_{.engines = engines_, .resources = {.threads = 2}, .clock = clock_, .progress = progress_} {
    stdfs::create_directories(root_);
    store_.emplace(root_ / ".mlops", store::Store::Mode::create);
  }
  ~Validation() override { stdfs::remove_all(root_); }

  Version version(const std::string& select, std::vector<std::string> pii = {}) {
    auto engine = table::open(engines_, {.threads = 2});
    const stdfs::path file = store_->objects().temporary_path(".parquet");
    engine->execute(fmt::format("COPY ({}) TO {} (FORMAT parquet)", select, table::literal(file.string())));
    const std::string relation = fmt::format("read_parquet({})", table::literal(file.string()));
    Version out{.name = "t", .number = 1};
    const Columns first = engine->query("SELECT * FROM " + relation + " LIMIT 0");
    for (const Field& field : first.fields()) {
      const bool secret = std::find(pii.begin(), pii.end(), field.name) != pii.end();
      out.columns.push_back({.name = field.name, .original = field.name, .type = field.sql, .pii = secret});
    }
    const Columns count = engine->query("SELECT count(*) FROM " + relation);
    out.rows = static_cast<std::uint64_t>(count.column(0).values<std::int64_t>()[0]);
    out.data = store_->objects().adopt(file);
    return out;
  }

  std::string judged(const std::string& text, const Subject& subject) {
    const auto read = expect::parse(text);
    if (const auto* fault = std::get_if<expect::Fault>(&read)) return "fault: " + fault->message;
    const auto& assertion = std::get<expect::Assertion>(read);
    Validator validator(*store_, shop_);
    const auto faults = validator.check(assertion, subject);
    if (!faults.empty()) return fmt::format("fault: {}: {}", faults.front().offset, faults.front().message);
    const auto verdicts = validator.judge(std::vector{assertion}, subject);
    return fmt::format("{}: {}", expect::name_of(verdicts.front().outcome), verdicts.front().seen);
  }
  std::string judged(const std::string& text, const std::string& select) {
    return judged(text, Subject{.version = version(select)});
  }

  static inline int made_ = 0;
  stdfs::path root_;
  Engines engines_;
  FixedClock clock_;
  NoProgress progress_;
  Workshop shop_;
  std::optional<store::Store> store_;
};

const std::string sample =
    "SELECT * FROM (VALUES (1, 10.5, 'free', true, TIMESTAMP '2026-11-20 12:00:00', 'a@x.org'),"
    "(2, -3.0, 'pro', true, TIMESTAMP '2026-11-21 09:00:00', 'b@x.org'),"
    "(3, NULL, 'team', false, NULL, 'nobody'),"
    "(3, 2000000.0, NULL, true, TIMESTAMP '2026-11-19 12:00:00', 'c@x.org'))"
    " t(id, amount, plan, active, \"at\", email)";

TEST_F(Validation, FunctionsCountWhatTheySay) {
  const Subject subject{.version = version(sample)};
  EXPECT_EQ(judged("rows = 4", subject), "pass: rows = 4");
  EXPECT_EQ(judged("null(amount) < 1%", subject), "fail: null(amount) = 25 %, wanted < 1 %");
  EXPECT_EQ(judged("count(amount) = 3 and distinct(id) = 3", subject),
            "pass: count(amount) = 3; distinct(id) = 3");
  EXPECT_EQ(judged("match(email, /^[^@ ]+@[^@ ]+$/) >= 99.5%", subject),
            "fail: match(email, /^[^@ ]+@[^@ ]+$/) = 75 %, wanted >= 99.5 %");
  EXPECT_EQ(judged("share(amount > 0) in 60%..70%", subject), "pass: share(amount > 0) = 66.67 %");
  EXPECT_EQ(judged("share(plan = 'free') > 50%", subject),
            "fail: share(plan = 'free') = 33.33 %, wanted > 50 %");
  EXPECT_EQ(judged("age(at) < 2h", subject), "fail: age(at) = 3h, wanted < 2h");
  EXPECT_EQ(judged("min(amount) = -3 and max(id) = 3 and sum(id) = 9 and mean(id) = 2.25", subject),
            "pass: min(amount) = -3; max(id) = 3; sum(id) = 9; mean(id) = 2.25");
  EXPECT_EQ(judged("median(id) = 2.5 and quantile(id, 100%) = 3 and std(id) in 0.957..0.958", subject),
            "pass: median(id) = 2.5; quantile(id, 100%) = 3; std(id) = 0.9574");
  EXPECT_EQ(judged("max(at) >= '2026-11-21' and min(at) < '2026-11-19T12:00:00.000001Z'", subject),
            "pass: max(at) = 2026-11-21T09:00:00Z; min(at) = 2026-11-19T12:00:00Z");
  EXPECT_EQ(judged("null(*) <= 25%", subject), "pass: all 6 columns");
  EXPECT_EQ(judged("mean(amount * 2 - id) > 5", subject), "pass: mean(amount * 2 - id) = 1333336");
}

TEST_F(Validation, EveryRowIsTestedAndExamplesAreGiven) {
  const Subject subject{.version = version(sample)};
  EXPECT_EQ(judged("amount in 0..1e6", subject),
            "fail: 2 of 3 rows fail: row 2: amount = -3.0; row 4: amount = 2000000.0");
  EXPECT_EQ(judged("plan in {free, pro, team}", subject), "pass: all 3 rows");
  EXPECT_EQ(judged("not plan in {free, 'x'}", subject), "fail: 1 of 3 rows fails: row 1: plan = 'free'");
  EXPECT_EQ(judged("active", subject), "fail: 1 of 4 rows fails: row 3: active = false");
  EXPECT_EQ(judged("active or plan = 'team'", subject), "pass: all 4 rows");
  EXPECT_EQ(judged("not (active and amount < 0)", subject),
            "fail: 1 of 4 rows fails: row 2: active = true, amount = -3.0");
  EXPECT_EQ(judged("at > '2026-11-19'", subject), "pass: all 3 rows");
  EXPECT_EQ(judged("'2026-11-19' < at", subject), "pass: all 3 rows");
  EXPECT_EQ(judged("at in '2026-11-20'..'2026-12-01'", subject),
            "fail: 1 of 3 rows fails: row 4: at = 2026-11-19 12:00:00");
  EXPECT_EQ(judged("at - 1h < at and at + 26h - at = 26h", subject), "pass: all 3 rows; all 3 rows");
  EXPECT_EQ(judged("id = 1 or not id = 1", subject), "pass: all 4 rows");
}

TEST_F(Validation, RowsMayBeComparedWithAggregates) {
  const Subject subject{.version = version(sample),
                        .last = version("SELECT 5 AS amount, 1 AS id UNION ALL SELECT NULL, 2")};
  EXPECT_EQ(judged("id <= mean(id)", subject), "fail: 2 of 4 rows fail: row 3: id = 3; row 4: id = 3");
  EXPECT_EQ(judged("id <= last.max(id) * 2", subject), "pass: all 4 rows");
  EXPECT_EQ(judged("share(id > mean(id)) = 50%", subject), "pass: share(id > mean(id)) = 50 %");
  EXPECT_EQ(judged("amount > 0 or rows = 4", subject), "pass: all 4 rows");
  EXPECT_EQ(judged("amount > 0 or unique(id)", subject), "fail: 1 of 3 rows fails: row 2: amount = -3.0");
  EXPECT_EQ(judged("id > last.mean(plan)", subject), "skip: last has no column 'plan'");
  EXPECT_EQ(judged("null(amount) < last.null(amount)", subject),
            "pass: null(amount) = 25 %, wanted < 50 % (last.null(amount))");
  EXPECT_EQ(judged("rows >= last.rows * 3", subject), "fail: rows = 4, wanted >= 6 (last.rows * 3)");
}

TEST_F(Validation, LastAndOtherThingsAreTables) {
  const Version other = version("SELECT 1 AS x UNION ALL SELECT NULL");
  Subject subject{.version = version(sample), .things = {"sources/other", "data/empty"}};
  subject.others.emplace("sources/other", other);
  EXPECT_EQ(judged("rows >= last.rows", subject), "skip: there is no last accepted version");
  EXPECT_EQ(judged("amount < last.max(amount)", subject), "skip: there is no last accepted version");
  EXPECT_EQ(judged("rows = 2 * other.rows", subject), "pass: rows = 4, wanted = 4 (2 * other.rows)");
  EXPECT_EQ(judged("sources.other.null(x) = 50%", subject), "pass: sources.other.null(x) = 50 %");
  EXPECT_EQ(judged("other.null(y) = 50%", subject), "fault: 11: there is no column 'y' in sources/other");
  EXPECT_EQ(judged("empty.rows > 3", subject), "skip: data/empty has no version yet");
  EXPECT_EQ(judged("columns = other.columns", subject).substr(0, 5), "fail:");
  subject.last = subject.version;
  EXPECT_EQ(judged("columns = last.columns", subject), "pass: columns is the same");
}

TEST_F(Validation, UniqueIsExact) {
  const Subject subject{.version = version(sample)};
  EXPECT_EQ(judged("unique(id)", subject), "fail: 1 row repeats another: id = 3, 2 times");
  EXPECT_EQ(judged("unique(id, email)", subject), "pass: 4 different");
  EXPECT_EQ(judged("unique(id, plan)", subject), "pass: 3 different");
  EXPECT_EQ(judged("not unique(id)", subject).substr(0, 5), "pass:");
  const std::string many =
      "SELECT CAST(i AS BIGINT) AS i, i % 1000 AS a, i // 1000 AS b FROM range(200000) t(i)";
  EXPECT_EQ(judged("unique(i) and unique(a, b)", many), "pass: 200,000 different; 200,000 different");
  EXPECT_EQ(judged("unique(a, b)", many + " UNION ALL SELECT 0, 7, 3"),
            "fail: 1 row repeats another: a = 7, b = 3, 2 times");
}

TEST_F(Validation, NoRowsProveNothing) {
  const std::string none = sample + " WHERE id > 5";
  for (const std::string text :
       {"null(id) < 1%", "unique(id)", "amount > 0", "mean(id) > 0", "not mean(id) > 0",
        "match(email, /x/) >= 0", "share(id > 0) >= 0", "age(at) < 1h", "min(id) > 0", "not unique(id)"})
    EXPECT_EQ(judged(text, none).substr(0, 5), "fail:") << text;
  EXPECT_EQ(judged("rows = 0", none), "pass: rows = 0");
  EXPECT_EQ(judged("sum(id) = 0", none), "fail: sum(id) = null, wanted = 0");
  EXPECT_EQ(judged("amount > 0", "SELECT CAST(NULL AS DOUBLE) AS amount FROM range(5)"),
            "fail: there is no row with a value");
}

TEST_F(Validation, NaNAndInfinityFail) {
  const std::string odd =
      "SELECT unnest([1.0, 'nan'::DOUBLE, 3.0, 'inf'::DOUBLE]) AS x, unnest([1, 2, 3, 4]) AS y";
  EXPECT_EQ(judged("x > 0", odd), "fail: 1 of 4 rows fails: row 2: x = nan");
  EXPECT_EQ(judged("not x > 0", odd).substr(0, 25), "fail: 4 of 4 rows fail: r");
  EXPECT_EQ(judged("x > 0 or y = 2", odd), "pass: all 4 rows");
  EXPECT_EQ(judged("x in 0..5", odd).substr(0, 24), "fail: 2 of 4 rows fail: ");
  EXPECT_EQ(judged("not x in 50..60", odd).substr(0, 25), "fail: 1 of 4 rows fails: ");
  EXPECT_EQ(judged("not x in {7}", odd).substr(0, 25), "fail: 1 of 4 rows fails: ");
  EXPECT_EQ(judged("x / 0 > 5", odd).substr(0, 25), "fail: 1 of 4 rows fails: ");
  for (const std::string text : {"min(x) > 0", "max(x) > 0", "mean(x) > 0", "sum(x) > 0", "median(x) > 0",
                                 "std(x) > 0", "quantile(x, 1%) > 0"})
    EXPECT_NE(judged(text, odd).find("= NaN"), std::string::npos) << judged(text, odd);
  EXPECT_EQ(judged("at < '2026-01-01'",
                   "SELECT 'infinity'::TIMESTAMP AS at UNION ALL SELECT TIMESTAMP '2025-01-01'"),
            "pass: the one row");
}

TEST_F(Validation, EveryTypeOfColumnIsAsked) {
  const std::string types =
      "SELECT 5::TINYINT AS a, 9007199254740993 AS b, 0.1::FLOAT AS c, 12.34::DECIMAL(10,2) AS d, DATE "
      "'2026-11-20' AS e,"
      " TIMESTAMPTZ '2026-11-20 10:00:00+02' AS f, [1, 2] AS g, {'x': 1} AS h, TIME '10:00:00' AS i, "
      "18446744073709551615::UBIGINT AS j,"
      " 170141183460469231731687303715884105727::HUGEINT AS k, TIMESTAMP_NS '2026-11-20 10:00:00.123456789' "
      "AS l, 'x'::BLOB AS m";
  for (const std::string text :
       {"a = 5", "b = 9007199254740993", "not b = 9007199254740992", "c in 0.09..0.11", "d = 12.34",
        "e = '2026-11-20'", "f = '2026-11-20T08:00:00Z'", "null(g) = 0 and null(h) = 0", "count(i) = 1",
        "j > 18446744073709551614", "k > 0 and k + 1 > 0", "l > '2026-11-20T10:00:00.123455Z'", "e + 1d > e",
        "distinct(g) = 1", "unique(g, h, m)", "f - e < 1d", "a * b * j * k > 0", "age(e) = 36h",
        "age(f) = 28h"})
    EXPECT_EQ(judged(text, types).substr(0, 5), "pass:") << text << ": " << judged(text, types);
}

TEST_F(Validation, OddNamesAndTextsStayWhatTheyAre) {
  const std::string odd =
      "SELECT 'it''s' AS \"a \"\"b\"\" `c`\", 5 AS \"and\", 'x;--' AS \"año\", 3 AS \"rows\"";
  EXPECT_EQ(judged("`a \"b\" ``c``` = 'it''s'", odd), "pass: the one row");
  EXPECT_EQ(judged("`and` = 5 and año = 'x;--' and `rows` = 3", odd),
            "pass: the one row; the one row; the one row");
  EXPECT_EQ(judged("año in {'y'')--'}", odd), "fail: 1 of 1 row fails: row 1: año = 'x;--'");
  EXPECT_EQ(judged("null(*) = 0", odd), "pass: all 4 columns");
  EXPECT_EQ(judged("match(año, /';|--/) = 100%", odd), "pass: match(año, /';|--/) = 100 %");
}

TEST_F(Validation, RegularExpressionsAreThoseOfRe2) {
  const std::string texts = "SELECT unnest(['abc', 'ABC', 'a\nc', 'a/c', '']) AS t";
  const auto share = [&](const std::string& regex) {
    return judged("match(t, " + regex + ") = 100%", texts);
  };
  EXPECT_EQ(share("/b/").substr(0, 44), "fail: match(t, /b/) = 20 %, wanted = 100 %");
  EXPECT_NE(share("/(?i)b/").find("= 40 %"), std::string::npos);
  EXPECT_NE(share("/a\\/c/").find("= 20 %"), std::string::npos);
  EXPECT_NE(share("/^$/").find("= 20 %"), std::string::npos);
  EXPECT_NE(share("/a.c/").find("= 40 %"), std::string::npos) << share("/a.c/");
  EXPECT_NE(share("/(?s)a.c/").find("= 60 %"), std::string::npos) << share("/(?s)a.c/");
  EXPECT_EQ(share("/(/").substr(0, 55), "fault: 9: the regular expression cannot be read: missin");
  EXPECT_EQ(share("/(?=x)/").substr(0, 49), "fault: 9: the regular expression cannot be read: ");
}

TEST_F(Validation, PersonalDataAreMasked) {
  const Subject subject{
      .version = version("SELECT unnest(['ana@x.org', 'bob', 'bob']) AS email, unnest([1, 2, 3]) AS pay",
                         {"email", "pay"})};
  for (const std::string text : {"email = 'ana@x.org'", "unique(email)", "pay < 2", "max(pay) < 2",
                                 "pay < mean(pay)", "columns = last.columns"}) {
    const std::string seen = judged(text, subject);
    const std::string said = seen.substr(0, seen.find("wanted"));
    EXPECT_EQ(said.find("bob"), std::string::npos) << seen;
    EXPECT_EQ(said.find("= 3"), std::string::npos) << seen;
  }
  EXPECT_EQ(judged("email = 'ana@x.org'", subject),
            "fail: 2 of 3 rows fail: row 2: email = ***; row 3: email = ***");
  EXPECT_EQ(judged("unique(email)", subject), "fail: 1 row repeats another: email = ***, 2 times");
}

TEST_F(Validation, LongValuesAreCutWhole) {
  EXPECT_EQ(
      judged("t = 'x'", "SELECT repeat('ä', 100) AS t"), "fail: 1 of 1 row fails: row 1: t = '" + [] {
        std::string s;
        for (int i = 0; i < 20; ++i) s += "ä";
        return s;
      }() + "...'");
}

TEST_F(Validation, ManyAssertionsAreJudgedTogether) {
  const Subject subject{.version = version(sample)};
  std::vector<expect::Assertion> all;
  for (const std::string text :
       {"rows = 4", "amount in 0..1e6", "unique(id)", "rows >= last.rows", "amount in 0..1e6"})
    all.push_back(std::get<expect::Assertion>(expect::parse(text)));
  Validator validator(*store_, shop_);
  const auto verdicts = validator.judge(all, subject);
  ASSERT_EQ(verdicts.size(), 5u);
  EXPECT_EQ(verdicts[0].outcome, expect::Outcome::pass);
  EXPECT_EQ(verdicts[1], verdicts[4]);
  EXPECT_EQ(verdicts[3].outcome, expect::Outcome::skip);
}

}  // namespace
}  // namespace mlops::dataset
