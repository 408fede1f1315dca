#pragma once
/// Random events of views, questions about them, and their meaning said as plainly as it can be: every event
/// is looked at for every question.

#include <mlops/base/columns.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/live.hpp>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "columns.hpp"

namespace mlops::feature::test {

using mlops::test::Cells;
using mlops::test::ColumnsOf;
using Keys = std::vector<KeyKind>;

/// A part of a key: a number, or a text.
struct Part {
  std::int64_t number = 0;
  std::string text = {};

  auto operator<=>(const Part&) const = default;
};
/// Nothing: one part is null.
using EventKey = std::optional<std::vector<Part>>;

struct Fact {
  EventKey key = {};
  std::optional<std::int64_t> at = {};
  std::optional<std::int64_t> known = {};
  std::optional<double> x = {};
  std::optional<float> f = {};
  std::optional<std::int64_t> n = {};
  std::optional<std::string> s = {};
  std::optional<bool> b = {};
  std::optional<std::int32_t> d = {};
};

struct Question {
  EventKey key = {};
  std::int64_t time = 0;
};

/// Its windows are some `unit`s long.
inline View view_of(const Keys& keys, bool known, std::optional<std::int64_t> ttl, std::int64_t unit = 1) {
  View view{.name = "v", .from = "t", .at = "at", .known = known ? "known" : "", .ttl_us = ttl};
  for (std::size_t i = 0; i < keys.size(); ++i)
    view.key.push_back({fmt::format("e{}", i), fmt::format("k{}", i), keys[i]});
  view.inputs = {{"(x) IS NOT NULL OR NULL", "BOOLEAN"},
                 {"x", "DOUBLE"},
                 {"f", "FLOAT"},
                 {"n", "BIGINT"},
                 {"s", "VARCHAR"},
                 {"b", "BOOLEAN"},
                 {"d", "DATE"}};
  const auto add = [&](std::optional<Aggregate> aggregate, std::optional<std::size_t> input,
                       std::int64_t window, const std::string& type) {
    const std::string name = fmt::format("c{}", view.columns.size());
    view.columns.push_back(
        {.name = name,
         .text = name,
         .definition = {.aggregate = aggregate, .expression = input ? "x" : "", .window_us = window * unit},
         .input = input,
         .type = type});
  };
  add(Aggregate::count, {}, 10, "BIGINT");
  add(Aggregate::count, 0, 200, "BIGINT");
  for (const std::int64_t window : {1, 40, 1000}) {
    add(Aggregate::sum, 1, window, "DOUBLE");
    add(Aggregate::mean, 1, window, "DOUBLE");
    add(Aggregate::sum, 3, window, "BIGINT");
    add(Aggregate::mean, 3, window, "DOUBLE");
    add(Aggregate::min, 1, window, "DOUBLE");
    add(Aggregate::max, 2, window, "FLOAT");
  }
  add(Aggregate::max, 1, 300, "DOUBLE");
  add(Aggregate::min, 2, 300, "FLOAT");
  add(Aggregate::min, 3, 300, "BIGINT");
  add(Aggregate::max, 5, 20, "BOOLEAN");
  add(Aggregate::min, 6, 60, "DATE");
  for (const std::size_t input : {1u, 2u, 3u, 4u, 5u, 6u}) add({}, input, 0, view.inputs[input].type);
  return view;
}

inline std::vector<std::size_t> all_columns(const View& view) {
  std::vector<std::size_t> out(view.columns.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  return out;
}

inline void add_key(ColumnsOf& out, const std::string& name, KeyKind kind, std::size_t part,
                    const std::vector<EventKey>& keys) {
  Cells<std::string> texts;
  Cells<std::int64_t> numbers;
  Cells<std::int32_t> days;
  Cells<bool> flags;
  for (const EventKey& key : keys) {
    texts.push_back(key ? std::optional((*key)[part].text) : std::nullopt);
    numbers.push_back(key ? std::optional((*key)[part].number) : std::nullopt);
    days.push_back(key ? std::optional(static_cast<std::int32_t>((*key)[part].number)) : std::nullopt);
    flags.push_back(key ? std::optional((*key)[part].number != 0) : std::nullopt);
  }
  if (kind == KeyKind::text) out.texts(name, texts);
  else if (kind == KeyKind::integer) out.integers(name, numbers);
  else if (kind == KeyKind::date) out.dates(name, days);
  else if (kind == KeyKind::boolean) out.flags(name, flags);
  else out.add(name, {.kind = Kind::timestamp}, numbers, "TIMESTAMP");
}

template <typename T>
Cells<T> cells_of(const std::vector<Fact>& facts, std::optional<T> Fact::*member) {
  Cells<T> out;
  for (const Fact& fact : facts) out.push_back(fact.*member);
  return out;
}

/// As read_events() gives them.
inline Columns columns_of(const View& view, const std::vector<Fact>& facts) {
  ColumnsOf out;
  std::vector<EventKey> keys;
  for (const Fact& fact : facts) keys.push_back(fact.key);
  for (std::size_t i = 0; i < view.key.size(); ++i)
    add_key(out, fmt::format("key{}", i), view.key[i].kind, i, keys);
  out.add("at", {.kind = Kind::timestamp}, cells_of(facts, &Fact::at), "TIMESTAMP");
  if (!view.known.empty())
    out.add("known", {.kind = Kind::timestamp}, cells_of(facts, &Fact::known), "TIMESTAMP");
  Cells<bool> there;
  for (const Fact& fact : facts) there.push_back(fact.x ? std::optional(true) : std::nullopt);
  return out.flags("input0", there)
      .numbers("input1", cells_of(facts, &Fact::x))
      .add("input2", {.kind = Kind::float32}, cells_of(facts, &Fact::f), "FLOAT")
      .integers("input3", cells_of(facts, &Fact::n))
      .texts("input4", cells_of(facts, &Fact::s))
      .flags("input5", cells_of(facts, &Fact::b))
      .dates("input6", cells_of(facts, &Fact::d))
      .build();
}

inline Columns rows_of(const View& view, const std::vector<Question>& questions) {
  ColumnsOf out;
  std::vector<EventKey> keys;
  Cells<std::int64_t> times;
  for (const Question& question : questions) {
    keys.push_back(question.key);
    times.push_back(question.time);
  }
  for (std::size_t i = 0; i < view.key.size(); ++i)
    add_key(out, view.key[i].column, view.key[i].kind, i, keys);
  return out.add("t", {.kind = Kind::timestamp}, times, "TIMESTAMP").build();
}

/// The bytes of a key by the public way.
inline std::optional<std::string_view> bytes_of(const View& view, const EventKey& key, KeyBytes& bytes) {
  if (!key) return std::nullopt;
  bytes.start();
  for (std::size_t i = 0; i < view.key.size(); ++i)
    view.key[i].kind == KeyKind::text ? bytes.text((*key)[i].text) : bytes.integer((*key)[i].number);
  return bytes.bytes();
}

inline Value whole(std::int64_t value) { return {.kind = Value::Kind::integer, .integer = value}; }
inline Value real(double value) { return {.kind = Value::Kind::real, .real = value}; }

/// One cell of what join() gives.
inline Value cell(const Column& column, std::size_t row) {
  if (!column.valid(row)) return {};
  switch (column.type().kind) {
    case Kind::float64:
      return real(column.values<double>()[row]);
    case Kind::float32:
      return real(column.values<float>()[row]);
    case Kind::text:
      return {.kind = Value::Kind::text, .text = std::string(column.text(row))};
    case Kind::boolean:
      return whole(column.boolean(row) ? 1 : 0);
    case Kind::date:
      return whole(column.values<std::int32_t>()[row]);
    default:
      return whole(column.values<std::int64_t>()[row]);
  }
}

inline std::string said(const Value& value) {
  switch (value.kind) {
    case Value::Kind::integer:
      return fmt::format("{}", value.integer);
    case Value::Kind::real:
      return fmt::format("{:016x} ({})", std::bit_cast<std::uint64_t>(value.real), value.real);
    case Value::Kind::text:
      return "'" + value.text + "'";
    default:
      return "null";
  }
}

inline Columns joined(const View& view, const Columns& events, const std::vector<Question>& questions) {
  const History history(view, events, 1);
  Use use{.history = &history};
  for (const Key& key : view.key) use.key.push_back(key.column);
  return join(rows_of(view, questions), "t", std::span(&use, 1), {.threads = 1}).columns;
}

__extension__ using Wide = __int128;

/// The facts' doubles are multiples of 2^-40 below 2^60: so is any sum of them, exactly.
inline double rounded_once(Wide sum) { return std::ldexp(static_cast<double>(sum), -40); }

class Brute {
 public:
  Brute(const View& view, const std::vector<Fact>& facts, const Question& question)
      : view_(view), facts_(facts), time_(question.time) {
    for (std::size_t i = 0; i < facts.size(); ++i) {
      const Fact& fact = facts[i];
      const bool one = fact.key && question.key && *fact.key == *question.key;
      if (!one || !fact.at || *fact.at > time_) continue;
      if (!view.known.empty() && (!fact.known || *fact.known > time_)) continue;
      seen_.push_back(&fact);
    }
  }

  std::optional<std::int64_t> newest() const {
    const Fact* last = latest();
    return last == nullptr ? std::nullopt : last->at;
  }
  bool expired() const {
    const Fact* last = latest();
    return last != nullptr && view_.ttl_us && *last->at < time_ - *view_.ttl_us;
  }

  Value value(const ViewColumn& column) const {
    if (!column.definition.aggregate) return value_of_latest(column);
    std::vector<const Fact*> inside;
    for (const Fact* fact : seen_) {
      if (*fact->at >= time_ - column.definition.window_us) inside.push_back(fact);
    }
    if (*column.definition.aggregate == Aggregate::count) return count(inside, column);
    if (column.input == 1) return of_reals(inside, column);
    std::vector<Value> values;
    for (const Fact* fact : inside) {
      if (const Value one = input(*fact, *column.input); one.kind != Value::Kind::null) values.push_back(one);
    }
    if (values.empty()) return {};
    if (column.definition.aggregate == Aggregate::min || column.definition.aggregate == Aggregate::max)
      return extreme(values, column.definition.aggregate == Aggregate::max);
    Wide sum = 0;
    for (const Value& one : values) sum += one.integer;
    if (column.definition.aggregate == Aggregate::sum) return whole(static_cast<std::int64_t>(sum));
    return real(static_cast<double>(sum) / static_cast<double>(values.size()));
  }

 private:
  const Fact* latest() const {
    const Fact* best = nullptr;
    for (const Fact* fact : seen_) {  // in the order of arrival
      const auto moments = [&](const Fact& one) {
        return std::pair(*one.at, view_.known.empty() ? 0 : *one.known);
      };
      if (best == nullptr || moments(*fact) >= moments(*best)) best = fact;
    }
    return best;
  }

  static Value input(const Fact& fact, std::size_t input) {
    if (input == 1) return fact.x ? real(*fact.x) : Value();
    if (input == 2) return fact.f ? real(static_cast<double>(*fact.f)) : Value();
    if (input == 3) return fact.n ? whole(*fact.n) : Value();
    if (input == 4) return fact.s ? Value{.kind = Value::Kind::text, .text = *fact.s} : Value();
    if (input == 5) return fact.b ? whole(*fact.b ? 1 : 0) : Value();
    return fact.d ? whole(*fact.d) : Value();
  }

  Value value_of_latest(const ViewColumn& column) const {
    const Fact* fact = latest();
    return fact == nullptr || expired() ? Value() : input(*fact, *column.input);
  }

  static Value count(const std::vector<const Fact*>& inside, const ViewColumn& column) {
    std::int64_t count = 0;
    for (const Fact* fact : inside) count += !column.input || fact->x;
    return whole(count);
  }

  static Value of_reals(const std::vector<const Fact*>& inside, const ViewColumn& column) {
    std::vector<Value> values;
    for (const Fact* fact : inside) {
      if (fact->x) values.push_back(real(*fact->x));
    }
    const Aggregate aggregate = *column.definition.aggregate;
    if (values.empty()) return {};
    if (aggregate == Aggregate::min || aggregate == Aggregate::max)
      return extreme(values, aggregate == Aggregate::max);
    Wide sum = 0;
    double special = 0;  // NaN and infinities go their own way
    for (const Value& one : values) {
      if (std::isfinite(one.real)) sum += static_cast<Wide>(std::ldexp(one.real, 40));
      else special += one.real;
    }
    const double total = special == 0 ? rounded_once(sum) : special;
    return real(aggregate == Aggregate::sum ? total : total / static_cast<double>(values.size()));
  }

  /// NaN above all, -0 below 0.
  static bool less(const Value& a, const Value& b) {
    if (a.kind == Value::Kind::integer) return a.integer < b.integer;
    if (std::isnan(a.real) || std::isnan(b.real)) return !std::isnan(a.real);
    if (a.real == 0 && b.real == 0) return std::signbit(a.real) && !std::signbit(b.real);
    return a.real < b.real;
  }
  static Value extreme(const std::vector<Value>& values, bool max) {
    Value best = values[0];
    for (const Value& one : values) {
      if (std::isnan(one.real) && std::isnan(best.real)) continue;
      if (max ? less(best, one) : less(one, best)) best = one;
    }
    return best;
  }

  const View& view_;
  const std::vector<Fact>& facts_;
  std::int64_t time_;
  std::vector<const Fact*> seen_;
};

/// Bit for bit.
inline bool same(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Value::Kind::integer) return a.integer == b.integer;
  if (a.kind == Value::Kind::text) return a.text == b.text;
  return a.kind == Value::Kind::null || std::memcmp(&a.real, &b.real, sizeof a.real) == 0;
}

/// A NaN is one whatever its bits.
inline bool equal(const Value& a, const Value& b) {
  return same(a, b) ||
         (a.kind == Value::Kind::real && b.kind == a.kind && std::isnan(a.real) && std::isnan(b.real));
}

/// Random facts and questions of one view; moments stand close together, so that many are equal.
class Facts {
 public:
  Facts(View view, std::uint64_t seed, std::int64_t span, int keys, std::int64_t unit = 1)
      : view_(std::move(view)), random_(seed), span_(span), keys_(keys), unit_(unit) {}

