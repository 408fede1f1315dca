/// Held to the table engine: how values are spelled, what every type encodes to, and what rules answer.
#include <mlops/predict/rule.hpp>
#include <mlops/predict/spelling.hpp>

#include <cmath>
#include <random>

#include "score_test.hpp"

namespace mlops::score {
namespace {

using namespace predict;

TEST_F(ScoreTest, ValuesAreSpelledAsTheEngineCastsThem) {
  const auto db = engine();
  const std::vector<std::string> values{
      "SELECT unnest([0, 1, -1, 127, -128])::TINYINT v",
      "SELECT unnest([0, 18446744073709551615, 9223372036854775808])::UBIGINT v",
      "SELECT unnest([0, -170141183460469231731687303715884105728, "
      "170141183460469231731687303715884105727])::HUGEINT v",
      "SELECT unnest([0, 0.5, -0.5, 12.345, -99999.999])::DECIMAL(8,3) v",
      "SELECT unnest([0, 0.5, -0.5, 0.999])::DECIMAL(3,3) v",
      "SELECT unnest([0, 1, -3])::DECIMAL(18,0) v",
      "SELECT unnest([1.5, -12345678901234567890.123456789])::DECIMAL(38,9) v",
      "SELECT unnest([true, false]) v",
      "SELECT unnest([DATE '1970-01-01', '0001-01-01', '2024-02-29', '9999-12-31', '12345-06-07', "
      "'0044-03-15 (BC)', "
      "'infinity', '-infinity']) v",
      "SELECT unnest([TIME '00:00:00', '23:59:59.999999', '12:34:56.5']) v",
      "SELECT unnest([TIMESTAMP '1970-01-01', '1969-12-31 23:59:59.999999', '2024-02-29 12:30:01.25', "
      "'infinity', '-infinity', '0044-03-15 (BC) 10:00:00']) v",
      "SELECT unnest([TIMESTAMP_S '2024-02-29 12:30:01', '1969-12-31 23:59:59']) v",
      "SELECT unnest([TIMESTAMP_MS '2024-02-29 12:30:01.25', '1969-12-31 23:59:59.999']) v",
      "SELECT unnest([TIMESTAMP_NS '2024-02-29 12:30:01.000000001', '1969-12-31 23:59:59.999999999']) v",
      "SELECT unnest([TIMESTAMPTZ '2024-02-29 12:30:01.5+02', '1969-12-31 23:59:59Z']) v",
      "SELECT (random() * pow(10, (random() * 40)::INT - 20))::DOUBLE v FROM range(20000)",
      "SELECT (i / 8)::FLOAT v FROM range(-1000, 1000) t(i)",
      "SELECT (i * 0.1)::DOUBLE v FROM range(-1000, 1000) t(i)",
      "SELECT pow(10, i)::DOUBLE v FROM range(-308, 308) t(i)",
      "SELECT unnest(['inf'::DOUBLE, '-inf', '-0.0', '5e-324', '1.7976931348623157e308']) v",
  };
  std::string seen;
  for (const std::string& sql : values) {
    const Columns rows = db->query("SELECT v, v::VARCHAR FROM (" + sql + ")");
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      seen.clear();
      ASSERT_TRUE(spell(rows.column(0), row, seen)) << sql;
      EXPECT_EQ(seen, rows.column(1).text(row)) << sql;
    }
  }
}

Input input(const std::string& name, const std::string& type, Encoding encoding,
            std::vector<std::string> categories = {}) {
  return {.name = name, .type = type, .encoding = encoding, .categories = std::move(categories)};
}

TEST_F(ScoreTest, EveryTypeOfNumberIsOne) {
  const auto db = engine();
  for (const char* type : {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT",
                           "UINTEGER", "UBIGINT", "FLOAT", "DOUBLE", "DECIMAL(4,1)", "DECIMAL(9,2)",
                           "DECIMAL(18,4)", "DECIMAL(38,10)", "VARCHAR", "ENUM('7', '3', '5')"}) {
    const std::string sql = std::string("SELECT unnest(['7', NULL, '3'])::") + type + " AS x";
    const Columns rows = db->query(sql);
    const Signature signature{.task = Task::regression, .inputs = {input("x", "DOUBLE", Encoding::number)}};
    Encountered met;
    const auto out = encode(signature, rows, &met).features[0].numbers;
    EXPECT_EQ(out[0], 7) << type;
    EXPECT_TRUE(std::isnan(out[1])) << type;
    EXPECT_EQ(out[2], 3) << type;
    EXPECT_EQ(met.nulls[0], 1u) << type;
    const Signature coded{
        .task = Task::regression,
        .inputs = {input("x", "VARCHAR", Encoding::category, {"3", "7", "3.0", "7.0", "7.00"})}};
    const auto codes = encode(coded, rows).features[0].codes;
    EXPECT_GE(codes[0], std::string_view(type).starts_with("DECIMAL(18") ||
                                std::string_view(type).starts_with("DECIMAL(38")
                            ? code_unseen
                            : 0)
        << type;
    EXPECT_EQ(codes[1], code_null) << type;
  }
}

TEST_F(ScoreTest, TheEnginesCategoriesAreFoundAgain) {
  const auto db = engine();
  for (const char* type :
       {"BIGINT", "DOUBLE", "FLOAT", "DECIMAL(9,3)", "BOOLEAN", "VARCHAR", "DATE", "UTINYINT"}) {
    const std::string from = std::string(type) == "BOOLEAN" ? "(i % 2 = 0)"
                             : std::string(type) == "DATE"  ? "(DATE '2024-01-01' + i::INT)"
                                                            : "(i * 3 % 200)";
    const Columns rows = db->query("SELECT x, x::VARCHAR AS t FROM (SELECT " + from + "::" + type +
                                   " AS x FROM range(500) r(i))");
    std::vector<std::string> categories;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const std::string text(rows.column(1).text(row));
      if (std::find(categories.begin(), categories.end(), text) == categories.end())
        categories.push_back(text);
    }
    const Signature signature{.task = Task::regression,
                              .inputs = {input("x", type, Encoding::category, categories)}};
    const auto codes = encode(signature, rows).features[0].codes;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      ASSERT_GE(codes[row], 0) << type;
      EXPECT_EQ(categories[static_cast<std::size_t>(codes[row])], rows.column(1).text(row)) << type;
    }
  }
}

