#include "src/references.hpp"

#include "src/duck.hpp"
#include "src/tree.hpp"

#include <mlops/base/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>

namespace mlops::table {
namespace {

using nlohmann::json;

template <std::size_t size>
bool is_one_of(std::string_view name, const std::array<std::string_view, size>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The table functions that make rows out of their arguments alone.
constexpr std::array<std::string_view, 7> pure_table_functions = {
    "generate_series", "range", "unnest", "repeat", "repeat_row", "json_each", "json_tree"};

// Those that read files, which is what confine() is about, and do nothing else.
constexpr std::array<std::string_view, 20> reading_table_functions = {"glob",
                                                                      "parquet_bloom_probe",
                                                                      "parquet_file_metadata",
                                                                      "parquet_kv_metadata",
                                                                      "parquet_metadata",
                                                                      "parquet_scan",
                                                                      "parquet_schema",
                                                                      "read_blob",
                                                                      "read_csv",
                                                                      "read_csv_auto",
                                                                      "read_json",
                                                                      "read_json_auto",
                                                                      "read_json_objects",
                                                                      "read_json_objects_auto",
                                                                      "read_ndjson",
                                                                      "read_ndjson_auto",
                                                                      "read_ndjson_objects",
                                                                      "read_parquet",
                                                                      "read_text",
                                                                      "sniff_csv"};

// Words of SQL that mean the clock although they are parsed like a column.
constexpr std::array<std::string_view, 5> clock_words = {"current_date", "current_time", "current_timestamp",
                                                         "localtime", "localtimestamp"};

// The scope of WITH names: what a query may call a table although it is none.
using Names = std::set<std::string>;

class Walk {
 public:
  Walk(const IsStable& is_stable, const std::string& sql) : is_stable_(is_stable), sql_(sql) {}

  void visit(const json& node, Names known);
  std::map<std::string, std::size_t> tables;  // and where they are named first

 private:
  void visit_object(const json& node, Names known);
  void visit_table(const json& node, const Names& known);
  void visit_function(const json& node) const;
  void visit_column(const json& node) const;
  Names with_names(const json& node, Names known);

  /// With the place of `node`, where the engine knows it.
  Error placed(Error fault, const json& node) const;

  const IsStable& is_stable_;
  const std::string& sql_;
};

std::string excerpt(const std::string& sql, std::size_t position);

std::size_t location_of(const json& node) {
  const auto found = node.find("query_location");
  if (found == node.end() || !found->is_number_unsigned()) return std::string::npos;
  return found->get<std::size_t>();
}

Error Walk::placed(Error fault, const json& node) const {
  const std::size_t at = location_of(node);
  if (at >= sql_.size()) return fault;
  return std::move(fault).with_detail(excerpt(sql_, at));
}

void Walk::visit(const json& node, Names known) {
  if (node.is_array()) {
    for (const json& item : node) visit(item, known);
  } else if (node.is_object()) {
    visit_object(node, std::move(known));
  }
}

// Each definition sees the names before it, and its own when it is recursive (which its own node says).
Names Walk::with_names(const json& node, Names known) {
  const auto found = node.find("cte_map");
  if (found == node.end()) return known;
  for (const json& entry : (*found)["map"]) {
    visit(entry["value"], known);
    known.insert(lowered(text_of(entry, "key")));
  }
  return known;
}

void Walk::visit_object(const json& node, Names known) {
  const std::string type = text_of(node, "type");
  const std::string kind = text_of(node, "class");
  if (type == "BASE_TABLE") visit_table(node, known);
  if (type == "SHOW_REF") throw error(Code::usage, "DESCRIBE, SHOW and SUMMARIZE are not SELECT statements");
  if (type == "TABLE_FUNCTION" &&
      !is_one_of(lowered(text_of(node["function"], "function_name")), pure_table_functions)) {
    throw placed(error(Code::usage, "the table function '{}' is not allowed here",
                       text_of(node["function"], "function_name"))
                     .with_hint("name the data to read instead: only declared data can be tracked"),
                 node);
  }
  if (kind == "FUNCTION" && type != "TABLE_FUNCTION") visit_function(node);
  if (kind == "COLUMN_REF") visit_column(node);
  if (node.contains("sample") && !node["sample"].is_null()) {
    throw error(Code::usage, "a SAMPLE picks other rows each time")
        .with_hint("filter by a hash of a key, as in `WHERE hash(id) % 10 = 0`");
  }
  if (type == "RECURSIVE_CTE_NODE") known.insert(lowered(text_of(node, "cte_name")));
  known = with_names(node, std::move(known));
  for (const auto& [key, child] : node.items()) {
    // A CTE_NODE repeats the definition that its cte_map has.
    if (key != "cte_map" && !(type == "CTE_NODE" && key == "query")) visit(child, known);
  }
}

void Walk::visit_table(const json& node, const Names& known) {
  std::string name = text_of(node, "table_name");
  const std::string schema = text_of(node, "schema_name");
  const std::string catalog = text_of(node, "catalog_name");
  if (schema.empty() && catalog.empty() && known.contains(lowered(name))) return;
  const std::string small = lowered(name);
  constexpr std::array<std::string_view, 11> endings = {
      ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".gz", ".zst", ".db", ".duckdb"};
  const auto ends = [&](std::string_view ending) { return small.ends_with(ending); };
  const bool path = name.starts_with('/') || name.starts_with("./") || name.starts_with("../");
  if (path || std::any_of(endings.begin(), endings.end(), ends)) {
    throw placed(error(Code::usage, "'{}' is a file, not the name of data", name)
                     .with_hint("name the data to read instead: only declared data can be tracked"),
                 node);
  }
  if (!schema.empty()) name = schema + "." + name;
  if (!catalog.empty()) name = catalog + "." + name;
  const auto [at, fresh] = tables.emplace(name, location_of(node));
  if (!fresh) at->second = std::min(at->second, location_of(node));
}

void Walk::visit_function(const json& node) const {
  const std::string name = text_of(node, "function_name");
  const auto arguments = node.find("children");
  if (is_stable_(lowered(name), arguments == node.end() ? 0 : arguments->size())) return;
  throw placed(error(Code::usage, "the function '{}' gives another answer each time", name)
                   .with_hint("results must depend on the data alone"),
               node);
}

void Walk::visit_column(const json& node) const {
  const auto names = node.find("column_names");
  if (names == node.end() || names->size() != 1 || !names->front().is_string()) return;
  const auto name = names->front().get<std::string>();
  if (!is_one_of(lowered(name), clock_words)) return;
  throw placed(
      error(Code::usage, "'{}' gives another answer each time", name)
          .with_hint("results must depend on the data alone; write `t.{}` for a column of that name", name),
      node);
}

void check_functions(const json& node) {
  if (node.is_object()) {
    const std::string name = lowered(text_of(node, "function_name"));
    if (text_of(node, "type") == "TABLE_FUNCTION") {
      const std::string called = lowered(text_of(node["function"], "function_name"));
      if (!is_one_of(called, pure_table_functions) && !is_one_of(called, reading_table_functions)) {
        throw error(Code::usage, "the table function '{}' is not allowed here", called);
      }
    }
    if (name == "write_log") throw error(Code::usage, "the function '{}' is not allowed here", name);
  }
  if (node.is_structured()) {
    for (const json& child : node) check_functions(child);
  }
}

// "LINE 2: FROM a WHER b\n               ^", as the engine itself shows other faults.
std::string excerpt(const std::string& sql, std::size_t position) {
  position = std::min(position, sql.size());
  const auto before = sql.rfind('\n', position == 0 ? 0 : position - 1);
  const auto begin = before == std::string::npos || position == 0 ? 0 : before + 1;
  const auto line = 1 + std::count(sql.begin(), sql.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
  const std::string head = fmt::format("LINE {}: ", line);
  const std::string text = sql.substr(begin, sql.find('\n', begin) - begin);
  return head + text + "\n" +
         std::string(head.size() + display_width(text.substr(0, position - begin)), ' ') + "^";
}

/// Somewhere below: what makes other rows out of rows, or knows of other rows.
bool mixes_rows(const json& node, const std::function<bool(std::string_view)>& is_aggregate) {
  if (node.is_object()) {
    const std::string kind = text_of(node, "class");
    if (kind == "WINDOW" || kind == "SUBQUERY") return true;
    const std::string name = lowered(text_of(node, "function_name"));
    if (kind == "FUNCTION" && (name == "unnest" || is_aggregate(name))) return true;
  }
  if (!node.is_structured()) return false;
  return std::any_of(node.begin(), node.end(),
                     [&](const json& child) { return mixes_rows(child, is_aggregate); });
}

bool has_modifier(const json& node, std::string_view type) {
  const auto found = node.find("modifiers");
  return found != node.end() && std::any_of(found->begin(), found->end(), [&](const json& modifier) {
           return text_of(modifier, "type") == type;
         });
}

RowOrder order_of(const json& node, const std::function<bool(std::string_view)>& is_aggregate) {
  if (has_modifier(node, "ORDER_MODIFIER")) return RowOrder::stated;
  const bool plain = text_of(node, "type") == "SELECT_NODE" && is_empty(node, "modifiers") &&
                     is_empty(node, "group_expressions") && is_empty(node, "group_sets") &&
                     is_empty(node, "having") && is_empty(node, "qualify") &&
                     text_of(node, "aggregate_handling") == "STANDARD_HANDLING";
  if (!plain || text_of(node["from_table"], "type") != "BASE_TABLE" || !is_empty(node["cte_map"], "map"))
    return RowOrder::none;
  const bool mixed = mixes_rows(node["select_list"], is_aggregate) ||
                     (!is_empty(node, "where_clause") && mixes_rows(node["where_clause"], is_aggregate));
  return mixed ? RowOrder::none : RowOrder::table;
}

void columns_in(const json& node, std::vector<std::string>& out) {
  if (node.is_object() && text_of(node, "class") == "COLUMN_REF") {
    const auto names = node.find("column_names");
    if (names == node.end()) return;
    for (const json& name : *names) out.push_back(name.get<std::string>());
  }
  if (!node.is_structured()) return;
  for (const json& child : node) columns_in(child, out);
}

/// Whatever has an alias, and whatever gives columns other names by their place.
void collect_names(const json& node, SelectFacts& out) {
  if (node.is_object()) {
    const std::string alias = text_of(node, "alias");
    if (!alias.empty()) {
      out.made_from.push_back({alias, {}});
      columns_in(node, out.made_from.back().second);
    }
    if (text_of(node, "type") == "SET_OPERATION_NODE" || text_of(node, "type") == "RECURSIVE_CTE_NODE")
      out.renames_by_place = true;
    for (const char* key : {"column_name_alias", "aliases", "rename_list"}) {
      if (!is_empty(node, key)) out.renames_by_place = true;
    }
    const std::string type = text_of(node, "type");
    if (type == "PIVOT" || type == "SHOW_REF") out.renames_by_place = true;
  }
  if (!node.is_structured()) return;
  for (const json& child : node) collect_names(child, out);
}

json statements_of(const std::string& tree, const std::string& sql) {
  const json root = json::parse(tree);
  if (!root.value("error", false)) return root.at("statements");
  if (text_of(root, "error_type") == "not implemented") {
    throw error(Code::usage, "not a SELECT statement").with_hint("only SELECT statements may run here");
  }
  const std::string position = text_of(root, "position");
  const bool placed =
      !position.empty() && position.size() < 10 &&
      std::all_of(position.begin(), position.end(), [](char c) { return c >= '0' && c <= '9'; });
  auto fault = to_error("Parser Error: " + text_of(root, "error_message"));
  if (placed) throw std::move(fault).with_detail(excerpt(sql, std::stoul(position)));
  throw fault;
}

}  // namespace

namespace {

const json& only_statement(const json& statements) {
  if (statements.empty()) throw error(Code::usage, "no SQL statement");
  if (statements.size() > 1) throw error(Code::usage, "more than one SQL statement");
  return statements.front();
}

}  // namespace

std::vector<std::string> tables_in(const std::string& tree, const std::string& sql,
                                   const IsStable& is_stable) {
  const json statements = statements_of(tree, sql);
  Walk walk(is_stable, sql);
  walk.visit(only_statement(statements), {});
  std::vector<std::string> out;
  for (const auto& [name, offset] : walk.tables) out.push_back(name);
  return out;
}

SelectFacts facts_in(const std::string& tree, const std::string& sql, const IsStable& is_stable,
                     const std::function<bool(std::string_view function)>& is_aggregate) {
  const json statements = statements_of(tree, sql);
  const json& statement = only_statement(statements);
  Walk walk(is_stable, sql);
  walk.visit(statement, {});
  SelectFacts out;
  for (const auto& [name, offset] : walk.tables) out.tables.push_back({name, std::min(offset, sql.size())});
  out.order = order_of(statement["node"], is_aggregate);
  collect_names(statement, out);
  return out;
}

void check_only_reads(const std::string& tree, const std::string& sql) {
  check_functions(statements_of(tree, sql));
}

}  // namespace mlops::table
