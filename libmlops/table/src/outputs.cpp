#include "src/outputs.hpp"
#include "src/tree.hpp"

#include <mlops/base/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace mlops::table {
namespace {

using nlohmann::json;

/// Of what has no place here: the statement, or the expression.
struct Unknown {};

const std::string* column_named(const std::vector<std::string>& columns, const std::string& name) {
  for (const std::string& column : columns) {
    if (lowered(column) == lowered(name)) return &column;
  }
  return nullptr;
}

constexpr std::array<std::string_view, 34> reserved{
    "case",  "when",    "then",     "else",    "end",     "and",    "or",    "not",   "is",
    "null",  "in",      "true",     "false",   "cast",    "select", "from",  "where", "like",
    "ilike", "similar", "glob",     "exists",  "any",     "all",    "union", "order", "group",
    "limit", "having",  "distinct", "collate", "between", "with",   "using"};

/// With quotes where it needs them.
std::string written(const std::string& name) {
  const auto plain = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const std::string small = lowered(name);
  const bool bare = !name.empty() && (name[0] < '0' || name[0] > '9') &&
                    std::all_of(small.begin(), small.end(), plain) &&
                    std::find(reserved.begin(), reserved.end(), small) == reserved.end();
  return bare ? name : identifier(name);
}

struct SqlText {
  std::string text;
  bool atom = false;  ///< Needs no brackets beside operators.
};

/// One expression as text, in the SQL that is common to engines: each operator in brackets of its own.
class Writer {
 public:
  Writer(const std::vector<std::string>& columns, const std::vector<std::string>& tables,
         const std::map<std::string, Output>& aliases)
      : columns_(columns), tables_(tables), aliases_(aliases) {}

  Output run(const json& node) {
    const SqlText out = write(node);
    std::sort(reads_.begin(), reads_.end());
    reads_.erase(std::unique(reads_.begin(), reads_.end()), reads_.end());
    return {.column = {}, .expression = out.text, .reads = reads_};
  }

 private:
  static constexpr std::size_t longest = 10'000;

  SqlText write(const json& node) {
    const std::string kind = text_of(node, "class");
    SqlText out = kind == "COLUMN_REF"    ? column(node)
                  : kind == "CONSTANT"    ? constant(node.at("value"))
                  : kind == "CAST"        ? cast(node)
                  : kind == "FUNCTION"    ? function(node)
                  : kind == "COMPARISON"  ? comparison(node)
                  : kind == "CONJUNCTION" ? conjunction(node)
                  : kind == "OPERATOR"    ? operation(node)
                  : kind == "BETWEEN"     ? between(node)
                  : kind == "CASE"        ? choice(node)
                                          : throw Unknown();
    if (out.text.size() > longest) throw Unknown();
    return out;
  }

  std::string part(const json& node) {
    const SqlText out = write(node);
    return out.atom ? out.text : "(" + out.text + ")";
  }

  std::string list(const json& nodes, const char* between_them, bool parts) {
    std::string out;
    for (const json& node : nodes) {
      if (!out.empty()) out += between_them;
      out += parts ? part(node) : write(node).text;
    }
    return out;
  }

  SqlText column(const json& node) {
    const json& names = node.at("column_names");
    const auto last = names.back().get<std::string>();
    if (names.size() > 2 || (names.size() == 2 && !is_table(names[0].get<std::string>()))) throw Unknown();
    if (const std::string* known = column_named(columns_, last)) {
      reads_.push_back(*known);
      return {written(*known), true};
    }
    const auto alias = aliases_.find(lowered(last));
    if (names.size() != 1 || alias == aliases_.end() || !alias->second.expression) throw Unknown();
    reads_.insert(reads_.end(), alias->second.reads.begin(), alias->second.reads.end());
    return {*alias->second.expression, false};
  }

  bool is_table(const std::string& name) const {
    return column_named(tables_, name) != nullptr && column_named(columns_, name) == nullptr;
  }

  static std::string decimal(std::int64_t value, std::size_t scale) {
    std::string digits = std::to_string(value < 0 ? -value : value);
    if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
    return (value < 0 ? "-" : "") + digits.substr(0, digits.size() - scale) + "." +
           digits.substr(digits.size() - scale);
  }

