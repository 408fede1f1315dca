/// serve_lookups ENGINES: requests of one row to a model of two airports with four windows each, as the
/// flights have them, with the features looked up and with the features given; prints lines of: what, CPU
/// microseconds a request, what it is compared with, those of that (0: nothing).

#include <mlops/feature/live.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/score/completer.hpp>
#include <mlops/serve/body.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include "columns.hpp"
#include "cpu_seconds.hpp"

namespace {

using namespace mlops;

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t now_us = 993'859'200'000'000;  // 2001-06-30
constexpr std::size_t airports = 230;
constexpr std::size_t flights_a_day = 16'500;

/// Least CPU microseconds of one call.
template <typename Work>
double least(Work work) {
  double best = 1e9;
  constexpr int calls = 500;
  for (int window = 0; window < 60; ++window) {
    const double before = cpu_seconds();
    for (int i = 0; i < calls; ++i) work();
    best = std::min(best, (cpu_seconds() - before) / calls);
  }
  return best * 1e6;
}

std::string airport(std::size_t i) {
  return {static_cast<char>('A' + i / 26), static_cast<char>('A' + i % 26), 'X'};
}

feature::View airport_view() {
  feature::View view{.name = "airport",
                     .key = {{"airport", "origin", feature::KeyKind::text}},
                     .from = "departures",
                     .at = "landed",
                     .inputs = {{"delay", "BIGINT"}}};
  const auto add = [&](const char* name, const char* text, std::optional<std::size_t> input,
                       const char* type) {
    view.columns.push_back({name, text, std::get<feature::Definition>(feature::parse(text)), input, type});
  };
  add("delay_1h", "mean(delay) over 1h", 0, "DOUBLE");
  add("delay_3h", "mean(delay) over 3h", 0, "DOUBLE");
  add("delay_24h", "mean(delay) over 24h", 0, "DOUBLE");
  add("flights_3h", "count() over 3h", std::nullopt, "BIGINT");
  return view;
}

/// Three days of flights; the first airport has a twentieth of them, as ORD did.
Columns flights() {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> share;
  test::Cells<std::string> origins;
  test::Cells<std::int64_t> landed, delays;
  for (std::size_t i = 0; i < 3 * flights_a_day; ++i) {
    origins.push_back(airport(static_cast<std::size_t>(std::pow(share(random), 2.3) * airports)));
    landed.push_back(now_us - static_cast<std::int64_t>(share(random) * 72 * static_cast<double>(hour_us)));
    delays.push_back(static_cast<std::int64_t>(share(random) * 60) - 15);
  }
  return test::ColumnsOf()
      .texts("origin", origins)
      .add("at", {.kind = Kind::timestamp}, landed, "TIMESTAMP")
      .integers("delay", delays)
      .build();
}

predict::Package package(bool takes_time) {
  using predict::Encoding;
  predict::Package out{
      .algorithm = "prior", .loss = "logloss", .fitted = {{"shares", json::Array{0.5, 0.5}}}};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < airports; ++i) names.push_back(airport(i));
  auto& inputs = out.signature.inputs;
  for (const char* name : {"origin", "destination"})
    inputs.push_back({.name = name, .type = "VARCHAR", .encoding = Encoding::category, .categories = names});
  for (const char* name : {"distance", "hour", "weekday"}) inputs.push_back({.name = name, .type = "BIGINT"});
  score::ModelFeatures features{.time = {"date", "TIMESTAMP"}};
  for (const auto& [as, key] : {std::pair("airport", "origin"), std::pair("dest", "destination")}) {
    features.views.push_back({.view = airport_view(), .as = as, .key = {{key, "VARCHAR"}}});
    for (const feature::ViewColumn& column : features.views.back().view.columns) {
      features.views.back().columns.push_back(column.name);
      inputs.push_back({.name = std::string(as) + "__" + column.name, .type = column.type});
    }
  }
  if (takes_time) inputs.push_back({.name = "date", .type = "TIMESTAMP", .encoding = Encoding::timestamp});
  out.signature.classes = {"0", "1"};
  out.files.emplace(score::features_file, score::features_json(features));
  return out;
}

std::string body(const std::string& more) {
  return R"({"dataframe_records": [{"origin": "AAX", "destination": "ABX", "distance": 1846, "hour": 9, "weekday": 6)" +
         more + R"(, "date": "2001-06-29T21:30:00"}]})";
}

constexpr const char* features =
    R"(, "airport__delay_1h": 14.482758620689655, "airport__delay_3h": 14.109589041095891,
 "airport__delay_24h": 14.366548042704626, "airport__flights_3h": 73, "dest__delay_1h": 13.913043478260869,
 "dest__delay_3h": 13.2463768115942, "dest__delay_24h": 13.996539792387543, "dest__flights_3h": 69)";

void measure(Engines& engines, const std::shared_ptr<feature::LiveView>& live, bool takes_time) {
  const score::Scorer scorer(package(takes_time), {}, engines);
  const score::Completer completer(scorer, {live, live});
  serve::Reader reader(engines);
  score::Answered answers;
  const auto cost = [&](const std::string& text) {
    return least([&] { reader.invocations("application/json", text, {completer, Time{now_us}}, answers); });
  };
  const double given = cost(body(features));
  const double looked_up = cost(body(""));
  const char* kind = takes_time ? "dated" : "plain";
  std::printf("%s\t%.3f\tfeatures given\t%.3f\n", kind, looked_up, given);
  std::printf("%s.added\t%.3f\tthe most that is allowed\t20\n", kind, looked_up - given);
}

}  // namespace

int main(int, char** argv) {
  Engines engines({argv[1]});
  const auto live = std::make_shared<feature::LiveView>(airport_view(), now_us - 48 * hour_us);
  live->add(flights());
  measure(engines, live, false);
  measure(engines, live, true);
}
