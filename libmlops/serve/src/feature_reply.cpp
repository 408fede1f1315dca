#include "src/feature_reply.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <set>

#include "src/cells.hpp"
#include "src/faults.hpp"
#include "src/feature_fault.hpp"
#include "src/feature_json.hpp"

namespace mlops::serve {
namespace {

using feature::KeyKind;
using json::Cell;
using ValueKind = feature::Value::Kind;

constexpr std::string_view event_time = "event_timestamp";
constexpr std::string_view no_moment = R"("1970-01-01T00:00:00Z")";

[[noreturn]] void refuse_value(std::string_view column, std::size_t row, const Cell& cell,
                               std::string_view wanted) {
  throw feature_fault("'{}', row {}: {}, where {} is wanted", column, row + 1,
                      shown(json::Node(&cell), false), wanted);
}

std::string_view wanted_for(KeyKind kind) {
  switch (kind) {
    case KeyKind::integer:
      return "a whole number";
    case KeyKind::text:
      return "a text";
    case KeyKind::boolean:
      return "true or false";
    case KeyKind::date:
      return "a date such as 2026-01-31";
    case KeyKind::timestamp:
      break;
  }
  return "a time such as 2026-01-31T12:00:00Z";
}

std::optional<std::int64_t> moment_in(const Cell& cell) {
  if (cell.kind != Cell::Kind::text) return std::nullopt;
  const auto time = Time::parse(json::Node(&cell).text());
  return time ? std::optional(time->us) : std::nullopt;
}

/// A whole number, also one that came as a double; nothing for what is none.
std::optional<std::int64_t> key_whole_in(const Cell& cell) {
  constexpr double most = 9'223'372'036'854'775'808.0;
  if (cell.kind == Cell::Kind::integer) return cell.integer;
  if (cell.kind != Cell::Kind::number || std::trunc(cell.number) != cell.number) return std::nullopt;
  if (cell.number < -most || cell.number >= most) return std::nullopt;
  return static_cast<std::int64_t>(cell.number);
}

/// What a part of a key is as an integer; nothing where it is of another kind.
std::optional<std::int64_t> part_of(const Cell& cell, KeyKind kind) {
  if (kind == KeyKind::integer) return key_whole_in(cell);
  if (kind == KeyKind::timestamp) return moment_in(cell);
  if (kind == KeyKind::boolean) {
    const auto number =
        cell.kind == Cell::Kind::flag ? std::optional<std::int64_t>(cell.flag) : key_whole_in(cell);
    return number == 0 || number == 1 ? number : std::nullopt;
  }
  const auto us = moment_in(cell);
  return us && *us % day_us == 0 ? std::optional(*us / day_us) : std::nullopt;
}

Presence presence_of(const feature::Value& value, const feature::Found& found) {
  const bool number = value.kind != ValueKind::real || std::isfinite(value.real);
  if (value.kind != ValueKind::null) return number ? Presence::present : Presence::null_value;
  if (value.expired) return Presence::outside_max_age;
  return found.newest_us ? Presence::null_value : Presence::not_found;
}

void append_status(Presence presence, std::string& out) {
  out += '"';
  out += presence_names[static_cast<std::size_t>(presence)];
  out += '"';
}

void append_result(std::string_view values, std::string_view statuses, std::string_view moments,
                   std::string& out) {
  out += R"({"values": [)";
  out += values;
  out += R"(], "statuses": [)";
  out += statuses;
  out += R"(], "event_timestamps": [)";
  out += moments;
  out += "]}, ";
}

/// "airport" of "airport@latest".
std::string_view view_in(std::string_view reference) {
  constexpr std::string_view latest = "@latest";
  if (reference.ends_with(latest)) reference.remove_suffix(latest.size());
  return reference;
}

FeatureFault no_view(std::string_view name, const Catalogue& catalogue) {
  const auto known = catalogue.names();
  const auto near = name.size() > 100 ? std::vector<std::string>() : near_misses(name, known);
  const std::string there = known.empty() ? "none is" : one_of(near.empty() ? known : near, "'") + " is";
  return feature_fault(404, Feast::no_view, "no view {} is online; {}", quoted(name), there);
}

FeatureFault no_column(std::string_view column, const Answering& view) {
  std::vector<std::string> known;
  for (const auto& one : view.live->view().columns) known.push_back(one.name);
  const auto near = column.size() > 100 ? std::vector<std::string>() : near_misses(column, known);
  return feature_fault(404, Feast::no_object, "the view '{}' has no feature {}, but {}",
                       view.online.view.name, quoted(column), one_of(near.empty() ? known : near, "'"));
}

}  // namespace

// ---- what is wanted
// ---------------------------------------------------------------------------------------------------

void FeatureReply::plan(const FeatureQuestion& question, const Catalogue& catalogue) {
  question_ = &question;
  used_ = 0;
  outputs_.clear();
  if (question.service) plan_service(catalogue);
  else plan_features(catalogue);
  require_different_names();
}

FeatureReply::Group& FeatureReply::next_group() {
  if (used_ == groups_.size()) groups_.emplace_back();
  Group& group = groups_[used_++];
  group.columns.clear();
  group.key.clear();
  return group;
}

/// Its own name for the time, else the reserved one.
std::size_t FeatureReply::time_column(std::string_view own) const {
  const NamedLists& entities = question_->entities;
  const std::size_t found = own.empty() ? NamedLists::none : entities.find(own);
  return found == NamedLists::none ? entities.find(event_time) : found;
}

std::size_t FeatureReply::group_of(const Answering& view) {
  for (std::size_t i = 0; i < used_; ++i) {
    if (groups_[i].live == view.live.get()) return i;
  }
  Group& group = next_group();
  group.live = view.live.get();
  group.counts = view.counts;
  group.time = time_column(view.time);
  const NamedLists& entities = question_->entities;
  for (const feature::Key& key : view.live->view().key) {
    std::size_t column = entities.find(key.entity);
    if (column == NamedLists::none) column = entities.find(key.column);
    if (column == NamedLists::none) {
      const bool same = key.entity == key.column;
      throw feature_fault("the view '{}' is looked up by '{}'{}; 'entities' has {}", view.online.view.name,
                          key.entity, same ? "" : fmt::format(" (or '{}')", key.column),
                          entities.names_text());
    }
    group.key.push_back(column);
  }
  return used_ - 1;
}

void FeatureReply::plan_features(const Catalogue& catalogue) {
  for (const std::string_view reference : question_->features) plan_feature(reference, catalogue);
}

/// Of several definitions the newest that has the column.
void FeatureReply::plan_feature(std::string_view reference, const Catalogue& catalogue) {
  const std::size_t colon = reference.find(':');
  if (colon == std::string_view::npos)
    throw feature_fault("the feature {} is not of the form 'view:feature'", quoted(reference));
  const std::string_view name = view_in(reference.substr(0, colon));
  const std::string_view column = reference.substr(colon + 1);
  const auto views = catalogue.of(name);
  if (views.empty()) throw no_view(name, catalogue);
  for (const Answering& view : views) {
    const auto found = view.columns.find(column);
    if (found == view.columns.end()) continue;
    const std::size_t at = group_of(view);
    Group& group = groups_[at];
    outputs_.push_back({question_->full_names ? fmt::format("{}__{}", name, column) : std::string(column), at,
                        group.columns.size()});
    group.columns.push_back(found->second);
    return;
  }
  throw no_column(column, views.front());
}

void FeatureReply::plan_service(const Catalogue& catalogue) {
  const std::string_view name = *question_->service;
  const auto found = catalogue.services.find(name);
  if (found == catalogue.services.end())
    throw feature_fault(404, Feast::no_service,
                        "no feature service {}: a registered model with `features:` is one", quoted(name));
  const ModelService& service = found->second;
  if (!service.fault.empty()) throw feature_fault("{}", service.fault);
  const NamedLists& entities = question_->entities;
  for (const ServiceView& view : service.views) {
    Group& group = next_group();
    group.live = view.live.get();
    group.counts = view.counts;
    group.time = time_column(service.time);
    for (const std::string& key : view.key) {
      const std::size_t column = entities.find(key);
      if (column == NamedLists::none)
        throw feature_fault("the model '{}' looks features up by '{}'; 'entities' has {}", name, key,
                            entities.names_text());
      group.key.push_back(column);
    }
    group.columns = view.columns;
    for (std::size_t i = 0; i < view.names.size(); ++i) outputs_.push_back({view.names[i], used_ - 1, i});
  }
}

void FeatureReply::require_different_names() const {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < question_->entities.width(); ++i) names.insert(question_->entities.name(i));
  for (const Output& one : outputs_) {
    if (names.insert(one.name).second) continue;
    throw feature_fault(422, Feast::same_name, "two columns of the answer would be called {}{}",
                        serve::quoted(one.name),
                        question_->full_names ? "" : "; \"full_feature_names\": true tells views apart");
  }
}