  static SqlText constant(const json& value) {
    const std::string type = text_of(value.at("type"), "id");
    if (value.at("is_null").get<bool>()) return {"NULL", true};
    const json& it = value.at("value");
    if (type == "VARCHAR") return {literal(it.get<std::string>()), true};
    if (type == "DOUBLE" && it.is_number()) {
      const std::string digits = json(it.get<double>()).dump();
      return {digits + (digits.find_first_of("eE") == std::string::npos ? "e0" : ""), it.get<double>() >= 0};
    }
    if (!it.is_number_integer() || it.get<double>() > 9e18) throw Unknown();
    const auto whole = it.get<std::int64_t>();
    if (type == "DECIMAL")
      return {decimal(whole, value.at("type").at("type_info").at("scale").get<std::size_t>()), whole >= 0};
    if (type != "INTEGER" && type != "BIGINT") throw Unknown();
    return {std::to_string(whole), whole >= 0};
  }

  SqlText cast(const json& node) {
    const std::string type = text_of(node.at("cast_type"), "id");
    const json& child = node.at("child");
    if (node.at("try_cast").get<bool>() || !node.at("cast_type").at("type_info").is_null()) throw Unknown();
    const bool text =
        text_of(child, "class") == "CONSTANT" && text_of(child.at("value").at("type"), "id") == "VARCHAR";
    if (text && type == "BOOLEAN" &&
        (child.at("value").at("value") == "t" || child.at("value").at("value") == "f"))
      return {child.at("value").at("value") == "t" ? "TRUE" : "FALSE", true};
    if (text && (type == "DATE" || type == "TIMESTAMP")) return {type + " " + write(child).text, false};
    return {"CAST(" + write(child).text + " AS " + type + ")", true};
  }

  SqlText function(const json& node) {
    const std::string name = lowered(text_of(node, "function_name"));
    const std::string schema = text_of(node, "schema");
    const json& values = node.at("children");
    const bool plain = (schema.empty() || schema == "main") && node.at("filter").is_null() &&
                       is_empty(node.at("order_bys"), "orders") && !node.at("distinct").get<bool>();
    if (!plain) throw Unknown();
    if (!node.at("is_operator").get<bool>()) return {name + "(" + list(values, ", ", false) + ")", true};
    if (values.size() == 1 && name == "+") return write(values[0]);
    if (values.size() == 1 && name == "-") return {"-" + part(values[0]), false};
    static constexpr std::array<std::string_view, 8> known{"+", "-", "*", "/", "//", "%", "||", "^"};
    const std::string spelled = name == "**" ? "^" : name;
    if (values.size() != 2 || std::find(known.begin(), known.end(), spelled) == known.end()) throw Unknown();
    return {part(values[0]) + " " + spelled + " " + part(values[1]), false};
  }

  SqlText comparison(const json& node) {
    static const std::map<std::string, std::string> signs{{"COMPARE_EQUAL", " = "},
                                                          {"COMPARE_NOTEQUAL", " <> "},
                                                          {"COMPARE_LESSTHAN", " < "},
                                                          {"COMPARE_GREATERTHAN", " > "},
                                                          {"COMPARE_LESSTHANOREQUALTO", " <= "},
                                                          {"COMPARE_GREATERTHANOREQUALTO", " >= "}};
    const auto sign = signs.find(text_of(node, "type"));
    if (sign == signs.end()) throw Unknown();
    return {part(node.at("left")) + sign->second + part(node.at("right")), false};
  }

  SqlText conjunction(const json& node) {
    const bool both = text_of(node, "type") == "CONJUNCTION_AND";
    return {list(node.at("children"), both ? " AND " : " OR ", true), false};
  }

  SqlText operation(const json& node) {
    const std::string type = text_of(node, "type");
    const json& values = node.at("children");
    if (type == "OPERATOR_NOT") return {"NOT " + part(values[0]), false};
    if (type == "OPERATOR_IS_NULL") return {part(values[0]) + " IS NULL", false};
    if (type == "OPERATOR_IS_NOT_NULL") return {part(values[0]) + " IS NOT NULL", false};
    if (type == "OPERATOR_COALESCE") return {"coalesce(" + list(values, ", ", false) + ")", true};
    if (type != "COMPARE_IN" && type != "COMPARE_NOT_IN") throw Unknown();
    const json items(values.begin() + 1, values.end());
    return {part(values[0]) + (type == "COMPARE_IN" ? " IN (" : " NOT IN (") + list(items, ", ", false) + ")",
            false};
  }

