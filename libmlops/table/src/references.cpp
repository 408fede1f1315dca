#include "src/references.hpp"

#include "src/duck.hpp"

#include <mlops/base/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
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
  explicit Walk(const IsStable& is_stable) : is_stable_(is_stable) {}

  void visit(const json& node, Names known);
  std::set<std::string> tables;

 private:
  void visit_object(const json& node, Names known);
  void visit_table(const json& node, const Names& known);
  void visit_function(const json& node) const;
  void visit_column(const json& node) const;
  Names with_names(const json& node, Names known);

  const IsStable& is_stable_;
};

std::string text_of(const json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
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
    throw error(Code::usage, "the table function '{}' is not allowed here",
                text_of(node["function"], "function_name"))
        .with_hint("name the data to read instead: only declared data can be tracked");
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
    throw error(Code::usage, "'{}' is a file, not the name of data", name)
        .with_hint("name the data to read instead: only declared data can be tracked");
  }
  if (!schema.empty()) name = schema + "." + name;
  if (!catalog.empty()) name = catalog + "." + name;
  tables.insert(name);
}

void Walk::visit_function(const json& node) const {
  const std::string name = text_of(node, "function_name");
  const auto arguments = node.find("children");
  if (is_stable_(lowered(name), arguments == node.end() ? 0 : arguments->size())) return;
  throw error(Code::usage, "the function '{}' gives another answer each time", name)
      .with_hint("results must depend on the data alone");
}

void Walk::visit_column(const json& node) const {
  const auto names = node.find("column_names");
  if (names == node.end() || names->size() != 1 || !names->front().is_string()) return;
  const auto name = names->front().get<std::string>();
  if (!is_one_of(lowered(name), clock_words)) return;
  throw error(Code::usage, "'{}' gives another answer each time", name)
      .with_hint("results must depend on the data alone; write `t.{}` for a column of that name", name);
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

std::vector<std::string> tables_in(const std::string& tree, const std::string& sql,
                                   const IsStable& is_stable) {
  const json statements = statements_of(tree, sql);
  if (statements.empty()) throw error(Code::usage, "no SQL statement");
  if (statements.size() > 1) throw error(Code::usage, "more than one SQL statement");
  Walk walk(is_stable);
  walk.visit(statements.front(), {});
  return {walk.tables.begin(), walk.tables.end()};
}

void check_only_reads(const std::string& tree, const std::string& sql) {
  check_functions(statements_of(tree, sql));
}

}  // namespace mlops::table
