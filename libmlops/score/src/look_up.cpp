#include <mlops/score/look_up.hpp>

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/cells.hpp>
#include <mlops/json/number.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

#include "src/online_values.hpp"

namespace mlops::score {
namespace {

constexpr std::int64_t day_in_us = 86'400'000'000;

std::optional<std::int64_t> integer_from(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> flag_from(const std::string& text) {
  const std::string word = lowered(text);
  if (word == "true" || word == "1") return 1;
  if (word == "false" || word == "0") return 0;
  return std::nullopt;
}

/// As KeyBytes::integer() takes it.
std::optional<std::int64_t> number_of(feature::KeyKind kind, const std::string& text) {
  if (kind == feature::KeyKind::integer) return integer_from(text);
  if (kind == feature::KeyKind::boolean) return flag_from(text);
  const auto time = Time::parse(text);
  if (!time) return std::nullopt;
  if (kind == feature::KeyKind::timestamp) return time->us;
  if (time->us % day_in_us != 0) return std::nullopt;
  return time->us / day_in_us;
}

std::string_view wanted_by(feature::KeyKind kind) {
  switch (kind) {
    case feature::KeyKind::integer:
      return "a whole number";
    case feature::KeyKind::boolean:
      return "true or false";
    case feature::KeyKind::date:
      return "a date such as 2026-11-01";
    case feature::KeyKind::timestamp:
      return "a time such as 2026-11-01T09:30:00Z";
    case feature::KeyKind::text:
      break;
  }
  return "a text";
}

std::optional<std::pair<Kind, TimeUnit>> moment_kind(const std::string& type) {
  if (type == "DATE") return std::pair(Kind::date, TimeUnit::us);
  if (type == "TIME") return std::pair(Kind::time, TimeUnit::us);
  if (type == "TIMESTAMP") return std::pair(Kind::timestamp, TimeUnit::us);
  if (type == "TIMESTAMP_S") return std::pair(Kind::timestamp, TimeUnit::s);
  if (type == "TIMESTAMP_MS") return std::pair(Kind::timestamp, TimeUnit::ms);
  if (type == "TIMESTAMP_NS") return std::pair(Kind::timestamp, TimeUnit::ns);
  if (type == "TIMESTAMP WITH TIME ZONE") return std::pair(Kind::timestamp_tz, TimeUnit::us);
  return std::nullopt;
}

std::string_view status_of(const feature::Value& value, bool seen) {
  if (value.kind != feature::Value::Kind::null) return statuses::present;
  if (value.expired) return statuses::expired;
  return seen ? statuses::null : statuses::none;
}

/// Their positions in the view.
std::vector<std::size_t> positions_of(const feature::View& view, const std::vector<std::string>& columns) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < view.columns.size(); ++i) {
    if (columns.empty()) out.push_back(i);
  }
  std::vector<std::string> known;
  for (const feature::ViewColumn& column : view.columns) known.push_back(column.name);
  for (const std::string& name : columns) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      const auto near = near_misses(name, known);
      throw error(Code::usage, "features/{} has no column '{}'", view.name, name)
          .with_hint("{} {}",
                     near.empty() ? "it has" : "a similar one exists:", one_of(near.empty() ? known : near));
    }
    out.push_back(static_cast<std::size_t>(found - known.begin()));
  }
  return out;
}

}  // namespace

json::Value value_json(const feature::Value& value, const std::string& type) {
  switch (value.kind) {
    case feature::Value::Kind::null:
      return nullptr;
    case feature::Value::Kind::real:
      return json::number(value.real);
    case feature::Value::Kind::text:
      return value.text;
    case feature::Value::Kind::integer:
      break;
  }
  if (type == "BOOLEAN") return value.integer != 0;
  if (const auto moment = moment_kind(type))
    return dataset::moment_text(moment->first, moment->second, value.integer);
  return value.integer;
}

std::string key_type(feature::KeyKind kind) {
  switch (kind) {
    case feature::KeyKind::boolean:
      return "BOOLEAN";
    case feature::KeyKind::date:
      return "DATE";
    case feature::KeyKind::timestamp:
      return "TIMESTAMP";
    default:
      return "BIGINT";
  }
}

std::string key_bytes(const feature::View& view, const std::vector<std::string>& parts) {
  feature::KeyBytes key(view.key.size());
  key.start();
  for (std::size_t i = 0; i < view.key.size(); ++i) {
    const feature::Key& part = view.key[i];
    if (part.kind == feature::KeyKind::text) {
      key.text(parts[i]);
      continue;
    }
    const auto number = number_of(part.kind, parts[i]);
    if (!number)
      throw error(Code::usage, "'{}' is no {} of features/{}: {} is wanted", parts[i], part.entity, view.name,
                  wanted_by(part.kind));
    key.integer(*number);
  }
  return std::string(key.bytes());
}

LookUp look_up(const feature::OnlineStore& store, const feature::OnlineView& view, const std::string& key,
               std::int64_t time_us, const std::vector<std::string>& columns) {
  const auto positions = positions_of(view.view, columns);
  feature::LiveView live(view.view, view.complete_from_us);
  live.add(store.events_of(view, key));
  feature::Found found;
  live.look_up(key, time_us, positions, found);
  LookUp out{.newest_us = found.newest_us};
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const feature::ViewColumn& column = view.view.columns[positions[i]];
    out.values.push_back({.column = column.name,
                          .type = column.type,
                          .value = value_json(found.values[i], column.type),
                          .status = status_of(found.values[i], found.newest_us.has_value())});
  }
  return out;
}

}  // namespace mlops::score
