#pragma once
/// A model that was trained on a view of visits to shops, and the events of that view: for tests of what
/// looks features up.

#include <mlops/base/engines.hpp>
#include <mlops/feature/join.hpp>
#include <mlops/feature/live.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/score/completer.hpp>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "columns.hpp"

namespace mlops::test {

inline constexpr std::int64_t hour_us = 3'600'000'000;
inline constexpr std::int64_t first_us = 1'767'225'600'000'000;  // 2026-01-01
/// 2026-01-03: what came before is forgotten.
inline constexpr std::int64_t complete_us = first_us + 48 * hour_us;

inline feature::View visits_view() {
  feature::View view{
      .name = "visits",
      .key = {{"shop", "shop", feature::KeyKind::text}, {"desk", "desk", feature::KeyKind::integer}},
      .from = "visits",
      .at = "done",
      .inputs = {{"delay", "BIGINT"},
                 {"price", "DOUBLE"},
                 {"kind", "VARCHAR"},
                 {"paid", "BOOLEAN"},
                 {"day", "DATE"},
                 {"due", "TIMESTAMP"}}};
  const auto add = [&](const char* name, const char* text, std::optional<std::size_t> input,
                       const char* type) {
    view.columns.push_back({name, text, std::get<feature::Definition>(feature::parse(text)), input, type});
  };
  add("unused", "count() over 1h", std::nullopt, "BIGINT");
  add("count", "count() over 6h", std::nullopt, "BIGINT");
  add("delays", "sum(delay) over 1d", 0, "BIGINT");
  add("price", "mean(price) over 6h", 1, "DOUBLE");
  add("most", "max(price) over 1d", 1, "DOUBLE");
  add("kind", "kind", 2, "VARCHAR");
  add("paid", "paid", 3, "BOOLEAN");
  add("day", "max(day) over 1d", 4, "DATE");
  add("due", "due", 5, "TIMESTAMP");
  return view;
}

/// The other features are plain for a JSON value, `moments` are not.
inline score::ModelFeatures visits_features(bool moments) {
  score::ModelView use{.view = visits_view(),
                       .as = "here",
                       .key = {{"shop", "VARCHAR"}, {"desk", "BIGINT"}},
                       .columns = {"count", "delays", "price", "most", "kind", "paid"}};
  if (moments) use.columns.insert(use.columns.end(), {"day", "due"});
  score::ModelView other = use;
  other.as = "there";
  other.key = {{"other_shop", "VARCHAR"}, {"desk", "BIGINT"}};
  other.columns = {"kind", "count"};
  return {.time = {"moment", "TIMESTAMP"}, .views = {use, other}};
}

/// Takes `desk`, which is a key too, and perhaps the time.
inline predict::Package visits_package(bool moments, bool takes_time) {
  using predict::Encoding;
  const auto number = [](const char* name, const char* type) {
    return predict::Input{.name = name, .type = type, .min = 0, .max = 5};
  };
  const auto kind = [](const char* name) {
    return predict::Input{
        .name = name, .type = "VARCHAR", .encoding = Encoding::category, .categories = {"a", "b", ""}};
  };
  predict::Package out{
      .algorithm = "prior", .loss = "logloss", .fitted = {{"shares", json::Array{0.25, 0.75}}}};
  auto& inputs = out.signature.inputs;
  inputs = {
      number("size", "DOUBLE"),
      number("desk", "BIGINT"),
      number("here__count", "BIGINT"),
      number("here__delays", "BIGINT"),
      number("here__price", "DOUBLE"),
      number("here__most", "DOUBLE"),
      kind("here__kind"),
      {.name = "here__paid", .type = "BOOLEAN", .encoding = Encoding::flag},
      kind("there__kind"),
      {.name = "there__count", .type = "BIGINT", .encoding = Encoding::category, .categories = {"0", "1"}}};
  if (moments) {
    inputs.push_back({.name = "here__day", .type = "DATE", .encoding = Encoding::date});
    inputs.push_back({.name = "here__due", .type = "TIMESTAMP", .encoding = Encoding::timestamp});
  }
  if (takes_time) inputs.push_back({.name = "moment", .type = "TIMESTAMP", .encoding = Encoding::timestamp});
  out.signature.classes = {"0", "1"};
  out.files.emplace(score::features_file, score::features_json(visits_features(moments)));
  return out;
}

/// As read_events() gives them: four shops (one has no letters) at two desks in four days.
inline Columns visits_events(std::mt19937_64& random, std::size_t count = 600) {
  const auto below = [&](std::size_t n) { return static_cast<std::int64_t>(random() % n); };
  const auto often = [&](auto value) {
    return below(12) == 0 ? decltype(std::optional(value))() : std::optional(value);
  };
  Cells<std::string> shops, kinds;
  Cells<std::int64_t> desks, moments, delays, dues;
  Cells<double> prices;
  Cells<bool> paid;
  Cells<std::int32_t> days;
  const std::vector<std::string> names = {"", "north",
                                          "s\xC3\xBC"
                                          "d",
                                          "1"};
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t at = first_us + below(96 * 60) * (hour_us / 60);
    shops.push_back(often(names[static_cast<std::size_t>(below(4))]));
    desks.push_back(below(2));
    moments.push_back(at);
    delays.push_back(often(below(9) - 2));
    prices.push_back(often(static_cast<double>(below(1000)) / 7));
    if (below(40) == 0) prices.back() = below(2) == 0 ? 1.0 / 0.0 : std::numeric_limits<double>::quiet_NaN();
    kinds.push_back(often(std::string(1, static_cast<char>('a' + below(3)))));
    paid.push_back(often(below(2) == 0));
    days.push_back(often(static_cast<std::int32_t>(below(40'000) - 10'000)));
    dues.push_back(often(below(4) == 0 ? -below(1'000'000'000'000'000) : at + below(1'000'000)));
  }
  const Type timestamp{.kind = Kind::timestamp};
  return ColumnsOf()
      .texts("shop", shops)
      .integers("desk", desks)
      .add("at", timestamp, moments, "TIMESTAMP")
      .integers("delay", delays)
      .numbers("price", prices)
      .texts("kind", kinds)
      .flags("paid", paid)
      .dates("day", days)
      .add("due", timestamp, dues, "TIMESTAMP")
      .build();
}

inline std::shared_ptr<feature::LiveView> live_visits(const Columns& events) {
  auto live = std::make_shared<feature::LiveView>(visits_view(), complete_us);
  live->add(events);
  return live;
}

}  // namespace mlops::test