TEST_F(ScoreTest, PartsOfTimesAreTheEngines) {
  const auto db = engine();
  for (const char* type : {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}) {
    const Columns rows = db->query(
        std::string(
            "SELECT x, epoch(x) AS s, year(x)::DOUBLE, month(x)::DOUBLE, day(x)::DOUBLE, isodow(x)::DOUBLE, "
            "hour(x::TIMESTAMP)::DOUBLE FROM (SELECT (TIMESTAMP '1905-01-01' + to_seconds(i * 1234567))::") +
        type + " AS x FROM range(3000) r(i))");
    const bool date = std::string(type) == "DATE";
    const Signature signature{.task = Task::regression,
                              .inputs = {input("x", type, date ? Encoding::date : Encoding::timestamp)}};
    const Frame frame = encode(signature, rows);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      EXPECT_NEAR(frame.features[0].numbers[row] * 86400, rows.column(1).values<double>()[row], 1e-5) << type;
      for (std::size_t f = 1; f < frame.features.size(); ++f)
        EXPECT_EQ(frame.features[f].numbers[row], rows.column(f + 1).values<double>()[row])
            << type << " part " << f;
    }
  }
}

// ---- rules
// -------------------------------------------------------------------------------------------------------

/// Writes random expressions that are typed as rules want them.
class Expressions {
 public:
  explicit Expressions(unsigned seed) : random_(seed) {}

  std::string value() {
    return chance(50)   ? number(4)
           : chance(50) ? "CASE WHEN " + flag(4) + " THEN " + number(2) + " ELSE " + number(2) + " END"
                        : "(" + flag(4) + ")::INT";
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }
  std::string pick(const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }

  /// With its own precedence put to the test.
  std::string maybe_bare(const std::string& text) { return chance(40) ? text : "(" + text + ")"; }

  std::string whole(int depth) {
    if (depth <= 0 || chance(25))
      return pick({std::to_string(below(10)), "i", "j", "\"I\"", "J", chance(20) ? "NULL::INT" : "3"});
    switch (below(9)) {
      case 0:
      case 1:
      case 2:
        return "(" + maybe_bare(whole(depth - 1)) + pick({" + ", " - ", " * ", " // ", " % "}) +
               maybe_bare(whole(depth - 2)) + ")";
      case 3:
        return "(- " + whole(depth - 1) + ")";
      case 4:
        return pick({"abs(", "+ abs(", "round("}) + whole(depth - 1) + ")";
      case 5:
        return pick({"COALESCE(", "least(", "GREATEST("}) + whole(depth - 1) + ", " + whole(depth - 2) +
               ", NULL)";
      case 6:
        return "(" + flag(depth - 1) + ")::INT";
      case 7:
        return "(" + day(depth - 1) + " - " + day(depth - 1) + ")";
      default:
        return choice(depth, whole(depth - 1), whole(depth - 1));
    }
  }

