/// Expressions held to the table engine: its types and its values, row by row and bit by bit.
#include <mlops/predict/expression.hpp>
#include <mlops/predict/spelling.hpp>

#include <bit>
#include <cmath>
#include <random>

#include "score_test.hpp"

namespace mlops::score {
namespace {

using namespace predict;

/// Every type, with nulls, borders, NaN, moments before 1970 and letters of several bytes.
constexpr const char* expression_rows = R"(
  SELECT CASE WHEN r % 7 <> 0 THEN (r * 37 % 256 - 128)::TINYINT END AS t,
         CASE WHEN r % 8 <> 1 THEN (CASE r % 9 WHEN 0 THEN 32767 WHEN 1 THEN -32768 ELSE r * 13 % 200 - 100 END)::SMALLINT END AS s,
         CASE WHEN r % 6 <> 2 THEN (CASE r % 11 WHEN 0 THEN 2147483647 WHEN 1 THEN -2147483648 WHEN 2 THEN 0 ELSE r * 7 % 23 - 9 END)::INTEGER END AS i,
         CASE WHEN r % 5 <> 3 THEN (CASE r % 13 WHEN 0 THEN 9223372036854775807 WHEN 1 THEN -9223372036854775808 WHEN 2 THEN 9007199254740993 ELSE r * 31 % 1000 - 400 END)::BIGINT END AS b,
         CASE WHEN r % 6 <> 3 THEN (CASE r % 10 WHEN 0 THEN 'NaN' WHEN 1 THEN 'inf' WHEN 2 THEN '-inf' WHEN 3 THEN '-0.0' WHEN 4 THEN '0.5' WHEN 5 THEN '2.5' ELSE ((r * 37 % 101 - 50) / 8)::VARCHAR END)::DOUBLE END AS x,
         CASE WHEN r % 9 <> 4 THEN sin(r) * 10 END AS y,
         CASE r % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END AS o,
         CASE (r // 3) % 3 WHEN 0 THEN TRUE WHEN 1 THEN FALSE END AS p,
         CASE r % 9 WHEN 0 THEN '' WHEN 1 THEN 'Lima' WHEN 2 THEN ' São Paulo ' WHEN 3 THEN '日本' WHEN 4 THEN '😀a😀' WHEN 5 THEN 'ORD' WHEN 6 THEN chr(160) || 'x ' || chr(12288) WHEN 7 THEN 'a' END AS v,
         CASE r % 5 WHEN 0 THEN 'a' WHEN 1 THEN 'ma' WHEN 2 THEN '' WHEN 3 THEN 'jfk' END AS w,
         CASE WHEN r % 8 <> 4 THEN DATE '1960-02-28' + (r * 911 % 30000)::INT END AS d,
         CASE WHEN r % 7 <> 5 THEN DATE '2019-12-25' + (r % 40)::INT END AS e,
         CASE WHEN r % 8 <> 5 THEN TIMESTAMP '1952-01-01' + to_microseconds(r * 97777777777777 % 3000000000000001) END AS m,
         CASE WHEN r % 9 <> 6 THEN TIMESTAMP '1969-12-31 22:59:59.999999' + to_microseconds(r * 700000001) END AS n
  FROM range(120) q(r))";

/// Writes random expressions that mostly bind.
class Words {
 public:
  explicit Words(unsigned seed) : random_(seed) {}

  std::string value() {
    switch (below(6)) {
      case 0:
        return whole(3);
      case 1:
        return number(3);
      case 2:
        return text(3);
      case 3:
        return flag(3);
      case 4:
        return day(3);
      default:
        return moment(3);
    }
  }

 private:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  bool chance(int percent) { return below(100) < percent; }
  std::string pick(const std::vector<std::string>& from) {
    return from[static_cast<std::size_t>(below(static_cast<int>(from.size())))];
  }
  std::string maybe_bare(const std::string& text) { return chance(40) ? text : "(" + text + ")"; }

  std::string choice(int depth, const std::function<std::string()>& value) {
    const std::string ending = chance(70) ? " ELSE " + value() + " END" : " END";
    if (chance(30))
      return "CASE " + whole(depth - 2) + " WHEN 1 THEN " + value() + " WHEN " + whole(depth - 2) + " THEN " +
             value() + ending;
    return "CASE WHEN " + flag(depth - 1) + " THEN " + value() + ending;
  }
  std::string several(const std::function<std::string()>& value) {
    return pick({"coalesce(", "least(", "greatest(", "ifnull("}) + value() + ", " + value() + ")";
  }

