#include <mlops/feature/skew.hpp>

#include <mlops/feature/join.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <optional>
#include <unordered_set>

#include "src/keys.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

constexpr std::uint64_t most_questions = 100'000;
constexpr std::size_t most_examples = 3;

Value value_at(const Column& column, std::size_t row) {
  Value out;
  if (!column.valid(row)) return out;
  const Kind kind = column.type().kind;
  if (kind == Kind::text) {
    out.kind = Value::Kind::text;
    out.text = column.text(row);
  } else if (kind == Kind::float32 || kind == Kind::float64) {
    out.kind = Value::Kind::real;
    out.real = kind == Kind::float32 ? double{column.values<float>()[row]} : column.values<double>()[row];
  } else {
    out.kind = Value::Kind::integer;
    out.integer = integer_at(column, row);
  }
  return out;
}

bool same(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Value::Kind::null:
      return true;
    case Value::Kind::integer:
      return a.integer == b.integer;
    case Value::Kind::real:
      return std::bit_cast<std::uint64_t>(a.real) == std::bit_cast<std::uint64_t>(b.real);
    case Value::Kind::text:
      return a.text == b.text;
  }
  return false;
}

/// Which of the online columns has the place of each offline one.
std::vector<std::optional<std::size_t>> places_of(const View& offline, const View& online) {
  std::vector<std::optional<std::size_t>> out;
  for (const ViewColumn& column : offline.columns) {
    const auto found = std::find_if(online.columns.begin(), online.columns.end(),
                                    [&](const ViewColumn& one) { return one.name == column.name; });
    out.push_back(found == online.columns.end()
                      ? std::nullopt
                      : std::optional(static_cast<std::size_t>(found - online.columns.begin())));
  }
  return out;
}

class Comparing {
 public:
  Comparing(const Side& offline, const Side& online, std::int64_t from_us, std::int64_t to_us)
      : view_(offline.view),
        history_(offline.view, offline.events),
        live_(online.view, from_us),
        places_(places_of(offline.view, online.view)),
        from_us_(from_us),
        to_us_(to_us) {
    live_.add(online.events);
    for (const auto& place : places_) {
      if (place) asked_.push_back(*place);
    }
  }

  /// At the moments of one column of the events: "at" or "known".
  void ask(const Columns& events, const std::string& time) {
    const auto moments = moments_of(events.column(*events.find(time)));
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < moments.size(); ++row) {
      if (moments[row] != no_moment && moments[row] >= from_us_ && moments[row] <= to_us_)
        rows.push_back(row);
    }
    if (rows.empty()) return;
    const JoinResult joined = join(events, time, std::vector<Use>{use(events)});
    KeyReader keys(columns_of_key(events));
    const std::size_t step = 1 + rows.size() / most_questions;
    for (std::size_t i = 0; i < rows.size(); i += step) {
      const auto key = keys.read(rows[i]);
      if (key && is_new(*key, moments[rows[i]])) question(events, joined, rows[i], *key, moments[rows[i]]);
    }
  }

  Compared result() { return std::move(out_); }

 private:
  std::vector<Column> columns_of_key(const Columns& events) const {
    std::vector<Column> out;
    for (std::size_t i = 0; i < view_.key.size(); ++i) out.push_back(events.column(i));
    return out;
  }

  Use use(const Columns& events) const {
    Use out{.history = &history_, .as = "view"};
    for (std::size_t i = 0; i < view_.key.size(); ++i) out.key.push_back(events.fields()[i].name);
    return out;
  }

  bool is_new(std::string_view key, std::int64_t time) {
    const std::uint64_t hash = std::hash<std::string_view>{}(key);
    return seen_.insert((hash ^ static_cast<std::uint64_t>(time)) * 0x9e3779b97f4a7c15u + hash).second;
  }

  void question(const Columns& events, const JoinResult& joined, std::size_t row, std::string_view key,
                std::int64_t time) {
    live_.look_up(key, time, asked_, found_);
    ++out_.questions;
    std::size_t next = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Value offline = value_at(joined.columns.column(i), row);
      const Value online = places_[i] ? found_.values[next++] : Value{};
      ++out_.values;
      if (places_[i] && same(offline, online)) continue;
      ++out_.differing;
      add_example(events, row, time, view_.columns[i], offline, online);
    }
  }

  void add_example(const Columns& events, std::size_t row, std::int64_t time, const ViewColumn& column,
                   const Value& offline, const Value& online) {
    const bool told = std::any_of(out_.examples.begin(), out_.examples.end(),
                                  [&](const Difference& one) { return one.column == column.name; });
    if (told || out_.examples.size() == most_examples) return;
    Difference example{
        .time_us = time, .column = column.name, .type = column.type, .offline = offline, .online = online};
    for (const Column& part : columns_of_key(events)) example.key.push_back(value_at(part, row));
    out_.examples.push_back(std::move(example));
  }

  const View& view_;
  const History history_;
  LiveView live_;
  const std::vector<std::optional<std::size_t>> places_;
  std::vector<std::size_t> asked_;
  const std::int64_t from_us_;
  const std::int64_t to_us_;
  std::unordered_set<std::uint64_t> seen_;
  Found found_;
  Compared out_;
};

}  // namespace

Compared compare(const Side& offline, const Side& online, std::int64_t from_us, std::int64_t to_us) {
  Comparing comparing(offline, online, from_us, to_us);
  for (const Side* side : {&offline, &online}) {
    for (const char* time : {"at", "known"}) {
      if (side->events.find(time)) comparing.ask(side->events, time);
    }
  }
  return comparing.result();
}

}  // namespace mlops::feature