// ---- looked up
// --------------------------------------------------------------------------------------------------------

void FeatureReply::write(Time now, std::string& out) {
  for (std::size_t i = 0; i < used_; ++i) look_up(groups_[i], now);
  out += R"({"results": [)";
  write_entities(out);
  for (const Output& one : outputs_) {
    const Group& group = groups_[one.group];
    append_result(group.values[one.column], group.statuses[one.column], group.moments, out);
  }
  if (out.ends_with(", ")) out.resize(out.size() - 2);
  out += R"(], "metadata": {"feature_names": [)";
  write_names(out);
  out += "]}}";
}

void FeatureReply::look_up(Group& group, Time now) {
  const std::size_t columns = group.columns.size();
  if (group.values.size() < columns) group.values.resize(columns);
  if (group.statuses.size() < columns) group.statuses.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    group.values[i].clear();
    group.statuses[i].clear();
  }
  group.moments.clear();
  key_.emplace(group.key.size());
  Counted counted = {};
  const std::size_t rows = question_->entities.rows();
  for (std::size_t row = 0; row < rows; ++row) look_up_row(group, row, now, counted);
  group.counts->lookups.fetch_add(rows, std::memory_order_relaxed);
  for (std::size_t i = 0; i < counted.size(); ++i) {
    if (counted[i] > 0) group.counts->values[i].fetch_add(counted[i], std::memory_order_relaxed);
  }
}

