/// Requests that lack features: whatever form they come in, their answers are those of the same rows with the
/// features that the join gives them, and both ways of answering (serve_test_body_ways.cpp) say the same.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "serve_test_body.hpp"
#include "visits_model.hpp"

namespace mlops::serve::test {
namespace {

using mlops::test::Cells;
using mlops::test::ColumnsOf;

struct Row {
  std::optional<std::string> shop = {};
  std::optional<std::string> other = {};
  std::optional<std::int64_t> desk = {};
  std::optional<double> size = {};
  std::int64_t moment = 0;
};

class LookupsTest : public BodyTest {
 protected:
  std::size_t below(std::size_t n) { return random_() % n; }
  bool often() { return below(12) != 0; }

  void take(bool moments, bool takes_time) {
    completer_.reset();
    scorer_ = score::Scorer(mlops::test::visits_package(moments, takes_time), json::Object{}, engines_);
    features_ = mlops::test::visits_features(moments);
    completer_.emplace(scorer_, std::vector<std::shared_ptr<const feature::LiveView>>{live_, live_});
  }

  std::optional<std::string> shop() {
    static const std::vector<std::string> names = {"", "north",
                                                   "s\xC3\xBC"
                                                   "d",
                                                   "1", "nowhere"};
    return often() ? std::optional(names[below(names.size())]) : std::nullopt;
  }
  std::vector<Row> rows() {
    std::vector<Row> out(below(6));
    for (Row& row : out) {
      row = {.shop = shop(), .other = shop(), .moment = moment()};
      if (often()) row.desk = static_cast<std::int64_t>(below(3));
      if (often()) row.size = static_cast<double>(below(80)) / 8;
    }
    return out;
  }
  /// Moments of events and just beside them.
  std::int64_t moment() {
    return mlops::test::complete_us + static_cast<std::int64_t>(below(50 * 60)) * 60'000'000 +
           static_cast<std::int64_t>(below(3)) - (often() ? 0 : 1);
  }

  /// The truth: the join of all events to the rows.
  Columns joined(const std::vector<Row>& rows) {
    Cells<std::string> shops, others;
    Cells<std::int64_t> desks, moments;
    Cells<double> sizes;
    for (const Row& row : rows) {
      shops.push_back(row.shop);
      others.push_back(row.other);
      desks.push_back(row.desk);
      sizes.push_back(row.size);
      moments.push_back(row.moment);
    }
    const Columns table = ColumnsOf()
                              .texts("shop", shops)
                              .texts("other_shop", others)
                              .integers("desk", desks)
                              .numbers("size", sizes)
                              .add("moment", {.kind = Kind::timestamp}, moments, "TIMESTAMP")
                              .build();
    std::vector<feature::Use> uses;
    for (const score::ModelView& view : features_.views) {
      feature::Use use{.history = &history_, .as = view.as, .columns = view.columns};
      for (const score::LookupColumn& key : view.key) use.key.push_back(key.name);
      uses.push_back(std::move(use));
    }
    return feature::beside(table, feature::join(table, "moment", uses).columns);
  }

  template <typename Value>
  static std::string json_of(const std::optional<Value>& value) {
    return value ? json::dump(json::Value(*value)) : "null";
  }
  static std::string time_text(std::int64_t us) { return Time{us}.text(); }
  std::vector<std::pair<std::string, std::string>> members(const Row& row) {
    return {{"shop", json_of(row.shop)},
            {"other_shop", json_of(row.other)},
            {"desk", json_of(row.desk)},
            {"size", json_of(row.size)},
            {"moment", json::dump(time_text(row.moment))}};
  }
  template <typename Item>
  static std::string list(std::size_t count, Item item) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ", ") + item(i);
    return out + "]";
  }
  std::vector<std::size_t> order() {
    std::vector<std::size_t> out = {0, 1, 2, 3, 4};
    if (below(2) == 0) std::shuffle(out.begin(), out.end(), random_);
    return out;
  }

  std::string records(const std::vector<Row>& rows) {
    return "{\"dataframe_records\": " +
           list(rows.size(),
                [&](std::size_t row) {
                  const auto all = members(rows[row]);
                  std::string out;
                  for (const std::size_t i : order())
                    out += (out.empty() ? "{\"" : ", \"") + all[i].first + "\": " + all[i].second;
                  return out + "}";
                }) +
           "}";
  }
  std::string split(const std::vector<Row>& rows) {
    const auto places = order();
    const auto names = members({});
    return "{\"dataframe_split\": {\"columns\": " +
           list(5, [&](std::size_t i) { return "\"" + names[places[i]].first + "\""; }) + ", \"data\": " +
           list(rows.size(),
                [&](std::size_t row) {
                  const auto all = members(rows[row]);
                  return list(5, [&](std::size_t i) { return all[places[i]].second; });
                }) +
           "}}";
  }
  std::string tensors(const std::vector<Row>& rows) {
    static const std::vector<std::string> types = {"BYTES", "BYTES", "INT64", "FP64", "BYTES"};
    const auto names = members({});
    const auto places = order();
    return "{\"inputs\": " +
           list(5,
                [&](std::size_t i) {
                  const std::size_t place = places[i];
                  return fmt::format(
                      R"({{"name": "{}", "datatype": "{}", "shape": [{}], "data": {}}})", names[place].first,
                      types[place], rows.size(),
                      list(rows.size(), [&](std::size_t row) { return members(rows[row])[place].second; }));
                }) +
           "}";
  }
  /// A blank is null there, so that a shop without a name cannot be asked for.
  std::string csv(const std::vector<Row>& rows) {
    std::string out = "shop,other_shop,desk,size,moment\n";
    for (const Row& row : rows) {
      out += row.shop.value_or("") + "," + row.other.value_or("") + "," +
             (row.desk ? std::to_string(*row.desk) : "") + "," +
             (row.size ? fmt::format("{}", *row.size) : "") + "," + time_text(row.moment) + "\n";
    }
    return out;
  }