  std::int64_t below(std::int64_t end) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(end));
  }
  bool one_in(std::int64_t n) { return below(n) == 0; }

  EventKey key() {
    if (!view_.key.empty() && one_in(25)) return std::nullopt;
    std::vector<Part> out;
    const std::int64_t number = below(keys_);
    for (const Key& key : view_.key) {
      const std::int64_t flag = one_in(6) ? 1 : 0;
      if (key.kind == KeyKind::text) out.push_back({0, std::string(static_cast<std::size_t>(number), '1')});
      else out.push_back({key.kind == KeyKind::boolean ? flag : number * 3 - 5, ""});
    }
    return out;
  }

  Fact fact(std::int64_t around, std::int64_t width) {
    Fact out{.key = key()};
    if (!one_in(40)) out.at = unit_ * (around + below(width));
    if (!one_in(40)) out.known = out.at.value_or(0) + (one_in(3) ? unit_ * (below(80) - 20) : 0);
    if (!one_in(9)) out.x = number();
    if (!one_in(9)) out.f = static_cast<float>(number());
    if (!one_in(9)) out.n = one_in(50) ? INT64_MAX / 100'000 - below(9) : below(2001) - 1000;
    if (!one_in(9)) out.s = std::string(static_cast<std::size_t>(below(30)), 'x');
    if (!one_in(9)) out.b = one_in(2);
    if (!one_in(9)) out.d = static_cast<std::int32_t>(below(40'000) - 20'000);
    return out;
  }
  std::vector<Fact> facts(std::size_t count, std::int64_t around, std::int64_t width) {
    std::vector<Fact> out;
    while (out.size() < count) out.push_back(fact(around, width));
    return out;
  }

  std::vector<Question> questions(std::size_t count, std::int64_t from) {
    std::vector<Question> out;
    while (out.size() < count) out.push_back({key(), std::max(from, unit_ * (below(span_ + 400) - 100))});
    return out;
  }

  const View& view() const { return view_; }

 private:
  double number() {
    const std::int64_t kind = below(60);
    if (kind == 0) return std::numeric_limits<double>::quiet_NaN();
    if (kind == 1) return std::numeric_limits<double>::infinity();
    if (kind == 2) return -std::numeric_limits<double>::infinity();
    if (kind < 6) return below(2) == 0 ? 0.0 : -0.0;
    const double whole = static_cast<double>(below(2000) - 1000);
    return std::ldexp(whole, static_cast<int>(below(90)) - 40);
  }

  View view_;
  std::mt19937_64 random_;
  std::int64_t span_;
  int keys_;
  std::int64_t unit_;
};

