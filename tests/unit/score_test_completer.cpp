// Rows of requests completed by look-ups in memory: what is taken, what is refused, what "now" is. That the
// values are those of the join is in serve_test_lookups.cpp.
#include "score_test.hpp"
#include "visits_model.hpp"

#include <map>

namespace mlops::score {
namespace {

using json::Cell;

/// Rows as JSON texts, by column.
class TextRows final : public GivenRows {
 public:
  TextRows(const Scorer& scorer, const std::map<std::string, std::vector<std::string>>& columns) {
    for (const auto& [name, values] : columns) {
      rows_ = values.size();
      std::size_t at = 0;
      while (at < scorer.columns().size() && scorer.columns()[at].name != name) ++at;
      if (at == scorer.columns().size()) {
        names_.push_back(name);
        continue;
      }
      for (const std::string& value : values) values_[at].push_back(json::parse(value));
    }
    unknown_.assign(names_.begin(), names_.end());
  }

  std::size_t rows() const override { return rows_; }
  bool has(std::size_t column) const override { return values_.contains(column); }
  Cell cell(std::size_t column, std::size_t row) const override {
    const json::Value& value = values_.at(column)[row];
    Cell cell;
    cell.integer = 0;
    if (const auto* text = value.as_string()) {
      cell.kind = Cell::Kind::text;
      cell.text = text->data();
      cell.span = static_cast<std::uint32_t>(text->size());
    } else if (const auto* number = value.as_int()) {
      cell.kind = Cell::Kind::integer;
      cell.integer = *number;
    } else if (const auto* real = value.as_double()) {
      cell.kind = Cell::Kind::number;
      cell.number = *real;
    } else if (const auto* flag = value.as_bool()) {
      cell.kind = Cell::Kind::flag;
      cell.flag = *flag;
    } else if (value.as_array() != nullptr) {
      cell.kind = Cell::Kind::list;
    }
    return cell;
  }
  const std::vector<std::string_view>& unknown() const override { return unknown_; }

 private:
  std::size_t rows_ = 0;
  std::map<std::size_t, std::vector<json::Value>> values_;
  std::vector<std::string> names_;
  std::vector<std::string_view> unknown_;
};

class CompleterTest : public ScoreTest {
 protected:
  using Given = std::map<std::string, std::vector<std::string>>;

  void SetUp() override {
    ScoreTest::SetUp();
    take(false, false);
  }
  void take(bool moments, bool takes_time) {
    completer_.reset();
    scorer_.emplace(test::visits_package(moments, takes_time), json::Object{}, engines_);
    completer_.emplace(*scorer_, std::vector<std::shared_ptr<const feature::LiveView>>{live_, live_});
  }

