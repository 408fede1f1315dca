#include <mlops/score/skew.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/reads.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/feature/skew.hpp>
#include <mlops/json/value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

#include "src/online_values.hpp"
#include "src/version_table.hpp"

namespace mlops::score {
namespace {

using feature::OnlineView;

NotServed not_online(const feature::View& view) {
  return {
      fmt::format("features/{0} is not online: `mlops features materialize {0}` brings it there", view.name)};
}

/// The one that means the same, else the newest of that name.
std::optional<OnlineView> served(const feature::OnlineStore& store, const feature::View& view) {
  std::optional<OnlineView> newest;
  for (OnlineView& one : store.views()) {
    if (one.view.name != view.name) continue;
    if (feature::changes(one.view, view).empty()) return std::move(one);
    if (!newest) newest = std::move(one);
  }
  return newest;
}

bool same_keys(const feature::View& a, const feature::View& b) {
  return std::equal(
      a.key.begin(), a.key.end(), b.key.begin(), b.key.end(),
      [](const feature::Key& x, const feature::Key& y) { return x.entity == y.entity && x.kind == y.kind; });
}

/// "airport@v1" of a table's record, as far as it is here.
std::string version_taken(store::Store& store, const OnlineView& there, const dataset::Version& version) {
  for (const dataset::Version& one : dataset::history(store, {version.section, version.name})) {
    if (one.standing() == there.table) return fmt::format("{}@v{}", one.name, one.number);
  }
  return "another version of " + version.name;
}

/// What is known to differ, before any value is looked at.
std::string reason_of(const EnrichPlace& place, const OnlineView& there, const feature::View& view,
                      const dataset::Version& version) {
  const auto changed = feature::changes(there.view, view);
  if (!changed.empty())
    return fmt::format("online is another definition ({}): `mlops features materialize {}`",
                       changed.front().what, view.name);
  if (there.table == version.standing()) return "";
  return fmt::format("online is {}: `mlops features materialize {}`",
                     version_taken(place.store, there, version), view.name);
}

bool is_personal(const std::string& text, const dataset::Version& version) {
  return std::any_of(version.columns.begin(), version.columns.end(), [&](const dataset::Column& column) {
    return column.pii && text.find(column.name) != std::string::npos;
  });
}

std::string shown(const feature::Value& value, const std::string& type) {
  return json::dump(value_json(value, type));
}

std::string example_text(const feature::Difference& one, const feature::View& view, const OnlineView& there,
                         const dataset::Version& version) {
  std::string key;
  for (std::size_t i = 0; i < one.key.size(); ++i) {
    const bool hidden = is_personal(view.key[i].column, version);
    const json::Value part = value_json(one.key[i], key_type(view.key[i].kind));
    key += fmt::format("{}{}={}", key.empty() ? "" : ", ", view.key[i].entity,
                       hidden                        ? std::string(dataset::mask)
                       : part.as_string() != nullptr ? *part.as_string()
                                                     : json::dump(part));
  }
  const bool hidden = is_personal(view.find(one.column)->text, version);
  const std::string online = there.view.find(one.column) == nullptr ? "not there"
                             : hidden                               ? std::string(dataset::mask)
                                                                    : shown(one.online, one.type);
  return fmt::format("{}{}at {}: {} is {}, online {}", key, key.empty() ? "" : " ", Time{one.time_us}.text(),
                     one.column, hidden ? std::string(dataset::mask) : shown(one.offline, one.type), online);
}

std::string detail_of(const feature::Compared& compared, const std::string& reason, const feature::View& view,
                      const OnlineView& there, const dataset::Version& version) {
  if (compared.differing == 0)
    return fmt::format("{} for {}", count_of(compared.values, "value"),
                       count_of(compared.questions, "question"));
  std::vector<std::string> parts;
  for (const feature::Difference& one : compared.examples)
    parts.push_back(example_text(one, view, there, version));
  if (!reason.empty()) parts.push_back(reason);
  return fmt::format("{}", fmt::join(parts, "; "));
}

class Served {
 public:
  Served(const EnrichPlace& place, const feature::OnlineStore& store, OnlineView there,
         const feature::View& view, const dataset::Version& version)
      : place_(place), store_(store), there_(std::move(there)), view_(view), version_(version) {}

  std::variant<Skew, NotServed> compared(Time now) {
    const std::string reason = reason_of(place_, there_, view_, version_);
    if (!same_keys(there_.view, view_)) return Skew{1, "online has another key: " + reason};
    const auto engine = engine_of(place_);
    const feature::Table table = table_of_version(place_, version_);
    const std::int64_t from = there_.complete_from_us;
    const auto newest = feature::newest_event(view_, table, *engine);
    const std::int64_t to = std::min(now.us, newest.value_or(INT64_MIN));
    if (to < from) return too_early(newest);
    const auto compared = feature::compare({view_, offline(table, from, *engine)},
                                           {there_.view, store_.events_of(there_)}, from, to);
    if (compared.values == 0) return NotServed{"there is no event to ask for"};
    return Skew{static_cast<double>(compared.differing) / static_cast<double>(compared.values),
                detail_of(compared, reason, view_, there_, version_)};
  }

 private:
  Columns offline(const feature::Table& table, std::int64_t from, table::Engine& engine) const {
    constexpr std::int64_t second_us = 1'000'000;
    const std::int64_t seen = std::max(view_.longest_window_us(), view_.ttl_us.value_or(0)) + second_us;
    return feature::read_events_since(view_, table, from - seen, engine).columns;
  }

  NotServed too_early(const std::optional<std::int64_t>& newest) const {
    return {fmt::format("online answers from {} on, and {}@v{} {}", Time{there_.complete_from_us}.text(),
                        version_.name, version_.number,
                        newest ? "ends at " + Time{*newest}.text() : "has no event")};
  }

  const EnrichPlace& place_;
  const feature::OnlineStore& store_;
  const OnlineView there_;
  const feature::View& view_;
  const dataset::Version& version_;
};

}  // namespace

std::variant<Skew, NotServed> skew(const EnrichPlace& place, const std::filesystem::path& file,
                                   const feature::View& view, const dataset::Version& version, Time now) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return not_online(view);
  const feature::OnlineStore store(file, feature::OnlineStore::Mode::read);
  auto there = served(store, view);
  if (!there) return not_online(view);
  return Served(place, store, *std::move(there), view, version).compared(now);
}

}  // namespace mlops::score