  std::string integer() {
    return pick({"t", "s", "i", "b", "t", "i", "0", "1", "3", "7", "100", "200", "-1", "-128", "40000",
                 "3000000000", "2147483647", "I"});
  }
  std::string whole(int depth) {
    if (depth <= 0 || chance(20)) return integer();
    switch (below(15)) {
      case 0:
      case 1:
      case 2:
        return maybe_bare(whole(depth - 1)) + pick({" + ", " - ", " * ", " // ", " % "}) +
               maybe_bare(whole(depth - 2));
      case 3:
        return "- (" + whole(depth - 1) + ")";
      case 4:
        return pick({"abs(", "round(", "sign("}) + whole(depth - 1) + ")";
      case 5:
        return several([&] { return whole(depth - 2); });
      case 6:
        return "nullif(" + whole(depth - 1) + ", " + pick({whole(depth - 2), number(0)}) + ")";
      case 7:
        return "(" + pick({whole(depth - 1), number(depth - 1), flag(depth - 1)}) + ")" +
               pick({"::INT", "::BIGINT", "::TINYINT", "::SMALLINT"});
      case 8:
        return choice(depth, [&] { return whole(depth - 2); });
      case 9:
        return pick({"hour(", "minute(", "second(", "year(", "month(", "day(", "dayofweek(", "isodow(",
                     "weekday(", "dayofyear(", "quarter(", "week(", "isoyear(", "yearweek(", "weekofyear(",
                     "dayofmonth(", "millisecond(", "microsecond("}) +
               time(depth - 1) + ")";
      case 10:
        return part(depth);
      case 11:
        return pick({"length(", "strlen("}) + text(depth - 1) + ")";
      case 12:
        return pick({"date_diff", "datediff"}) + "('" +
               pick({"year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond",
                     "microsecond"}) +
               "', " + time(depth - 1) + ", " + time(depth - 1) + ")";
      case 13:
        return pick({"sign(", "round("}) + number(depth - 1) + ")::INT";
      default:
        return "(" + day(depth - 2) + " - " + day(depth - 2) + ")";
    }
  }
  std::string part(int depth) {
    const std::string name = pick({"hour", "minute", "second", "year", "month", "day", "dow", "isodow", "doy",
                                   "quarter", "week", "isoyear", "yearweek", "microsecond", "HOUR"});
    return chance(50) ? "date_part('" + name + "', " + time(depth - 1) + ")"
                      : "extract(" + name + " FROM " + time(depth - 1) + ")";
  }

  std::string number(int depth) {
    if (depth <= 0 || chance(20))
      return pick({"x", "y", "x", "2.5", "0.5", "1e-1", "3.25e1", "0e0", "7", "-0.25", "1e300"});
    switch (below(11)) {
      case 0:
      case 1:
      case 2:
        return maybe_bare(number(depth - 1)) + pick({" + ", " - ", " * ", " / ", " // ", " % "}) +
               maybe_bare(number(depth - 1));
      case 3:
        return pick({"abs(", "floor(", "ceil(", "ceiling(", "round(", "sqrt(", "ln(", "log(", "log10(",
                     "log2(", "exp("}) +
               pick({number(depth - 1), whole(depth - 1), "y", "x"}) + ")";
      case 4:
        return "round(" + number(depth - 1) + ", " + pick({"0", "1", "2", "-1", "- 2", "s"}) + ")";
      case 5:
        return several([&] { return chance(70) ? number(depth - 2) : whole(depth - 2); });
      case 6:
        return "(" + pick({whole(depth - 1), flag(depth - 1)}) + ")::DOUBLE";
      case 7:
        return pick({"pow(", "power("}) + number(depth - 1) + ", " + pick({"2", "0.5", "-1", "y", "3e0"}) +
               ")";
      case 8:
        return "- " + number(depth - 1);
      case 9:
        return chance(50) ? "epoch(" + time(depth - 1) + ")" : "mod(" + number(depth - 1) + ", y)";
      default:
        return choice(depth, [&] { return number(depth - 2); });
    }
  }

