/// `data:` and `features:`.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::manifest {
namespace {

using Problems = std::vector<Problem>;

bool has(const std::vector<std::string_view>& seen, std::string_view key) {
  return std::find(seen.begin(), seen.end(), key) != seen.end();
}

DataSpec read_table(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  DataSpec table;
  table.name = entry.key.text;
  table.places.all["name"] = place_of(entry.key);
  Reader reader(faults);
  if (!is_entry(reader, entry, "table", "{sql: SELECT ...}")) return table;
  const auto seen = reader.fields(entry.value, table, data_keys(), table_keys());
  if (!has(seen, "sql")) {
    reader.missing(entry.key.at, fmt::format("table '{}' has no 'sql'", table.name),
                   "say how it is made: `sql: SELECT ... FROM ...`");
  }
  reader.add(problems(table), entry.key.at);
  return table;
}

FeatureSpec read_view(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  FeatureSpec view;
  view.name = entry.key.text;
  view.places.all["name"] = place_of(entry.key);
  Reader reader(faults);
  constexpr std::string_view example = "{key: {...}, from: ..., at: ..., columns: {...}}";
  if (!is_entry(reader, entry, "view", example)) return view;
  const auto seen = reader.fields(entry.value, view, feature_keys());
  for (const std::string_view key : {"key", "from", "at", "columns"}) {
    if (has(seen, key)) continue;
    reader.missing(entry.key.at, fmt::format("view '{}' has no '{}'", view.name, key),
                   fmt::format("a view has `{}`", example));
  }
  for (const std::string_view section : {"sources/", "data/"}) {
    if (view.from.starts_with(section)) view.from.erase(0, section.size());
  }
  reader.add(problems(view), entry.key.at);
  return view;
}

void check_names_of(Problems& out, std::string_view key,
                    const std::vector<std::pair<std::string, std::string>>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    auto problem = problem_of_name(pairs[i].first);
    if (problem) out.push_back({key, i, problem->message, problem->hint});
  }
}

std::string_view line_of(std::string_view text, std::size_t begin) {
  return text.substr(begin, text.find('\n', begin) - begin);
}

/// The lines of a block begin below its `|`, all indented as the first that holds something.
std::vector<Place> lines_of_block(std::string_view text, const yaml::Node& node, std::size_t count) {
  std::vector<Place> out;
  std::size_t begin = text.find('\n', node.at.offset) + 1;
  std::size_t indent = 0;
  for (std::size_t at = begin; at != 0 && at < text.size() && indent == 0; at = text.find('\n', at) + 1) {
    const std::size_t first = line_of(text, at).find_first_not_of(" \r");
    if (first != std::string_view::npos) indent = first + 1;
  }
  for (std::size_t i = 0; i < count; ++i) out.push_back({node.at.line + 1 + i, indent});
  return out;
}

}  // namespace

bool is_parameter_name(std::string_view text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
}

std::vector<Problem> problems(const DataSpec& table) {
  return problems(static_cast<const TableSpec&>(table));
}

std::vector<Problem> problems(const FeatureSpec& view) {
  Problems out;
  if (auto problem = problem_of_name(view.name)) out.push_back(*std::move(problem));
  check_names_of(out, "key", view.key);
  check_names_of(out, "columns", view.columns);
  return out;
}

void read_data(Reader& reader, const yaml::Node& node, Manifest& manifest, std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {sql: SELECT ...}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.data.push_back(read_table(entry, out));
}

void read_features(Reader& reader, const yaml::Node& node, Manifest& manifest,
                   std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {key: {...}, from: ..., at: ..., columns: {...}}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.features.push_back(read_view(entry, out));
}

void place_sql(const yaml::Document& document, Manifest& manifest) {
  for (DataSpec& table : manifest.data) {
    const yaml::Node* sql = document.root.find("data")->find(table.name)->find("sql");
    if (sql == nullptr || table.sql.empty()) continue;
    const char first = document.text[sql->at.offset];
    if (first == '|') {
      const auto lines = std::count(table.sql.begin(), table.sql.end(), '\n') + 1;
      table.sql_lines = lines_of_block(document.text, *sql, static_cast<std::size_t>(lines));
    } else if (first != '>') {
      table.sql_lines = {place_of(*sql)};
    }
  }
}

}  // namespace mlops::manifest
