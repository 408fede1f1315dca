#include "src/feature_request.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>
#include <string>

#include "src/cells.hpp"
#include "src/faults.hpp"
#include "src/feature_fault.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

constexpr std::size_t few_names = 16;  ///< Names that are compared one by one.

void require_object(json::Node body) {
  if (!body.is(Kind::object))
    throw feature_fault(400, Feast::error, "the body is {}; an object is wanted", kind_of_value(body));
}

json::Node member_of(json::Node body, std::string_view name) {
  if (const auto value = body.find(name)) return *value;
  throw feature_fault("the body has no '{}'", name);
}

std::string_view text_of(json::Node value, std::string_view name) {
  if (!value.is(Kind::text)) throw feature_fault("'{}' is {}; a text is wanted", name, kind_of_value(value));
  return value.text();
}

/// Null is what clients send for what they leave out.
std::optional<json::Node> given(json::Node body, std::string_view name) {
  const auto value = body.find(name);
  return value && !value->is(Kind::null) ? value : std::nullopt;
}

}  // namespace

void NamedLists::read(std::string_view member, json::Node value) {
  if (!value.is(Kind::object))
    throw feature_fault("'{}' is {}; an object with a list for each column is wanted", member,
                        kind_of_value(value));
  names_.clear();
  if (!places_.empty()) places_.clear();
  cells_.clear();
  rows_ = 0;
  for (const json::Entry& column : value.members()) {
    if (find(column.name) != none) throw feature_fault("'{}' has {} twice", member, quoted(column.name));
    if (!column.value.is(Kind::list))
      throw feature_fault("{} of '{}' is {}; a list is wanted", quoted(column.name), member,
                          kind_of_value(column.value));
    if (names_.empty()) rows_ = column.value.size();
    if (column.value.size() != rows_)
      throw feature_fault("'{}' has {} of {} and {} of {}; columns of one length are wanted", member,
                          count_of(rows_, "value"), quoted(names_[0]), count_of(column.value.size(), "value"),
                          quoted(column.name));
    add(column.name);
    for (const json::Node item : column.value.items()) cells_.push_back(item.cell());
  }
}

void NamedLists::add(std::string_view name) {
  names_.push_back(name);
  if (names_.size() <= few_names) return;
  for (std::size_t i = places_.size(); i < names_.size(); ++i) places_.emplace(names_[i], i);
}

std::size_t NamedLists::find(std::string_view name) const {
  if (!places_.empty()) {
    const auto known = places_.find(name);
    return known == places_.end() ? none : known->second;
  }
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? none : static_cast<std::size_t>(found - names_.begin());
}

std::string NamedLists::names_text() const {
  constexpr std::size_t most = 10;
  if (names_.empty()) return "no columns";
  std::string out;
  for (std::size_t i = 0; i < std::min(names_.size(), most); ++i)
    out += (i == 0 ? "" : ", ") + quoted(names_[i]);
  return names_.size() > most ? out + ", ..." : out;
}

void FeatureQuestion::read(json::Node body) {
  require_object(body);
  entities.read("entities", member_of(body, "entities"));
  const auto full = given(body, "full_feature_names");
  if (full && !full->is(Kind::flag))
    throw feature_fault("'full_feature_names' is {}; true or false is wanted", kind_of_value(*full));
  full_names = full && full->flag();
  const auto named = given(body, "feature_service");
  const auto listed = given(body, "features");
  if (named.has_value() == listed.has_value())
    throw feature_fault(
        "the body has {}; one of them is wanted",
        named ? "both 'features' and 'feature_service'" : "neither 'features' nor 'feature_service'");
  service = named ? std::optional(text_of(*named, "feature_service")) : std::nullopt;
  features.clear();
  if (!listed) return;
  if (!listed->is(Kind::list))
    throw feature_fault("'features' is {}; a list such as [\"view:column\"] is wanted",
                        kind_of_value(*listed));
  for (const json::Node one : listed->items()) features.push_back(text_of(one, "features"));
}

void PushedRows::read(json::Node body, std::string_view view_member) {
  require_object(body);
  view = text_of(member_of(body, view_member), view_member);
  if (const auto to = given(body, "to")) {
    const std::string_view where = text_of(*to, "to");
    if (where == "offline" || where == "online_and_offline")
      throw feature_fault(
          "rows are pushed to the online store alone: offline a view is made from its table, which `mlops "
          "ingest` and `mlops run` bring up to date; send \"to\": \"online\"");
    if (where != "online") throw feature_fault("'to' is {}; 'online' is wanted", quoted(where));
  }
  columns.read("df", member_of(body, "df"));
}

}  // namespace mlops::serve