  SqlText between(const json& node) {
    return {part(node.at("input")) + " BETWEEN " + part(node.at("lower")) + " AND " + part(node.at("upper")),
            false};
  }

  SqlText choice(const json& node) {
    std::string out = "CASE";
    for (const json& check : node.at("case_checks"))
      out += " WHEN " + write(check.at("when_expr")).text + " THEN " + write(check.at("then_expr")).text;
    return {out + " ELSE " + write(node.at("else_expr")).text + " END", true};
  }

  const std::vector<std::string>& columns_;
  const std::vector<std::string>& tables_;
  const std::map<std::string, Output>& aliases_;
  std::vector<std::string> reads_ = {};
};

class Select {
 public:
  Select(const json& node, const std::vector<std::string>& columns) : node_(node), columns_(columns) {}

  std::vector<Output> run() {
    if (!is_plain()) return {};
    const json& table = node_.at("from_table");
    const std::string alias = text_of(table, "alias");
    tables_.push_back(alias.empty() ? text_of(table, "table_name") : alias);
    for (const json& item : node_.at("select_list")) {
      if (text_of(item, "class") == "STAR") star(item);
      else add(item);
    }
    return std::move(out_);
  }

 private:
  bool is_plain() const {
    if (text_of(node_, "type") != "SELECT_NODE" || text_of(node_.at("from_table"), "type") != "BASE_TABLE")
      return false;
    for (const json& modifier : node_.at("modifiers")) {
      if (text_of(modifier, "type") == "DISTINCT_MODIFIER") return false;
    }
    return is_empty(node_, "group_expressions") && is_empty(node_, "group_sets") &&
           is_empty(node_, "having") && text_of(node_, "aggregate_handling") == "STANDARD_HANDLING" &&
           is_empty(node_.at("cte_map"), "map") && is_empty(node_.at("from_table"), "column_name_alias");
  }

  Output made(const json& item) const {
    try {
      return Writer(columns_, tables_, aliases_).run(item);
    } catch (const Unknown&) {
      return {};
    } catch (const json::exception&) {  // a tree that an engine of another version prints
      return {};
    }
  }

  void add(const json& item) {
    Output output = made(item);
    const bool bare = text_of(item, "class") == "COLUMN_REF" && output.reads.size() == 1 &&
                      column_named(columns_, item.at("column_names").back().get<std::string>()) != nullptr;
    if (bare) output.column = output.reads[0];
    const std::string alias = text_of(item, "alias");
    if (!alias.empty()) aliases_.emplace(lowered(alias), output);
    if (bare) output.expression.reset();
    out_.push_back(std::move(output));
  }

  void star(const json& item) {
    const bool plain = !item.at("columns").get<bool>() && item.at("expr").is_null() &&
                       is_empty(item, "rename_list") && is_empty(item, "qualified_exclude_list");
    if (!plain) throw Unknown();
    for (const std::string& column : columns_) {
      if (is_excluded(item, column)) continue;
      const json* other = replacement(item, column);
      if (other != nullptr) out_.push_back(made(*other));
      else out_.push_back({.column = column, .expression = {}, .reads = {column}});
    }
  }

  static bool is_excluded(const json& item, const std::string& column) {
    return std::any_of(item.at("exclude_list").begin(), item.at("exclude_list").end(), [&](const json& name) {
      return name.is_string() && lowered(name.get<std::string>()) == lowered(column);
    });
  }

  static const json* replacement(const json& item, const std::string& column) {
    for (const json& entry : item.at("replace_list")) {
      if (lowered(text_of(entry, "key")) == lowered(column)) return &entry.at("value");
    }
    return nullptr;
  }

  const json& node_;
  const std::vector<std::string>& columns_;
  std::vector<std::string> tables_ = {};
  std::map<std::string, Output> aliases_ = {};  ///< By name in lower case.
  std::vector<Output> out_ = {};
};

}  // namespace

std::vector<Output> outputs_in(const std::string& tree, const std::vector<std::string>& columns) {
  const json root = json::parse(tree);
  if (root.value("error", false) || root.at("statements").size() != 1) return {};
  try {
    return Select(root.at("statements")[0].at("node"), columns).run();
  } catch (const Unknown&) {
    return {};
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace mlops::table