/// Asks all questions of `live` and compares with the join of `facts`, and with loops for each `brute`-th.
inline void expect_equal(const LiveView& live, const std::vector<Fact>& facts, const Columns& events,
                         const std::vector<Question>& questions, std::size_t brute) {
  const View& view = live.view();
  const Columns offline = joined(view, events, questions);
  const auto columns = all_columns(view);
  KeyBytes bytes(view.key.size());
  Found found;
  for (std::size_t row = 0; row < questions.size(); ++row) {
    live.look_up(bytes_of(view, questions[row].key, bytes), questions[row].time, columns, found);
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (const Value wanted = cell(offline.column(i), row); !same(wanted, found.values[i]))
        FAIL() << "column " << i << " at " << questions[row].time << ": joined " << said(wanted)
               << ", looked up " << said(found.values[i]);
    if (row % brute != 0) continue;
    const Brute loops(view, facts, questions[row]);
    ASSERT_EQ(loops.newest(), found.newest_us);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Value plain = loops.value(view.columns[i]);
      ASSERT_TRUE(equal(plain, found.values[i])) << "column " << i << " at " << questions[row].time << ": "
                                                 << said(plain) << " and " << said(found.values[i]);
      ASSERT_EQ(found.values[i].expired, !view.columns[i].definition.aggregate && loops.expired());
    }
  }
}

}  // namespace mlops::feature::test