void FeatureReply::look_up_row(Group& group, std::size_t row, Time now, Counted& counted) {
  const std::int64_t moment = moment_of(group, row, now);
  const bool whole = read_key(group, row);
  try {
    group.live->look_up(whole ? std::optional(key_->bytes()) : std::nullopt, moment, group.columns, found_);
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    throw feature_fault("row {}: {}", row + 1, e.message());
  }
  const auto& types = group.live->view().columns;
  for (std::size_t i = 0; i < group.columns.size(); ++i) {
    if (row > 0) group.values[i] += ", ";
    if (row > 0) group.statuses[i] += ", ";
    const Presence presence = presence_of(found_.values[i], found_);
    append_value(found_.values[i], types[group.columns[i]].type, group.values[i]);
    append_status(presence, group.statuses[i]);
    ++counted[static_cast<std::size_t>(presence)];
  }
  if (row > 0) group.moments += ", ";
  if (found_.newest_us) append_moment(*found_.newest_us, group.moments);
  else group.moments += no_moment;
}

/// False where a part is null: such a key has no events.
bool FeatureReply::read_key(const Group& group, std::size_t row) {
  const NamedLists& entities = question_->entities;
  const auto& parts = group.live->view().key;
  key_->start();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Cell& cell = *entities.cells(group.key[i])[row];
    if (cell.kind == Cell::Kind::null) return false;
    if (parts[i].kind == KeyKind::text && cell.kind == Cell::Kind::text) {
      key_->text(json::Node(&cell).text());
      continue;
    }
    const auto part = parts[i].kind == KeyKind::text ? std::nullopt : part_of(cell, parts[i].kind);
    if (!part) refuse_value(entities.name(group.key[i]), row, cell, wanted_for(parts[i].kind));
    key_->integer(*part);
  }
  return true;
}

/// A time that is null is none, as for /invocations.
std::int64_t FeatureReply::moment_of(const Group& group, std::size_t row, Time now) const {
  if (group.time == NamedLists::none) return now.us;
  const Cell& cell = *question_->entities.cells(group.time)[row];
  if (cell.kind == Cell::Kind::null) return now.us;
  const auto moment = moment_in(cell);
  if (!moment) refuse_value(question_->entities.name(group.time), row, cell, wanted_for(KeyKind::timestamp));
  return *moment;
}

// ---- written
// ---------------------------------------------------------------------------------------------------------

/// What was sent comes back in front, as always present and of no time.
void FeatureReply::write_entities(std::string& out) const {
  const NamedLists& entities = question_->entities;
  std::string statuses;
  std::string moments;
  for (std::size_t row = 0; row < entities.rows(); ++row) {
    statuses += row == 0 ? R"("PRESENT")" : R"(, "PRESENT")";
    moments += row == 0 ? "" : ", ";
    moments += no_moment;
  }
  std::string values;
  for (std::size_t column = 0; column < entities.width(); ++column) {
    values.clear();
    for (const Cell* cell : entities.cells(column)) {
      if (!values.empty()) values += ", ";
      append_node(json::Node(cell), values);
    }
    append_result(values, statuses, moments, out);
  }
}

void FeatureReply::write_names(std::string& out) const {
  bool first = true;
  const auto add = [&](std::string_view name) {
    if (!std::exchange(first, false)) out += ", ";
    append_quoted(name, out);
  };
  for (std::size_t i = 0; i < question_->entities.width(); ++i) add(question_->entities.name(i));
  for (const Output& one : outputs_) add(one.name);
}

}  // namespace mlops::serve
