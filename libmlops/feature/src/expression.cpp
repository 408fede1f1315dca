#include "src/expression.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <functional>

namespace mlops::feature {
namespace {

constexpr std::string_view head = "SELECT ";

std::size_t inside(std::size_t position, const std::string& sql) {
  return position < head.size() || position - head.size() > sql.size() ? 0 : position - head.size();
}

/// The place of the first name that the message quotes.
std::size_t quoted_in(const std::string& message, const std::string& sql) {
  for (const char quote : {'"', '\''}) {
    const std::size_t begin = message.find(quote);
    const std::size_t end = begin == std::string::npos ? begin : message.find(quote, begin + 1);
    if (end == std::string::npos) continue;
    const std::string name = lowered(message.substr(begin + 1, end - begin - 1));
    const std::size_t place = lowered(sql).find(name);
    if (!name.empty() && place != std::string::npos) return place;
  }
  return 0;
}

Fault fault_of(const Error& e, const std::string& sql) {
  return {quoted_in(e.message(), sql), e.message(), e.hint()};
}

std::optional<Fault> not_parsed(const json::Value& root, const std::string& sql) {
  if (!root["error"].bool_or(false)) return std::nullopt;
  std::size_t place = 0;
  for (const char c : root["position"].text_or("")) {
    if (c < '0' || c > '9' || place > sql.size() + head.size()) return Fault{0, "no SQL expression"};
    place = place * 10 + static_cast<std::size_t>(c - '0');
  }
  std::string message = root["error_message"].text_or("no SQL expression");
  if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z')
    message[0] = static_cast<char>(message[0] + 32);
  return Fault{inside(place, sql), message};
}

bool is_empty_list(const json::Value& value) {
  const json::Array* list = value.as_array();
  return list == nullptr || list->empty();
}

/// The one expression of a SELECT that has nothing else; null for any other.
json::Value only_expression(const json::Value& root) {
  const json::Array* statements = root["statements"].as_array();
  if (statements == nullptr || statements->size() != 1) return {};
  const json::Value& node = statements->front()["node"];
  const json::Array* list = node["select_list"].as_array();
  const bool bare = node["type"].text_or("") == "SELECT_NODE" && is_empty_list(node["modifiers"]) &&
                    node["from_table"]["type"].text_or("") == "EMPTY" && node["where_clause"].is_null() &&
                    is_empty_list(node["group_expressions"]) && node["having"].is_null() &&
                    node["qualify"].is_null() && node["sample"].is_null() &&
                    is_empty_list(node["cte_map"]["map"]);
  if (!bare || list == nullptr || list->size() != 1 || !list->front()["alias"].text_or("").empty()) return {};
  return list->front();
}

/// Calls `visit` for each object, outer ones first.
void each_node(const json::Value& value, const std::function<void(const json::Value&)>& visit) {
  if (const json::Array* items = value.as_array()) {
    for (const json::Value& item : *items) each_node(item, visit);
  } else if (const json::Object* object = value.as_object()) {
    visit(value);
    for (const auto& [name, child] : *object) each_node(child, visit);
  }
}

std::optional<Fault> refused(const json::Value& tree, const std::string& sql) {
  std::optional<Fault> fault;
  each_node(tree, [&](const json::Value& node) {
    const std::string kind = node["class"].text_or("");
    const char* what = kind == "SUBQUERY"    ? "a subquery cannot stand here"
                       : kind == "WINDOW"    ? "a window function of SQL cannot stand here"
                       : kind == "STAR"      ? "one value is wanted, not columns"
                       : kind == "PARAMETER" ? "a placeholder cannot stand here"
                                             : nullptr;
    if (what == nullptr || fault) return;
    const auto place = static_cast<std::size_t>(std::max<std::int64_t>(0, node["query_location"].int_or(0)));
    fault = Fault{inside(place, sql), what,
                  "features are made from single rows; what needs other rows belongs into a `data:` table"};
  });
  return fault;
}

}  // namespace

std::string bracketed(const std::string& sql) { return "(" + sql + "\n)"; }

std::variant<json::Value, Fault> read_expression(const std::string& sql, table::Engine& engine) {
  const std::string select = std::string(head) + sql;
  try {
    const Columns printed = engine.query("SELECT json_serialize_sql(" + table::literal(select) + ")");
    const json::Value root = json::parse(printed.column(0).text(0));
    if (const auto fault = not_parsed(root, sql)) return *fault;
    json::Value tree = only_expression(root);
    if (tree.is_null()) return Fault{0, "one SQL expression is wanted, without clauses and names"};
    if (auto fault = refused(tree, sql)) return *fault;
    (void)engine.tables_of(select);
    return tree;
  } catch (const Error& e) {
    if (e.code() != Code::usage) throw;
    return fault_of(e, sql);
  }
}

std::variant<Field, Fault> bind_expression(const std::string& sql, const std::string& relation,
                                           table::Engine& engine) {
  // Aggregates and what makes several rows of one are refused in a WHERE.
  const std::string value = bracketed(sql);
  try {
    return engine
        .query("SELECT " + value + " AS value FROM " + relation + " AS t WHERE " + value + " IS NULL LIMIT 0")
        .fields()
        .front();
  } catch (const Error& e) {
    if (e.code() != Code::usage && e.code() != Code::failed) throw;
    if (e.message().find("cannot contain aggregates") != std::string::npos)
      return Fault{0, "an aggregate cannot stand inside of an expression",
                   "`mean(x) over 1h` is a whole column; inside, only functions of one row"};
    return fault_of(e, sql);
  }
}

std::vector<std::string> columns_in(const json::Value& tree) {
  std::vector<std::string> out;
  each_node(tree, [&](const json::Value& node) {
    if (node["class"].text_or("") != "COLUMN_REF") return;
    const json::Array* names = node["column_names"].as_array();
    // `t.a` may be a column of a table or a field of a structure: both are read.
    for (std::size_t i = 0; names != nullptr && i < names->size(); ++i)
      out.push_back(lowered((*names)[i].text_or("")));
  });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace mlops::feature
