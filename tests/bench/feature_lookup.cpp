/// feature_lookup: the four columns of the view `airport` looked up in memory, for keys of few and of many
/// events, beside a loop over the events of each window. Prints lines of: events of the key, us a look-up, us
/// of the loop; then a line of: "add", us an event in order, us an event that comes late.

#include <mlops/feature/live.hpp>
#include <mlops/stats/exact_sum.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "columns.hpp"
#include "cpu_seconds.hpp"

namespace {

using namespace mlops;

constexpr std::int64_t hour = 3'600'000'000;

struct Events {
  std::vector<std::int64_t> at;
  std::vector<double> delay;

  Events(std::size_t count, std::int64_t span) {
    std::mt19937_64 random(count);
    for (std::size_t i = 0; i < count; ++i) {
      at.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span)));
      delay.push_back(static_cast<double>(random() % 300) - 60);
    }
    std::sort(at.begin(), at.end());
  }
  Columns columns() const {
    const test::Cells<std::string> keys(at.size(), "ORD");
    return test::ColumnsOf()
        .texts("key0", keys)
        .add<std::int64_t>("at", {.kind = Kind::timestamp}, {at.begin(), at.end()})
        .numbers("input0", {delay.begin(), delay.end()})
        .build();
  }
};

/// Windows of an hour, three and all that is there, as many events there are.
feature::View airport(std::int64_t longest) {
  feature::View view{.name = "airport", .key = {{"airport", "origin"}}, .from = "departures", .at = "landed"};
  view.inputs = {{"CAST((delay) AS DOUBLE)", "DOUBLE"}};
  const auto add = [&](feature::Aggregate aggregate, std::optional<std::size_t> input, std::int64_t window) {
    const std::string name = "c" + std::to_string(view.columns.size());
    view.columns.push_back({.name = name,
                            .text = name,
                            .definition = {.aggregate = aggregate, .window_us = window},
                            .input = input,
                            .type = "DOUBLE"});
  };
  add(feature::Aggregate::mean, 0, hour);
  add(feature::Aggregate::mean, 0, 3 * hour);
  add(feature::Aggregate::mean, 0, longest);
  add(feature::Aggregate::count, {}, 3 * hour);
  return view;
}

double loops(const feature::View& view, const Events& events, std::int64_t time) {
  double total = 0;
  for (const feature::ViewColumn& column : view.columns) {
    stats::ExactSum sum;
    std::size_t count = 0;
    const auto first =
        std::lower_bound(events.at.begin(), events.at.end(), time - column.definition.window_us);
    for (auto i = static_cast<std::size_t>(first - events.at.begin());
         i < events.at.size() && events.at[i] <= time; ++i) {
      if (column.input) sum.add(events.delay[i]);
      ++count;
    }
    total += column.input ? sum.mean() : static_cast<double>(count);
  }
  return total;
}

template <typename Work>
double us_each(Work work) {
  std::size_t calls = 0;
  const double begin = cpu_seconds();
  for (; cpu_seconds() - begin < 0.4; ++calls) work();
  return (cpu_seconds() - begin) * 1e6 / static_cast<double>(calls);
}

void look_up(std::size_t count, std::int64_t longest) {
  const Events events(count, longest);
  const feature::View view = airport(longest);
  feature::LiveView live(view, 0);
  live.add(events.columns());
  const std::vector<std::size_t> columns = {0, 1, 2, 3};
  feature::Found found;
  std::mt19937_64 random(1);
  double sum = 0;
  const auto time = [&] { return longest - static_cast<std::int64_t>(random() % hour); };
  const double ours = us_each([&] {
    live.look_up("ORD", time(), columns, found);
    sum += found.values[2].real;
  });
  const double loop = us_each([&] { sum += loops(view, events, time()); });
  std::printf("%zu\t%.3f\t%.3f\t%g\n", count, ours, loop, sum);
}

void add() {
  const Events events(200'000, 24 * hour);
  const Columns in_order = events.columns();
  Events late(20'000, 24 * hour);
  std::shuffle(late.at.begin(), late.at.end(), std::mt19937_64(1));
  const Columns any_order = late.columns();
  feature::LiveView live(airport(24 * hour), 0);
  const double begin = cpu_seconds();
  live.add(in_order);
  const double middle = cpu_seconds();
  live.add(any_order);
  const double end = cpu_seconds();
  std::printf("add\t%.3f\t%.3f\n", (middle - begin) * 1e6 / 200'000, (end - middle) * 1e6 / 20'000);
}

}  // namespace

int main() {
  for (const std::size_t count : {16u, 160u, 1'600u, 16'000u, 160'000u}) look_up(count, 24 * hour);
  look_up(1'000'000, 30 * 24 * hour);
  add();
}
