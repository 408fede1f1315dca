// Views as records: what is written reads back, and what is damaged is told.
#include <mlops/base/error.hpp>
#include <mlops/feature/json.hpp>

#include <gtest/gtest.h>

namespace mlops::feature {
namespace {

Definition meaning_of(const char* text) { return std::get<Definition>(parse(text)); }

/// Every kind of column, key and transform.
View rich_view() {
  View view{.name = "año",
            .key = {{"airport", "origin", KeyKind::text},
                    {"day", "day", KeyKind::date},
                    {"n", "n", KeyKind::integer},
                    {"f", "f", KeyKind::boolean},
                    {"t", "t", KeyKind::timestamp}},
            .from = "departures",
            .at = "landed",
            .known = "greatest(landed, \"told at\")",
            .inputs = {{"CAST((delay) AS DOUBLE)", "DOUBLE"}, {"(country)", "VARCHAR"}},
            .ttl_us = 172'800'000'000};
  const auto add = [&](const char* name, const char* text, std::optional<std::size_t> input,
                       const char* type) {
    view.columns.push_back({name, text, meaning_of(text), input, type});
  };
  add("mean", " mean(delay) over 1h", 0, "DOUBLE");
  add("flights", "count() over 3h", {}, "BIGINT");
  add("country", "onehot(country, top=7)", 1, "VARCHAR");
  add("band", "bucket(delay, -0.1, 18, 1e300)", 0, "DOUBLE");
  add("z", "zscore(max(delay) over 2d)", 0, "DOUBLE");
  add("filled", "impute(delay, median)", 0, "DOUBLE");
  add("by_mean", "impute(delay, mean)", 0, "DOUBLE");
  add("by_number", "impute(delay, -3)", 0, "DOUBLE");
  add("latest", "delay", 0, "DOUBLE");
  return view;
}

json::Value with(json::Value value, const char* name, json::Value replacement) {
  value.as_object()->set(name, std::move(replacement));
  return value;
}

/// The record with one field of its first list element (of `list`) replaced.
json::Value with_first(const json::Value& value, const char* list, const char* name,
                       const json::Value& replacement) {
  json::Array items = *value[list].as_array();
  items[0] = with(items[0], name, replacement);
  return with(value, list, items);
}

std::string fault_of(const json::Value& value) {
  try {
    view_from(value, "12ab");
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), Code::corrupt);
    EXPECT_EQ(e.id(), "record.corrupt");
    return e.message();
  }
  return "";
}

TEST(ViewJson, comes_back_as_it_was) {
  const View view = rich_view();
  EXPECT_EQ(view_from(to_json(view)), view);
  EXPECT_EQ(view_from(json::parse(json::canonical(to_json(view)))), view);
  const View least{.name = "v", .from = "events", .at = "t"};
  EXPECT_EQ(view_from(json::parse(json::canonical(to_json(least)))), least);
}

TEST(ViewJson, every_field_is_wanted) {
  const json::Value whole = to_json(rich_view());
  for (const char* name : {"name", "key", "from", "at", "inputs", "columns"}) {
    EXPECT_EQ(fault_of(with(whole, name, nullptr)).substr(0, 22), "the record 12ab has no") << name;
    EXPECT_NE(fault_of(with(whole, name, 1.5)), "") << name;
  }
  for (const char* name : {"name", "text", "offset", "window_us", "type", "input"})
    EXPECT_NE(fault_of(with_first(whole, "columns", name, nullptr)), "") << name;
  for (const char* name : {"aggregate", "expression", "transform"})
    EXPECT_NE(fault_of(with_first(whole, "columns", name, true)), "") << name;
  for (const char* name : {"entity", "column", "kind"})
    EXPECT_NE(fault_of(with_first(whole, "key", name, nullptr)), "") << name;
  for (const char* name : {"sql", "type"})
    EXPECT_NE(fault_of(with_first(whole, "inputs", name, nullptr)), "") << name;
  EXPECT_NE(fault_of(with(whole, "ttl_us", -1)), "");
  EXPECT_NE(fault_of(with(whole, "known", 7)), "");
  EXPECT_NE(fault_of(nullptr), "");
}

TEST(ViewJson, names_and_places_are_ours) {
  const json::Value whole = to_json(rich_view());
  EXPECT_EQ(fault_of(with_first(whole, "key", "kind", "blob")),
            "the record 12ab has the kind of key 'blob', which is none");
  EXPECT_EQ(fault_of(with_first(whole, "columns", "aggregate", "mode")),
            "the record 12ab has the aggregate 'mode', which is none");
  EXPECT_EQ(fault_of(with_first(whole, "columns", "input", 2)),
            "the record 12ab has a column 'mean' without its input");
  const json::Value transform = to_json(*meaning_of("zscore(a)").transform);
  for (const auto& [name, value] : json::Object{{"kind", "hash"}, {"fill", "mode"}, {"constant", "1"}})
    EXPECT_NE(fault_of(with_first(whole, "columns", "transform", with(transform, name.c_str(), value))), "");
}

}  // namespace
}  // namespace mlops::feature