  struct Told {
    std::string text;
    std::vector<std::uint64_t> places = {};
  };
  template <typename Work>
  std::string outcome(score::Answered& answers, Work work) {
    try {
      work();
    } catch (const Error& e) {
      ++refused_;
      return BodyTest::text_of(e) + e.detail();
    }
    ++answered_all_;
    std::string out = fmt::format("{} | {} | {} {} {}", answers.rows, fmt::join(answers.predictions, " "),
                                  fmt::join(answers.met.nulls, " "), fmt::join(answers.met.unseen, " "),
                                  fmt::join(answers.met.out_of_range, " "));
    for (const predict::Values& values : answers.frame.features)
      out += fmt::format("; {} {}", fmt::join(values.numbers, " "), fmt::join(values.codes, " "));
    return out;
  }
  Asked asked() const { return {*completer_, Time{now}}; }
  std::string by_values(const std::string& body, int form) {
    return outcome(values_, [&] {
      if (form == 2) reader_.inference(body, std::nullopt, asked(), rest_, values_);
      else reader_.invocations(type_of(form), body, asked(), values_);
    });
  }
  std::string by_columns(const std::string& body, int form) {
    return outcome(columns_, [&] {
      const Columns rows = form == 2 ? reader_.inference(body, std::nullopt, asked(), rest_)
                                     : reader_.invocations(type_of(form), body, asked());
      scorer_.answer(rows, columns_);
    });
  }
  std::string truth(const std::vector<Row>& rows) {
    return outcome(truth_, [&] { scorer_.answer(joined(rows), truth_); });
  }
  static const char* type_of(int form) { return form == 3 ? "text/csv" : "application/json"; }
  std::string body_of(const std::vector<Row>& rows, int form) {
    return form == 0 ? records(rows) : form == 1 ? split(rows) : form == 2 ? tensors(rows) : csv(rows);
  }
  void damage(std::string& body) {
    static const std::string bytes = "{}[]\",:019.-e \n\xC3\xFF";
    for (std::size_t i = 0; i <= below(2); ++i) {
      const std::size_t at = below(body.size());
      if (below(2) == 0) body[at] = bytes[below(bytes.size())];
      else body.erase(at, 1 + below(4));
    }
  }

  static constexpr std::int64_t now = mlops::test::complete_us + 30 * mlops::test::hour_us;
  std::mt19937_64 random_{2026};
  Columns events_ = mlops::test::visits_events(random_);
  feature::History history_{mlops::test::visits_view(), events_, 1};
  std::shared_ptr<feature::LiveView> live_ = mlops::test::live_visits(events_);
  score::ModelFeatures features_;
  std::optional<score::Completer> completer_;
  Inference rest_;
  score::Answered values_;
  score::Answered columns_;
  score::Answered truth_;
  int answered_all_ = 0;
  int refused_ = 0;
};

bool is_forgotten(const std::vector<Row>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const Row& row) { return row.moment < mlops::test::complete_us; });
}

TEST_F(LookupsTest, AnswersAreThoseOfTheJoin) {
  int compared = 0;
  for (int i = 0; i < 4'000; ++i) {
    if (i % 8 == 0) take(below(2) == 0, below(4) == 0);
    auto asked_rows = rows();
    const auto form = static_cast<int>(below(4));
    if (form == 3) {
      for (Row& row : asked_rows) {
        if (row.shop == "") row.shop.reset();
        if (row.other == "") row.other.reset();
      }
    }
    const std::string body = body_of(asked_rows, form);
    const std::string values = by_values(body, form);
    ASSERT_EQ(values, by_columns(body, form)) << body;
    if (is_forgotten(asked_rows)) {
      ASSERT_TRUE(values.starts_with("features.forgotten: ")) << values << "\n" << body;
      continue;
    }
    if (asked_rows.empty()) continue;
    ASSERT_EQ(values, truth(asked_rows)) << body;
    ++compared;
  }
  EXPECT_GT(compared, 3'000);
}

TEST_F(LookupsTest, DamagedBodiesAreToldAlikeByBothWays) {
  for (int i = 0; i < 6'000; ++i) {
    if (i % 8 == 0) take(below(2) == 0, below(2) == 0);
    const auto form = static_cast<int>(below(4));
    std::string body = body_of(rows(), form);
    damage(body);
    ASSERT_EQ(by_values(body, form), by_columns(body, form)) << body;
  }
  EXPECT_GT(answered_all_, 700);
  EXPECT_GT(refused_, 4'000);
}

/// The short way is taken where the model takes no dates; lists of values without names are the model's
/// inputs.
TEST_F(LookupsTest, RowsWithoutNamesHaveAllInputs) {
  take(false, false);
  std::string values;
  for (std::size_t i = 0; i < scorer_.signature().inputs.size(); ++i) values += i == 0 ? "1" : ", 1";
  values_ = {};
  reader_.invocations("application/json", "{\"instances\": [[" + values + "]]}", asked(), values_);
  EXPECT_EQ(values_.rows, 1U);
  EXPECT_EQ(reader_.looked_up().answers, 0U);
  EXPECT_EQ(fault([&] {
              reader_.invocations("application/json", "{\"instances\": [[" + values + ", 1]]}", asked(),
                                  values_);
            }).message(),
            "row 1 of 'instances' has 11 values, where 10 are wanted");
}

}  // namespace
}  // namespace mlops::serve::test