  std::string text(int depth) {
    if (depth <= 0 || chance(20)) return pick({"v", "w", "'a'", "'x''y'", "''", "'日'"});
    switch (below(10)) {
      case 0:
        return pick({"lower(", "upper("}) + pick({"w", "'AbC'", text(depth - 1)}) + ")";
      case 1:
        return pick({"trim(", "ltrim(", "rtrim("}) + text(depth - 1) + ")";
      case 2:
        return pick({"substr(", "substring("}) + text(depth - 1) + ", " + small() +
               (chance(60) ? ", " + small() : "") + ")";
      case 3:
        return pick({"left(", "right("}) + text(depth - 1) + ", " + small() + ")";
      case 4:
        return "concat(" + text(depth - 1) + ", " + pick({text(depth - 1), whole(depth - 1), "o"}) + ")";
      case 5:
        return maybe_bare(text(depth - 1)) + " || " +
               pick({"w", "'-'", "i", "t", "(" + text(depth - 1) + ")"});
      case 6:
        return several([&] { return text(depth - 2); });
      case 7:
        return "nullif(" + text(depth - 1) + ", " + text(depth - 2) + ")";
      case 8:
        return "(" + pick({whole(depth - 1), flag(depth - 1), "y", day(depth - 1), moment(depth - 1)}) +
               ")::VARCHAR";
      default:
        return choice(depth, [&] { return text(depth - 2); });
    }
  }
  std::string small() { return pick({"0", "1", "2", "3", "-1", "-2", "-3", "-7", "9", "t", "s"}); }

  std::string flag(int depth) {
    if (depth <= 0 || chance(10)) return pick({"o", "p", "TRUE", "FALSE", "o"});
    switch (below(12)) {
      case 0:
      case 1:
        return maybe_bare(flag(depth - 1)) + pick({" AND ", " OR "}) + maybe_bare(flag(depth - 1));
      case 2:
        return "NOT (" + flag(depth - 1) + ")";
      case 3:
        return "(" + number(depth - 1) + ")" + compare() + "(" + pick({number(depth - 1), whole(depth - 1)}) +
               ")";
      case 4:
        return "(" + whole(depth - 1) + ")" + compare() + "(" + pick({whole(depth - 1), "0.5", "2.0"}) + ")";
      case 5:
        return "(" + text(depth - 1) + ")" + compare() + "(" + text(depth - 1) + ")";
      case 6:
        return "(" + time(depth - 1) + ")" + compare() + pick({"(" + time(depth - 1) + ")", "'1990-01-01'"});
      case 7:
        return "(" +
               pick(
                   {number(depth - 1), text(depth - 1), time(depth - 1), flag(depth - 2), whole(depth - 1)}) +
               ")" + pick({" IS NULL", " IS NOT NULL"});
      case 8:
        return "(" + whole(depth - 1) + ")" + pick({" BETWEEN ", " NOT BETWEEN "}) + whole(0) + " AND " +
               pick({whole(0), number(0)});
      case 9:
        return "(" + whole(depth - 1) + ")" + pick({" IN (", " NOT IN ("}) + whole(0) + ", 2, " +
               pick({"NULL", "300", "i"}) + ")";
      case 10:
        return "(" + text(depth - 1) + ")" + pick({" IN (", " NOT IN ("}) + "'a', w" + pick({"", ", NULL"}) +
               ")";
      default:
        return chance(50) ? pick({"contains(", "starts_with(", "ends_with(", "prefix(", "suffix("}) +
                                text(depth - 1) + ", " + text(depth - 2) + ")"
                          : "isnan(" + pick({"x", "x * y", "x - x"}) + ")";
    }
  }
  std::string compare() { return pick({" < ", " <= ", " > ", " >= ", " = ", " <> ", " != "}); }

  std::string time(int depth) { return chance(50) ? day(depth) : moment(depth); }
  std::string day(int depth) {
    if (depth <= 0 || chance(25)) return pick({"d", "e", "DATE '2024-02-29'", "d"});
    switch (below(6)) {
      case 0:
        return "(" + day(depth - 1) + pick({" + ", " - "}) + pick({"1", "30", "s", "t", "-400"}) + ")";
      case 1:
        return "date_trunc('" + pick({"year", "quarter", "month", "week", "day"}) + "', " + time(depth - 1) +
               ")";
      case 2:
        return "(" + moment(depth - 1) + ")::DATE";
      case 3:
        return several([&] { return day(depth - 2); });
      default:
        return choice(depth, [&] { return day(depth - 2); });
    }
  }
  std::string moment(int depth) {
    if (depth <= 0 || chance(25)) return pick({"m", "n", "TIMESTAMP '2024-02-29 12:30:01.25'", "m"});
    switch (below(5)) {
      case 0:
        return "date_trunc('" + pick({"hour", "minute", "second", "millisecond", "microsecond"}) + "', " +
               time(depth - 1) + ")";
      case 1:
        return "(" + day(depth - 1) + ")::TIMESTAMP";
      case 2:
        return several([&] { return chance(60) ? moment(depth - 2) : day(depth - 2); });
      case 3:
        return "nullif(" + moment(depth - 1) + ", " + time(depth - 2) + ")";
      default:
        return choice(depth, [&] { return moment(depth - 2); });
    }
  }

