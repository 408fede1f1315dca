#include "src/declaration.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

#include "src/csv.hpp"
#include "src/sql_types.hpp"
#include "src/unknown_column.hpp"

namespace mlops::dataset {
namespace {

json::Value texts(const std::vector<std::string>& values) {
  return json::Array(values.begin(), values.end());
}

/// The members of an object by name: looked up one by one, the columns of a wide table would take its square.
std::unordered_map<std::string_view, std::size_t> places_in(const json::Object& object) {
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& [name, value] : object) places.emplace(name, places.size());
  return places;
}

}  // namespace

json::Object declaration(const manifest::SourceSpec& source) {
  json::Object out{{"kind", source.kind},         {"party", source.party}, {"licence", source.licence},
                   {"price", source.price},       {"url", source.url},     {"pii", texts(source.pii)},
                   {"blobs", texts(source.blobs)}};
  const manifest::ReadOptions& read = source.read;
  const auto set = [&out](std::string name, const std::optional<std::string>& value) {
    if (value) out.set(std::move(name), *value);
  };
  set("format", read.format);
  set("delimiter", read.delimiter);
  set("quote", read.quote);
  set("encoding", read.encoding);
  set("decimal", read.decimal);
  set("quarantine", read.quarantine);
  if (read.header) out.set("header", *read.header);
  if (read.null) out.set("null", texts(*read.null));
  for (const auto& [key, text] : {std::pair{"query", source.query},
                                  {"cursor", source.cursor},
                                  {"transform", source.transform},
                                  {"keep_raw", source.raw == "drop" ? std::string("false") : ""}}) {
    if (!text.empty()) out.set(key, text);
  }
  json::Object types;
  for (const auto& [column, type] : read.types) types.set(column, type);
  out.set("types", std::move(types));
  return out;
}

manifest::SourceSpec declared_source(const Version& version) {
  const json::Value read(version.read);
  const json::Value& declared = read["declared"];
  manifest::SourceSpec out;
  out.name = version.name;
  out.from = version.origin.from;
  out.pii = texts_in(declared["pii"]);
  out.blobs = texts_in(declared["blobs"]);
  out.transform = declared["transform"].text_or("");
  const auto get = [&declared](std::string_view name) {
    const std::string* const text = declared[name].as_string();
    return text == nullptr ? std::nullopt : std::optional(*text);
  };
  out.read = {.format = get("format"),
              .delimiter = get("delimiter"),
              .quote = get("quote"),
              .header = {},
              .encoding = get("encoding"),
              .decimal = get("decimal"),
              .null = {},
              .types = {},
              .quarantine = get("quarantine")};
  if (const bool* const header = declared["header"].as_bool()) out.read.header = *header;
  if (declared["null"].as_array() != nullptr) out.read.null = texts_in(declared["null"]);
  if (const json::Object* const types = declared["types"].as_object()) {
    for (const auto& [column, type] : *types) out.read.types.emplace(column, type.text_or(""));
  }
  return out;
}

void mark(std::vector<Column>& columns, const std::vector<std::string>& names, std::string_view what,
          bool Column::*flag) {
  for (const std::string& name : names) {
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
    if (found == columns.end()) {
      fail_unknown_column(fmt::format("the {} column '{}' is not there", what, name), name, columns,
                          [](const auto& c) { return c.name; });
    }
    (*found).*flag = true;
  }
}

void require_pinned(const Plan& plan, const json::Object& pinned, const std::string& name) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr) return;
  const auto places = places_in(*columns);
  std::string difference;
  std::set<std::string> seen;
  for (const ColumnPlan& column : plan.columns) {
    const std::string& type = column.column.type;
    seen.insert(column.column.name);
    const auto place = places.find(column.column.name);
    if (place == places.end()) {
      difference += fmt::format("  + {} {}\n", column.column.name, type);
      continue;
    }
    const json::Value& wanted = columns->members()[place->second].second;
    if (!wanted.is_null() && wanted.text_or("") != type) {
      difference += fmt::format("  ~ {} {}, pinned as {}\n", column.column.name, type, wanted.text_or(""));
    }
  }
  for (const auto& [column, type] : *columns) {
    if (!seen.contains(column))
      difference += fmt::format("  - {} {}\n", column, type.text_or("of no type yet"));
  }
  if (difference.empty()) return;
  throw error(Code::conflict, "the columns of '{}' are not the ones that mlops.lock pins", name)
      .with_id("ingest.schema_changed")
      .with_detail(difference)
      .with_hint("to take the new columns: `mlops ingest {} --accept-schema`", name);
}

void order_as_pinned(Plan& plan, const json::Object& pinned) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr) return;
  const auto places = places_in(*columns);
  const auto place = [&places](const ColumnPlan& column) {
    const auto found = places.find(column.column.name);
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(plan.columns.begin(), plan.columns.end(),
                   [&](const ColumnPlan& a, const ColumnPlan& b) { return place(a) < place(b); });
}

json::Object without_wished(const json::Object& pinned, const std::map<std::string, std::string>& types) {
  const json::Value entry(pinned);
  const json::Object* columns = entry["columns"].as_object();
  if (columns == nullptr || types.empty()) return pinned;
  json::Object left;
  for (const auto& [name, type] : *columns) {
    const auto wish = types.find(name);
    left.append(name, wish == types.end() ? type : json::Value(scalar_type(wish->second, name)));
  }
  json::Object out = pinned;
  out.set("columns", std::move(left));
  return out;
}

}  // namespace mlops::dataset