  std::string number(int depth) {
    if (depth <= 0 || chance(20))
      return pick({"x", "y", "\"x\"", "2.5e0", ".5e0", "1e-1", "3.25e1", "0e0", "i", "7"});
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        return "(" + maybe_bare(number(depth - 1)) + pick({" + ", " - ", " * ", " / ", " // ", " % "}) +
               maybe_bare(number(depth - 1)) + ")";
      case 3:
        return pick({"abs(", "floor(", "ceil(", "CEILING(", "round("}) + number(depth - 1) + ")";
      case 4:
        return "round(" + number(depth - 1) + ", " + pick({"0", "1", "2", "-1", "- 2"}) + ")";
      case 5:
        return pick({"COALESCE(", "least(", "GREATEST("}) + number(depth - 1) + ", " + number(depth - 2) +
               ")";
      case 6:
        return whole(depth) + "::DOUBLE";
      case 7:
        return "CAST(" + whole(depth - 1) + " AS DOUBLE)";
      case 8:
        return "- " + number(depth - 1);
      default:
        return choice(depth, number(depth - 1), number(depth - 1));
    }
  }

  std::string choice(int depth, const std::string& a, const std::string& b) {
    const std::string ending = chance(70) ? " ELSE " + b + " END" : " END";
    if (chance(30)) return "CASE i WHEN 1 THEN " + a + " WHEN " + whole(depth - 2) + " THEN " + b + ending;
    if (chance(30)) return "CASE s WHEN 'a' THEN " + a + " WHEN 'new' THEN " + b + ending;
    return "CASE WHEN " + flag(depth - 1) + " THEN " + a + ending;
  }

  std::string day(int depth) {
    if (depth <= 0 || chance(60)) return pick({"d", "DATE '2024-01-15'", "\"D\""});
    return "(d + " + whole(1) + ")";
  }

  std::string text() {
    return pick(
        {"s", "t", "COALESCE(s, 'none')", "CASE WHEN b THEN s ELSE 'b' END", "CASE WHEN i > 3 THEN t END"});
  }

  std::string flag(int depth) {
    if (depth <= 0 || chance(10)) return pick({"b", "c", "TRUE", "FALSE", "NULL", "b"});
    switch (below(12)) {
      case 0:
      case 1:
        return maybe_bare(flag(depth - 1)) + pick({" AND ", " OR ", " and "}) + maybe_bare(flag(depth - 1));
      case 2:
        return "NOT " + maybe_bare(flag(depth - 1));
      case 3:
      case 4:
        return number(depth - 1) + pick({" < ", " <= ", " > ", " >= ", " = ", " <> ", " != ", " == "}) +
               number(depth - 1);
      case 5:
        return day(depth) + pick({" < ", " >= ", " = "}) + pick({day(depth), "'2024-01-10'", "seen"});
      case 6:
        return text() + pick({" = ", " <> "}) + pick({"'a'", "'b'", "'new'", "''", "NULL"});
      case 7:
        return text() + pick({" IN ", " NOT IN "}) + pick({"('a', 'b')", "('z')", "('a', NULL)"});
      case 8:
        return "(" + pick({number(depth - 1), text(), day(1), flag(depth - 2)}) + ")" +
               pick({" IS NULL", " IS NOT NULL"});
      case 9:
        return number(depth - 1) + pick({" BETWEEN ", " NOT BETWEEN "}) + number(depth - 2) + " AND " +
               number(depth - 2);
      case 10:
        return number(depth - 1) + pick({" IN (", " NOT IN ("}) + number(depth - 2) + ", 2, NULL)";
      default:
        return "seen" + pick({" < ", " >= ", " <> "}) +
               pick({"TIMESTAMP '2024-01-10 12:00:00'", "'2024-01-12 00:00:00.5'", "d"});
    }
  }

  std::mt19937 random_;
};