  std::mt19937 random_;
};

bool same_bits(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

class ExpressionTest : public ScoreTest {
 protected:
  void SetUp() override {
    ScoreTest::SetUp();
    db_ = engine();
    db_->execute("CREATE TABLE q AS " + std::string(expression_rows));
    rows_ = db_->query("SELECT * FROM q");
    for (const Field& field : rows_.fields()) {
      names_.push_back(field.name);
      columns_.push_back({field.name, field.sql});
    }
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      scalars_.emplace_back();
      for (std::size_t i = 0; i < names_.size(); ++i)
        scalars_.back().push_back(*scalar_of(rows_.column(i), row, *sql_type_of(columns_[i].type)));
    }
  }

  std::optional<Columns> asked(const std::string& expression, const std::string& where = "") {
    try {
      return db_->query("SELECT (" + expression + ") AS c FROM q" + where);
    } catch (const Error& e) {
      return std::nullopt;
    }
  }

  static std::string select(const std::vector<std::string>& expressions) {
    std::string sql;
    for (const std::string& one : expressions) {
      sql += fmt::format("{}({}) AS c{}", sql.empty() ? "SELECT " : ", ", one, sql.size());
    }
    return sql + " FROM q";
  }

  static std::optional<SqlType> kind_of(const Column& column) {
    switch (column.type().kind) {
      case Kind::boolean:
        return SqlType::boolean;
      case Kind::int8:
        return SqlType::int8;
      case Kind::int16:
        return SqlType::int16;
      case Kind::int32:
        return SqlType::int32;
      case Kind::int64:
        return SqlType::int64;
      case Kind::float64:
        return SqlType::float64;
      case Kind::text:
        return SqlType::text;
      case Kind::date:
        return SqlType::date;
      case Kind::timestamp:
        return SqlType::timestamp;
      default:
        return std::nullopt;
    }
  }

  std::optional<Scalar> ours(const Expression& expression, std::size_t row) {
    try {
      return expression.evaluate(scalars_[row]);
    } catch (const Error& e) {
      EXPECT_EQ(e.id(), "expression.value");
      return std::nullopt;
    }
  }

  static bool same(SqlType type, const Scalar& given, const Column& wanted, std::size_t row) {
    if (!wanted.valid(row) || given.null) return !wanted.valid(row) && given.null;
    const auto value = scalar_of(wanted, row, type);
    if (!value) return false;
    return type == SqlType::float64 ? same_bits(value->number, given.number)
                                    : value->whole == given.whole && value->text == given.text;
  }

  /// The engine may never come to a part that fails: (a + b) * NULL is null.
  bool agrees(const Expression& expression, const Column& wanted, std::size_t at, std::size_t row) {
    const auto given = ours(expression, row);
    if (!given) return ++stricter_, true;
    return same(expression.type(), *given, wanted, at);
  }

  /// As training takes them over from the statement.
  void compare(const std::vector<std::string>& expressions) {
    const auto outputs = db_->outputs_of(select(expressions), names_);
    ASSERT_EQ(outputs.size(), expressions.size());
    std::optional<Columns> all;
    try {
      all = db_->query(select(expressions));
    } catch (const Error&) {  // one of them, maybe
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!outputs[i].expression) continue;  // a bare column
      const auto wanted = all ? std::optional(all->column(i)) : std::nullopt;
      if (!agrees_everywhere(expressions[i], *outputs[i].expression, wanted)) ++differing_;
    }
  }

  bool agrees_everywhere(const std::string& sql, const std::string& text, std::optional<Column> wanted) {
    std::optional<Expression> expression;
    try {
      expression.emplace(text, columns_);
    } catch (const Error& e) {
      EXPECT_EQ(e.id(), "expression.unknown") << sql << "\n" << text << "\n" << e.message();
      ++refused_[e.message()];
      return true;
    }
    std::optional<Columns> alone;
    if (!wanted && (alone = asked(sql))) wanted = alone->column(0);
    if (!wanted) return fails_as_the_engine(sql, *expression);
    // Training takes over what has the engine's type. It has another for what is always null.
    if (kind_of(*wanted) != expression->type()) return ++otherwise_typed_, true;
    for (std::size_t row = 0; row < rows_.rows(); ++row) {
      if (!agrees(*expression, *wanted, row, row)) return differs(sql, row, *expression, *wanted);
    }
    ++compared_;
    return true;
  }

