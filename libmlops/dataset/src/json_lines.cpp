#include "src/json_lines.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>

#include <mlops/dataset/cells.hpp>

namespace mlops::dataset {
namespace {

/// A line that is a JSON object.
constexpr std::string_view is_object =
    "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END";
constexpr std::string_view is_blank = "(line IS NULL OR trim(line, ' \t\r') = '')";

std::uint64_t line_bytes(const std::vector<StagedFile>& files) {
  std::uint64_t longest = 0;
  for (const StagedFile& file : files) longest = std::max(longest, file.longest_line);
  return longest + (16 << 20);
}

/// Every line of the files as one text column, numbered as an editor does.
std::string lines_of(const std::vector<StagedFile>& files) {
  return fmt::format(
      "(SELECT line, row_number() OVER () AS n FROM read_csv({}, auto_detect=false, columns={{'line': "
      "'VARCHAR'}}, "
      "header=false, delim=chr(31)||chr(30)||chr(31), quote='', escape='', max_line_size={}, "
      "buffer_size={}))",
      file_list(files), line_bytes(files), 2 * line_bytes(files));
}

/// json_structure's leaves as types to keep: counts are BIGINT unless they need the 64th bit, mixed kinds are
/// text.
json::Value kept_types(const json::Value& structure, bool huge) {
  if (const std::string* leaf = structure.as_string()) {
    if (*leaf == "UBIGINT") return huge ? "UBIGINT" : "BIGINT";
    if (*leaf == "JSON" || *leaf == "NULL" || *leaf == "\"NULL\"") return "VARCHAR";
    return *leaf;
  }
  if (const json::Array* items = structure.as_array()) {
    json::Array out;
    for (const json::Value& item : *items) out.push_back(kept_types(item, huge));
    return out;
  }
  json::Object out;
  if (const json::Object* members = structure.as_object()) {
    for (const auto& [name, type] : *members) out.set(name, kept_types(type, huge));
  }
  return out;
}

/// The engine takes members for one another that differ in case only, and cannot hold one without a name.
void require_different_names(const json::Object& structure, const std::string& file) {
  std::map<std::string, std::string> seen;
  for (const auto& [name, type] : structure) {
    if (name.empty()) throw error(Code::corrupt, "'{}' has a member without a name", file);
    const auto [at, fresh] = seen.emplace(lowered(name), name);
    if (fresh) continue;
    throw error(Code::corrupt, "'{}' has members that differ in case only: '{}' and '{}'", file, at->second,
                name)
        .with_hint("columns are named without regard to case; rename one of them");
  }
}

/// What clean_lines() puts in place of bytes that are not UTF-8.
constexpr char not_utf8 = '\x01';

std::string why_no_object(std::string_view line) {
  if (line.find(not_utf8) != std::string_view::npos) return "it is not UTF-8";
  try {
    const json::Value value = json::parse(line);
    if (value.as_object() != nullptr) return "it is not JSON";
    return "it is no JSON object";
  } catch (const Error& e) {
    std::string message = e.message();
    if (const std::size_t at = message.find("line 1, "); at != std::string::npos) message.erase(at, 8);
    return message;
  }
}

}  // namespace

void clean_lines(store::Objects& objects, StagedFile& file) {
  TemporaryFile clean(objects.temporary_path());
  std::ifstream in(file.path, std::ios::binary);
  std::ofstream out(clean.path(), std::ios::binary);
  std::string line;
  while (std::getline(in, line)) {
    if (line.ends_with('\r')) line.pop_back();
    if (!is_utf8(line)) {
      std::replace_if(
          line.begin(), line.end(), [](unsigned char c) { return c >= 0x80; }, not_utf8);
    }
    out << line;
    if (!in.eof()) out << '\n';
  }
  out.close();
  if (!out) throw system_error(errno, fmt::format("cannot write '{}'", clean.path().string()));
  file.path = clean.path();
  file.made.push_back(std::move(clean));
}

std::string line_relation(table::Engine& engine, const Staged& staged) {
  const std::string lines = lines_of(staged.files);
  // The examples in the order of the data, so that the order of the columns does not depend on threads.
  const Columns shapes = engine.query(fmt::format(
      "SELECT json_extract(json_structure(to_json(list(example::JSON ORDER BY first))), '$[0]')::VARCHAR, "
      "coalesce(bool_or(huge), false) FROM (SELECT arg_min(line, n) AS example, min(n) AS first, "
      "bool_or(regexp_matches(line, '[0-9]{{19}}')) AS huge FROM {} WHERE {} GROUP BY json_structure(line))",
      lines, is_object));
  const json::Value found = cell(shapes.column(0), 0);
  if (found.as_string() == nullptr) {
    throw error(Code::corrupt, "no line of '{}' is a JSON object", staged.files.front().name)
        .with_hint("JSON Lines has one object a line, such as {{\"id\": 1}}");
  }
  const json::Value structure = kept_types(json::parse(*found.as_string()), shapes.column(1).boolean(0));
  require_different_names(*structure.as_object(), staged.files.front().name);
  if (structure.as_object()->empty()) {
    throw error(Code::corrupt, "the objects of '{}' have no members", staged.files.front().name);
  }
  // The engine may test other conditions on the members before this one: what is no object is no input of
  // from_json().
  return fmt::format("(SELECT unnest(from_json(CASE WHEN {0} THEN line END, {1})) FROM {2} WHERE {0})",
                     is_object, table::literal(json::dump(structure)), lines);
}

void find_bad_lines(table::Engine& engine, const Staged& staged, std::size_t most,
                    std::vector<BadRow>& rows) {
  for (const StagedFile& file : staged.files) {
    std::vector<StagedFile> alone;
    alone.push_back({.name = file.name, .path = file.path, .made = {}, .longest_line = file.longest_line});
    const std::string sql =
        fmt::format("SELECT n, line FROM {} WHERE NOT {} AND NOT ({}) ORDER BY n LIMIT {}", lines_of(alone),
                    is_blank, is_object, most);
    engine.stream(sql, [&](const Columns& batch) {
      for (std::size_t row = 0; row < batch.rows(); ++row) {
        rows.push_back({.file = file.name,
                        .line = static_cast<std::uint64_t>(cell(batch.column(0), row).int_or(0)),
                        .column = "",
                        .reason = why_no_object(batch.column(1).text(row)),
                        .raw = std::string(batch.column(1).text(row))});
      }
      return true;
    });
  }
}

std::uint64_t count_bad_lines(table::Engine& engine, const Staged& staged) {
  return static_cast<std::uint64_t>(
      integer_at(engine.query(fmt::format("SELECT count(*) FILTER (NOT {} AND NOT ({})) FROM {}", is_blank,
                                          is_object, lines_of(staged.files))),
                 0));
}

}  // namespace mlops::dataset