constexpr const char* rows_sql =
    "SELECT CASE WHEN r % 7 <> 0 THEN (r * 13 % 11 - 3)::BIGINT END AS i, CASE WHEN r % 5 <> 1 THEN (r * 7 % "
    "23)::INT END "
    "AS j, CASE WHEN r % 6 <> 2 THEN (r * 37 % 101 - 50) / 8e0 END AS x, CASE WHEN r % 9 <> 3 THEN sin(r) * "
    "10 END AS y, "
    "CASE r % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END AS b, CASE (r // 3) % 3 WHEN 0 THEN TRUE WHEN 1 THEN "
    "FALSE END AS c, "
    "CASE r % 5 WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'unseen' WHEN 3 THEN '' END AS s, "
    "CASE (r // 5) % 4 WHEN 0 THEN 'a' WHEN 1 THEN 'z' WHEN 2 THEN 'new' END AS t, "
    "CASE WHEN r % 8 <> 4 THEN DATE '2024-01-01' + (r * 5 % 31)::INT END AS d, "
    "CASE WHEN r % 8 <> 5 THEN TIMESTAMP '2024-01-01' + to_microseconds(r * 86400000000 // 4 + 500000 * (r % "
    "2)) END AS seen "
    "FROM range(60) q(r)";

Signature row_signature() {
  return {.task = Task::regression,
          .inputs = {input("i", "BIGINT", Encoding::number), input("j", "INTEGER", Encoding::category, {"1"}),
                     input("x", "DOUBLE", Encoding::number), input("y", "DOUBLE", Encoding::number),
                     input("b", "BOOLEAN", Encoding::flag), input("c", "BOOLEAN", Encoding::flag),
                     input("s", "VARCHAR", Encoding::category, {"a", "b", ""}),
                     input("t", "VARCHAR", Encoding::category, {"a", "z"}),
                     input("d", "DATE", Encoding::date), input("seen", "TIMESTAMP", Encoding::timestamp)},
          .label = "label"};
}

class RuleTest : public ScoreTest {
 protected:
  void SetUp() override {
    ScoreTest::SetUp();
    db_ = engine();
    db_->execute("CREATE TABLE q AS " + std::string(rows_sql));
    rows_ = db_->query("SELECT * FROM q");
  }

  /// The engine's answers, or nothing when it has none.
  std::optional<Columns> asked(const std::vector<std::string>& expressions) {
    std::string sql;
    for (const std::string& one : expressions) sql += (sql.empty() ? "SELECT (" : ", (") + one + ")::DOUBLE";
    try {
      return db_->query(sql + " FROM q");
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void compare(const std::string& text, const Column& wanted) {
    bool finite = true;
    for (std::size_t row = 0; row < wanted.size(); ++row)
      finite = finite && (!wanted.valid(row) || std::isfinite(wanted.values<double>()[row]));
    try {
      const Rule rule(text, row_signature());
      const auto seen = rule.evaluate(encode(rule.signature(), rows_));
      EXPECT_TRUE(finite) << text;
      for (std::size_t row = 0; row < seen.size() && finite; ++row) {
        if (wanted.valid(row) ? seen[row] == wanted.values<double>()[row] : std::isnan(seen[row])) continue;
        ADD_FAILURE() << text << "\nrow " << row << ": " << seen[row] << ", and the engine says "
                      << (wanted.valid(row) ? std::to_string(wanted.values<double>()[row]) : "null");
        return;
      }
      ++compared_;
    } catch (const Error& e) {
      if (e.id() == "rule.invalid" && e.message().find("always null") != std::string::npos) return;
      if (e.id() == "rule.value" && !finite) return void(++compared_);
      ADD_FAILURE() << text << "\n" << e.message() << "\n" << e.detail();
    }
  }

  std::unique_ptr<table::Engine> db_;
  Columns rows_;
  int compared_ = 0;
};

TEST_F(RuleTest, TenThousandRandomRulesAnswerAsTheEngineDoes) {
  Expressions expressions(20261120);
  int refused = 0;
  for (int block = 0; block < 1000 && compared_ < 10'000 && !HasFailure(); ++block) {
    std::vector<std::string> texts;
    for (int i = 0; i < 20; ++i) texts.push_back(expressions.value());
    if (const auto all = asked(texts)) {
      for (std::size_t i = 0; i < texts.size(); ++i) compare(texts[i], all->column(i));
      continue;
    }
    for (const std::string& text : texts) {
      const auto one = asked({text});
      if (one) compare(text, one->column(0));
      else ++refused;
    }
  }
  EXPECT_GE(compared_, 10'000);
  EXPECT_LT(refused, 1'000);
  std::printf("%d rules over %zu rows compared; the engine itself failed on %d\n", compared_, rows_.rows(),
              refused);
}

}  // namespace
}  // namespace mlops::score