  /// Some rows one by one, as the statement does not get through all of them.
  bool fails_as_the_engine(const std::string& sql, const Expression& expression) {
    bool bound = false;
    for (std::size_t row = static_cast<std::size_t>(with_faults_) % 10; row < rows_.rows(); row += 10) {
      const auto wanted = asked(sql, " WHERE rowid = " + std::to_string(row));
      if (!wanted) {
        if (ours(expression, row)) ++lenient_;
        continue;
      }
      bound = true;
      if (!agrees(expression, wanted->column(0), 0, row))
        return differs(sql, row, expression, wanted->column(0));
    }
    bound ? ++compared_ : ++unbound_;
    with_faults_ += bound ? 1 : 0;
    return true;
  }

  bool differs(const std::string& sql, std::size_t row, const Expression& expression, const Column& wanted) {
    std::string seen;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      seen += " " + names_[i] + "=";
      if (rows_.column(i).valid(row)) spell(rows_.column(i), row, seen);
    }
    std::string engines;
    const std::size_t at = wanted.size() == 1 ? 0 : row;
    if (wanted.valid(at)) spell(wanted, at, engines);
    const auto given = ours(expression, row);
    ADD_FAILURE() << sql << "\n"
                  << expression.text() << "\nrow " << row << ":" << seen << "\nthe engine: '" << engines
                  << "', ours: "
                  << (!given        ? "a fault"
                      : given->null ? "null"
                                    : fmt::format("{} {} '{}'", given->whole, given->number, given->text));
    return false;
  }

  std::unique_ptr<table::Engine> db_;
  Columns rows_;
  std::vector<std::string> names_;
  std::vector<TypedName> columns_;
  std::vector<std::vector<Scalar>> scalars_;
  std::map<std::string, int> refused_;
  int compared_ = 0;
  int differing_ = 0;
  int otherwise_typed_ = 0;
  int unbound_ = 0;
  int lenient_ = 0;   ///< Values where the engine fails.
  int stricter_ = 0;  ///< Faults where the engine has a value.
  int with_faults_ = 0;
};

TEST_F(ExpressionTest, RandomExpressionsHaveTheEnginesTypesAndValues) {
  const char* const more = std::getenv("MLOPS_EXPRESSIONS_SEED");
  Words words(more != nullptr ? static_cast<unsigned>(std::atoi(more)) : 20261121);
  for (int block = 0; compared_ < 10'000 && block < 2'000 && differing_ < 12; ++block) {
    std::vector<std::string> texts;
    for (int i = 0; i < 20; ++i) texts.push_back(words.value());
    compare(texts);
  }
  int refused = 0;
  for (const auto& [why, count] : refused_) {
    refused += count;
    std::printf("%6d %s\n", count, why.c_str());
  }
  EXPECT_GE(compared_, 10'000);
  EXPECT_LT(stricter_, compared_ * 2);
  EXPECT_LT(otherwise_typed_ * 100, compared_);
  EXPECT_EQ(differing_, 0);
  std::printf(
      "%d expressions over %zu rows compared, %d of them fail on some (%d values where the engine fails, %d "
      "faults "
      "where it does not); %d refused, %d of another type, %d not the engine's\n",
      compared_, rows_.rows(), with_faults_, lenient_, stricter_, refused, otherwise_typed_, unbound_);
}

TEST_F(ExpressionTest, EveryLetterHasTheCaseThatTheEngineSays) {
  const auto letters = db_->query(
      "SELECT chr(i::INT) AS c, lower(chr(i::INT)) AS l, upper(chr(i::INT)) AS u FROM range(1, 1114112) t(i) "
      "WHERE "
      "i < 55296 OR i > 57343");
  const Expression lower("lower(c)", {{"c", "VARCHAR"}});
  const Expression upper("upper(c)", {{"c", "VARCHAR"}});
  for (std::size_t row = 0; row < letters.rows(); ++row) {
    const Scalar letter{.null = false, .text = std::string(letters.column(0).text(row))};
    if (lower.evaluate(std::span(&letter, 1)).text != letters.column(1).text(row) ||
        upper.evaluate(std::span(&letter, 1)).text != letters.column(2).text(row))
      ADD_FAILURE() << letter.text << " of row " << row;
  }
}

}  // namespace
}  // namespace mlops::score