  /// A visit of an hour ago cost 7, one of two hours ago 3.
  static std::shared_ptr<feature::LiveView> live() {
    using test::Cells;
    const Type timestamp{.kind = Kind::timestamp};
    return test::live_visits(
        test::ColumnsOf()
            .texts("shop", Cells<std::string>{"north", "north", "south"})
            .integers("desk", Cells<std::int64_t>{1, 1, 2})
            .add("at", timestamp, Cells<std::int64_t>{now - 2 * test::hour_us, now - test::hour_us, now})
            .integers("delay", Cells<std::int64_t>{4, 5, 6})
            .numbers("price", Cells<double>{3, 7, 1})
            .texts("kind", Cells<std::string>{"a", "b", "c"})
            .flags("paid", Cells<bool>{true, false, true})
            .dates("day", Cells<std::int32_t>{20'000, 20'001, 20'002})
            .add("due", timestamp, Cells<std::int64_t>{1, 2, 3})
            .build());
  }

  /// "here__count 2 | here__kind b | ...", row by row.
  std::string made(const Given& given) {
    completer_->complete(TextRows(*scorer_, given), Time{now}, made_);
    std::string out;
    for (const Made::Column& column : made_.columns()) {
      out += (out.empty() ? "" : " | ") + scorer_->columns()[column.column].name;
      for (const Cell& cell : column.cells) {
        if (cell.kind == Cell::Kind::null) out += " null";
        else if (cell.kind == Cell::Kind::text) out += fmt::format(" '{}'", json::Node(&cell).text());
        else if (cell.kind == Cell::Kind::flag) out += cell.flag ? " true" : " false";
        else if (cell.kind == Cell::Kind::number) out += fmt::format(" {}", cell.number);
        else out += fmt::format(" {}", cell.integer);
      }
    }
    return out;
  }
  std::string refusal(const Given& given) {
    const Error fault = test::error_of([&] { made(given); });
    EXPECT_EQ(fault.code(), Code::usage);
    std::string out = fault.id() + ": " + fault.message() + "\n" + fault.detail();
    return fault.hint().empty() ? out : out + "(" + fault.hint() + ")";
  }
  static Given with(Given given, const std::string& name, const std::string& value) {
    given[name] = {value};
    return given;
  }
  static Given without(Given given, const std::string& name) {
    given.erase(name);
    return given;
  }

  static constexpr std::int64_t now = test::complete_us + 24 * test::hour_us;
  const Given row_ = {
      {"size", {"1"}}, {"desk", {"1"}}, {"shop", {"\"north\""}}, {"other_shop", {"\"south\""}}};

  std::shared_ptr<feature::LiveView> live_ = live();
  std::optional<Scorer> scorer_;
  std::optional<Completer> completer_;
  Made made_;
};

constexpr const char* of_now =
    "here__count 2 | here__delays 9 | here__price 5 | here__most 7 | here__kind 'b' | here__paid false | "
    "there__kind null | there__count 0";

TEST_F(CompleterTest, WithoutATimeARowIsOfNow) {
  EXPECT_EQ(made(row_), of_now);
  EXPECT_EQ(made(with(row_, "moment", "null")), of_now);
  EXPECT_EQ(made_.lookups(), 2U);
  EXPECT_EQ(
      made(with(row_, "moment", "\"2026-01-03T22:30:00\"")),
      "here__count 1 | here__delays 4 | here__price 3 | here__most 3 | here__kind 'a' | here__paid true | "
      "there__kind null | there__count 0");
  EXPECT_EQ(made(with(row_, "moment", "\"2026-01-04T00:30:00+02:00\"")).substr(0, 13), "here__count 1");
}

TEST_F(CompleterTest, ANullKeySeesNothing) {
  EXPECT_EQ(made(with(row_, "desk", "null")),
            "here__count 0 | here__delays null | here__price null | here__most null | here__kind null | "
            "here__paid null | there__kind null | there__count 0");
}

TEST_F(CompleterTest, FeaturesOfAViewAreTakenWhenAllAreThere) {
  Given given = with(row_, "there__kind", "\"a\"");
  EXPECT_EQ(
      refusal(given),
      "signature.mismatch: the data have the feature 'there__kind' and not 'there__count'\n"
      "(features of 'there' are taken as they are when all of them are there, and looked up when none is)");
  given = with(given, "there__count", "3");
  EXPECT_EQ(
      made(given),
      "here__count 2 | here__delays 9 | here__price 5 | here__most 7 | here__kind 'b' | here__paid false");
  for (const char* name :
       {"here__count", "here__delays", "here__price", "here__most", "here__kind", "here__paid"})
    given = with(given, name, "1");
  EXPECT_EQ(made(given), "");
  EXPECT_EQ(made_.lookups(), 0U);
  EXPECT_EQ(made(without(without(given, "shop"), "other_shop")), "") << "keys are for look-ups";
}

TEST_F(CompleterTest, WhatIsMissingIsToldAtOnce) {
  EXPECT_EQ(refusal(without(row_, "shop")),
            "signature.mismatch: column 'shop' (VARCHAR), by which the features of 'here' are looked up, is "
            "missing\n(`mlops model show MODEL` lists the inputs that it takes)");
  EXPECT_EQ(refusal({{"siz", {"1"}}, {"other_shop", {"\"x\""}}}),
            "signature.mismatch: the data do not have the model's inputs: 3 faults\n"
            "  column 'shop' (VARCHAR), by which the features of 'here' are looked up, is missing\n"
            "  column 'desk' (BIGINT), by which the features of 'here' are looked up, is missing\n"
            "  column 'size' (DOUBLE) is missing; did you mean `siz`?\n"
            "(`mlops model show MODEL` lists the inputs that it takes)");
}

TEST_F(CompleterTest, AMisspeltTimeIsNotNow) {
  EXPECT_EQ(
      refusal(with(row_, "momnt", "\"2026-01-03\"")),
      "signature.mismatch: column 'moment' (TIMESTAMP), as of which features are looked up, is missing; "
      "did you mean `momnt`?\n(a row whose 'moment' is null is of now)");
  EXPECT_EQ(made(with(row_, "colour", "1")), of_now);
}

TEST_F(CompleterTest, KeysOfAnotherKindAreRefused) {
  EXPECT_EQ(refusal(with(row_, "shop", "7")),
            "signature.mismatch: column 'shop', row 1: 7 is no text, which the key 'shop' is\n");
  EXPECT_EQ(refusal(with(row_, "desk", "\"left\"")),
            "signature.mismatch: column 'desk', row 1: 'left' is no integer, which the key 'desk' is\n");
  EXPECT_EQ(refusal(with(row_, "desk", "1.5")).substr(0, 53),
            "signature.mismatch: column 'desk', row 1: 1.5 is no i");
  EXPECT_EQ(refusal(with(row_, "shop", "[1]")).substr(0, 54),
            "signature.mismatch: column 'shop', row 1: a list is no");
  EXPECT_EQ(made(with(row_, "desk", "\"1\"")), of_now) << "CSV has nothing but texts";
  EXPECT_EQ(made(with(row_, "desk", "1.0")), of_now) << "pandas has whole numbers as fractions beside nulls";
}

TEST_F(CompleterTest, TimesThatAreNoneAreRefused) {
  const auto told = [](const char* shown) {
    return fmt::format(
        "signature.mismatch: column 'moment', row 1: {} is no time stamp, such as 2026-11-05T09:30:00\n"
        "(without one, or with null, a row is of now)",
        shown);
  };
  EXPECT_EQ(refusal(with(row_, "moment", "\"soon\"")), told("'soon'"));
  EXPECT_EQ(refusal(with(row_, "moment", "1767225600")), told("1767225600"));
}

TEST_F(CompleterTest, WhatIsForgottenIsRefused) {
  EXPECT_EQ(refusal(with(row_, "moment", "\"2026-01-02T23:59:59\"")),
            "features.forgotten: column 'moment', row 1: the features of 'here' are kept since "
            "2026-01-03T00:00:00Z, and the row is of 2026-01-02T23:59:59Z\n"
            "(features of older rows go with the request as columns)");
  EXPECT_EQ(made(with(row_, "moment", "\"2026-01-03\"")).substr(0, 13), "here__count 0");
}

TEST_F(CompleterTest, AModelThatTakesTheTimeGetsNow) {
  take(false, true);
  EXPECT_EQ(made(row_), fmt::format("moment {} | {}", now, of_now));
  EXPECT_EQ(made_.columns()[0].kind, Kind::timestamp);
  Given rows = row_;
  for (auto& [name, values] : rows) values.push_back(values[0]);
  rows["moment"] = {"\"2026-01-03 22:30\"", "null"};
  EXPECT_EQ(made(rows).substr(0, 51), "moment '2026-01-03 22:30' '2026-01-04T00:00:00Z' | ");
  rows["moment"] = {"\"2026-01-03 22:30\"", "\"2026-01-03\""};
  EXPECT_EQ(made(rows).substr(0, 15), "here__count 1 0");
}

}  // namespace
}  // namespace mlops::score
