#include <mlops/feature/leaks.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>

#include "src/expression.hpp"

namespace mlops::feature {
namespace {

const json::Value& child(const json::Value& node, std::size_t i) {
  static const json::Value none;
  const json::Array* children = node["children"].as_array();
  return children != nullptr && i < children->size() ? (*children)[i] : none;
}

/// to_hours(2) and the like, of a constant that is not negative.
bool is_interval(const json::Value& node) {
  if (node["class"].text_or("") == "FUNCTION") {
    const std::string name = node["function_name"].text_or("");
    if (name != "trunc" && !name.starts_with("to_")) return false;
    return is_interval(child(node, 0)) && child(node, 1).is_null();
  }
  if (node["class"].text_or("") == "CAST") return is_interval(node["child"]);
  return node["class"].text_or("") == "CONSTANT" && node["value"]["value"].number_or(-1) >= 0;
}

/// Whether the value can only be `time` or a moment before it.
bool not_after(const json::Value& node, const std::string& time) {
  const std::string kind = node["class"].text_or("");
  if (kind == "COLUMN_REF") {
    const json::Array* names = node["column_names"].as_array();
    return names != nullptr && names->size() == 1 && lowered(names->front().text_or("")) == lowered(time);
  }
  if (kind == "CAST") {
    const std::string to = node["cast_type"]["id"].text_or("");
    return (to == "DATE" || to == "TIMESTAMP" || to == "TIMESTAMP WITH TIME ZONE") &&
           not_after(node["child"], time);
  }
  if (kind == "OPERATOR" && node["type"].text_or("") == "OPERATOR_COALESCE")
    return not_after(child(node, 0), time);
  if (kind != "FUNCTION") return false;
  const std::string name = lowered(node["function_name"].text_or(""));
  if (name == "date_trunc" || name == "datetrunc" || (name == "time_bucket" && child(node, 2).is_null()))
    return not_after(child(node, 1), time);
  if (name == "-") return not_after(child(node, 0), time) && is_interval(child(node, 1));
  if (name != "least") return false;
  const json::Array* all = node["children"].as_array();
  return all != nullptr &&
         std::any_of(all->begin(), all->end(), [&](const json::Value& one) { return not_after(one, time); });
}

class Search {
 public:
  Search(const View& view, const Table& table, table::Engine& engine)
      : view_(view), table_(table), engine_(engine), later_(table.outcome) {
    if (!table.label.empty()) later_.push_back(table.label);
  }

  std::vector<Misfit> run() {
    if (table_.time.empty() || later_.empty() || !visible_at_once()) return {};
    for (const Key& key : view_.key) look("key." + key.entity, key.column, table::identifier(key.column), 0);
    for (const ViewColumn& column : view_.columns) {
      const Definition& definition = column.definition;
      if (!definition.expression.empty())
        look("columns." + column.name, column.text, definition.expression, definition.offset);
    }
    return std::move(found_);
  }

 private:
  bool visible_at_once() {
    return not_after(tree(view_.at), table_.time) &&
           (view_.known.empty() || not_after(tree(view_.known), table_.time));
  }

  json::Value tree(const std::string& sql) {
    const auto read = read_expression(sql, engine_);
    const auto* value = std::get_if<json::Value>(&read);
    return value == nullptr ? json::Value() : *value;
  }

  void look(const std::string& place, const std::string& text, const std::string& sql, std::size_t offset) {
    const auto columns = columns_in(tree(sql));
    for (const std::string& later : later_) {
      if (!std::binary_search(columns.begin(), columns.end(), lowered(later))) continue;
      const std::size_t at = lowered(sql).find(lowered(later));
      const bool label = later == table_.label;
      const bool same = !view_.known.empty();
      const std::string when = same ? "`at:` and `known:` are" : fmt::format("`at: {}` is", view_.at);
      found_.push_back(
          {place,
           text,
           {offset + (at == std::string::npos ? 0 : at),
            fmt::format("looks into the future: '{}' is {} and known only after '{}', and {} not later",
                        later, label ? "the label" : "an outcome", table_.time, when),
            fmt::format(
                "say when '{}' becomes known: `{}: EXPRESSION`, such as the time at which the {} ended",
                later, view_.known.empty() ? "at" : "known", "event")}});
      return;
    }
  }

  const View& view_;
  const Table& table_;
  table::Engine& engine_;
  std::vector<std::string> later_;
  std::vector<Misfit> found_;
};

}  // namespace

std::vector<Misfit> leaks(const View& view, const Table& table, table::Engine& engine) {
  return Search(view, table, engine).run();
}

}  // namespace mlops::feature
