#include "src/json_file.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <fstream>

namespace mlops::dataset {
namespace {

/// `columns` is an argument of read_json that names the types; empty: the engine finds them out.
std::string read_json(const Staged& staged, const std::string& columns = "") {
  std::uint64_t largest = 0;
  bool arrays = true;
  for (const StagedFile& file : staged.files) {
    largest = std::max(largest, file.size);
    const std::string head = read_head(file.path, 4096);
    const std::size_t start = head.find_first_not_of("\xEF\xBB\xBF \t\r\n");
    arrays = arrays && start != std::string::npos && head[start] == '[';
  }
  // One object may be as large as the file; the engine's buffers grow with this number.
  const std::uint64_t object_bytes = std::clamp<std::uint64_t>(largest + 16, 1 << 20, 256 << 20);
  return fmt::format(
      "read_json({}, format='{}', records=true, sample_size=-1, maximum_depth=-1, "
      "map_inference_threshold=-1, "
      "maximum_object_size={}{})",
      file_list(staged.files), arrays ? "array" : "unstructured", object_bytes, columns);
}

std::string columns_argument(const std::vector<Column>& columns) {
  std::string types;
  for (const Column& column : columns) {
    types += fmt::format("{}{}: {}", types.empty() ? "" : ", ", table::identifier(column.name),
                         table::literal(column.type));
  }
  return fmt::format(", columns={{{}}}", types);
}

/// 19 digits stand together: a number may be beyond BIGINT.
bool has_long_digits(const StagedFile& file) {
  std::ifstream in(file.path, std::ios::binary);
  std::string block(1 << 20, '\0');
  int digits = 0;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
    for (const char c : std::string_view(block).substr(0, static_cast<std::size_t>(in.gcount()))) {
      digits = c >= '0' && c <= '9' ? digits + 1 : 0;
      if (digits >= 19) return true;
    }
  }
  return false;
}

/// Columns of whole numbers get the type that all their numbers fit; true when that is another one for some.
bool fit_whole_numbers(table::Engine& engine, const Staged& staged, std::vector<Column>& columns) {
  std::string extremes;
  std::vector<Column*> whole;
  for (Column& column : columns) {
    if (column.type != "BIGINT") continue;
    const std::string name = table::identifier(column.name);
    extremes +=
        fmt::format("{0}coalesce(max({1}) > 9223372036854775807, false), coalesce(min({1}) < 0, false)",
                    extremes.empty() ? "" : ", ", name);
    column.type = "HUGEINT";
    whole.push_back(&column);
  }
  if (whole.empty()) return false;
  const Columns found =
      engine.query(fmt::format("SELECT {} FROM {}", extremes, read_json(staged, columns_argument(columns))));
  bool any_beyond = false;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    const bool beyond = found.column(2 * i).boolean(0);
    const bool negative = found.column(2 * i + 1).boolean(0);
    whole[i]->type = !beyond ? "BIGINT" : negative ? "VARCHAR" : "UBIGINT";
    any_beyond |= beyond;
  }
  return any_beyond;
}

/// What stands where an array's first object is wanted; the whole beginning of what is no array.
std::string_view first_item(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of("\xEF\xBB\xBF \t\r\n"), head.size()));
  if (!head.starts_with('[')) return head;
  head.remove_prefix(1);
  head.remove_prefix(std::min(head.find_first_not_of(" \t\r\n"), head.size()));
  return head;
}

}  // namespace

/// The engine takes every whole number of an array for BIGINT, and fails over those that are beyond it.
std::string json_relation(table::Engine& engine, const Staged& staged) {
  std::string relation = read_json(staged);
  if (std::none_of(staged.files.begin(), staged.files.end(), has_long_digits)) return relation;
  std::vector<Column> columns = describe(engine, relation);
  return fit_whole_numbers(engine, staged, columns) ? read_json(staged, columns_argument(columns)) : relation;
}

void refuse_other_values(const Staged& staged) {
  constexpr std::string_view wanted = "one object, or an array of objects, is read as a table";
  for (const StagedFile& file : staged.files) {
    const std::string head = read_head(file.path, 4096);
    const std::string_view item = first_item(head);
    if (item.starts_with('{')) continue;
    if (item.starts_with(']')) {
      throw error(Code::corrupt, "'{}' is an empty array: it holds no object", file.name)
          .with_hint("{}; without one there are no columns", wanted);
    }
    throw error(Code::corrupt, "'{}' holds '{}' where an object is wanted", file.name,
                item.substr(0, item.find_first_of(",] \t\r\n", 1)))
        .with_hint("{}", wanted);
  }
  throw error(Code::corrupt, "'{}' holds values that are no objects", staged.files.front().name)
      .with_hint("{}", wanted);
}

}  // namespace mlops::dataset
