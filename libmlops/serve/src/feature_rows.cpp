#include "src/feature_rows.hpp"

#include <mlops/base/clock.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/plain.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "src/batch.hpp"
#include "src/cells.hpp"
#include "src/faults.hpp"
#include "src/feature_fault.hpp"
#include "src/feature_json.hpp"

namespace mlops::serve {
namespace {

using feature::OnlineView;
using feature::RowColumn;
using json::Cell;

// ---- which column is which
// --------------------------------------------------------------------------------------------

/// What one of `reads` may be sent as, the likelier first.
std::vector<std::string> names_for(const OnlineView& view, std::size_t read) {
  const std::string& name = view.reads[read].name;
  const auto is_it = [&](const std::string& sql) { return feature::column_named(sql, view.reads) == read; };
  std::vector<std::string> names = {name};
  for (const feature::Key& key : view.view.key) {
    if (lowered(key.column) == lowered(name)) names.push_back(key.entity);
  }
  if (is_it(view.view.at)) names.push_back("event_timestamp");
  if (!view.view.known.empty() && is_it(view.view.known)) names.push_back("created");
  for (const feature::ViewColumn& column : view.view.columns) {
    if (!column.definition.aggregate && is_it(column.definition.expression)) names.push_back(column.name);
  }
  return names;
}

std::size_t find_any(const std::vector<std::string>& names, const NamedLists& sent) {
  for (const std::string& name : names) {
    if (const std::size_t found = sent.find(name); found != NamedLists::none) return found;
  }
  return NamedLists::none;
}

/// An aggregate that was sent as if it were a row: who does so has missed what a view is.
std::string hint_for(const OnlineView& view, const NamedLists& sent) {
  for (const feature::ViewColumn& column : view.view.columns) {
    if (column.definition.aggregate && sent.find(column.name) != NamedLists::none)
      return fmt::format("; '{}' is worked out from them: {}", column.name, column.text);
  }
  return "";
}

[[noreturn]] void refuse_missing(const OnlineView& view, const NamedLists& sent, std::size_t missing) {
  std::string wanted;
  for (const RowColumn& one : view.reads)
    wanted += fmt::format("{}'{}' ({})", wanted.empty() ? "" : ", ", one.name, one.type);
  const auto names = names_for(view, missing);
  std::string also;
  for (std::size_t i = 1; i < names.size(); ++i) also += fmt::format(", nor '{}'", names[i]);
  throw feature_fault("'df' has no '{}'{}, but {}; rows of '{}' have {}{}", names[0], also, sent.names_text(),
                      view.view.name, wanted, hint_for(view, sent));
}

/// Where each of `reads` was sent.
std::vector<std::size_t> sources(const OnlineView& view, const NamedLists& sent) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < view.reads.size(); ++i) {
    out.push_back(find_any(names_for(view, i), sent));
    if (out.back() == NamedLists::none) refuse_missing(view, sent, i);
  }
  return out;
}

// ---- values
// -------------------------------------------------------------------------------------------------------

/// What a cell has to become, and where it stands.
struct Want {
  const RowColumn& column;
  std::size_t row = 0;
};

[[noreturn]] void refuse_value(const Want& want, const Cell& cell) {
  throw feature_fault("column '{}', row {}: {}, where {} is wanted", want.column.name, want.row + 1,
                      shown(json::Node(&cell), false), want.column.type);
}

std::int64_t whole_in(const Want& want, const Cell& cell) {
  constexpr double most = 9'223'372'036'854'775'808.0;
  if (cell.kind == Cell::Kind::integer) return cell.integer;
  // pandas makes doubles of whole numbers that stand beside a null.
  const bool whole = cell.kind == Cell::Kind::number && std::trunc(cell.number) == cell.number;
  if (!whole || cell.number < -most || cell.number >= most) refuse_value(want, cell);
  return static_cast<std::int64_t>(cell.number);
}

template <typename T>
T integer_in(const Want& want, const Cell& cell) {
  const std::int64_t value = whole_in(want, cell);
  if (value < static_cast<std::int64_t>(std::numeric_limits<T>::min()) ||
      value > static_cast<std::int64_t>(std::numeric_limits<T>::max()))
    refuse_value(want, cell);
  return static_cast<T>(value);
}

double real_in(const Want& want, const Cell& cell) {
  if (cell.kind == Cell::Kind::integer) return static_cast<double>(cell.integer);
  if (cell.kind == Cell::Kind::large) return static_cast<double>(cell.large);
  if (cell.kind != Cell::Kind::number) refuse_value(want, cell);
  return cell.number;
}

/// What is beyond FLOAT is refused, as SQL does, and not taken for infinite.
float short_real_in(const Want& want, const Cell& cell) {
  const auto value = static_cast<float>(real_in(want, cell));
  if (!std::isfinite(value)) refuse_value(want, cell);
  return value;
}

std::int64_t moment_in(const Want& want, const Cell& cell) {
  const auto time =
      cell.kind == Cell::Kind::text ? Time::parse(json::Node(&cell).text()) : std::optional<Time>();
  if (!time) refuse_value(want, cell);
  return time->us;
}

std::int32_t day_in(const Want& want, const Cell& cell) {
  const std::int64_t us = moment_in(want, cell);
  if (us % day_us != 0) refuse_value(want, cell);
  return static_cast<std::int32_t>(us / day_us);
}

bool flag_in(const Want& want, const Cell& cell) {
  if (cell.kind == Cell::Kind::flag) return cell.flag;
  const std::int64_t value = whole_in(want, cell);
  if (value != 0 && value != 1) refuse_value(want, cell);
  return value == 1;
}

using Part = std::span<const Cell* const>;

template <typename T, typename Get>
void fill(const RowColumn& column, Part cells, mlops::Kind kind, ColumnMemory& out, Get get) {
  out.start(kind, cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const bool null = cells[row]->kind == Cell::Kind::null;
    if (null) out.set_null(row);
    out.values<T>()[row] = null ? T() : static_cast<T>(get(Want{column, row}, *cells[row]));
  }
}

template <typename T>
void fill_integers(const RowColumn& column, Part cells, mlops::Kind kind, ColumnMemory& out) {
  fill<T>(column, cells, kind, out, integer_in<T>);
}

void fill_flags(const RowColumn& column, Part cells, ColumnMemory& out) {
  out.start(mlops::Kind::boolean, cells.size());
  for (std::size_t row = 0; row < cells.size(); ++row) {
    if (cells[row]->kind == Cell::Kind::null) out.set_null(row);
    else if (flag_in({column, row}, *cells[row])) out.set_flag(row);
  }
}

void fill_texts(const RowColumn& column, Part cells, ColumnMemory& out) {
  out.start_texts();
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const json::Node node(cells[row]);
    if (node.is(Cell::Kind::null)) out.add_null();
    else if (node.is(Cell::Kind::text)) out.add(node.text());
    else refuse_value({column, row}, *cells[row]);
  }
}

/// How many of a time stamp's units a microsecond is, or the other way round.
void fill_moments(const RowColumn& column, Part cells, ColumnMemory& out, std::int64_t times,
                  std::int64_t parts) {
  fill<std::int64_t>(column, cells, mlops::Kind::timestamp, out, [=](const Want& want, const Cell& cell) {
    const std::int64_t us = moment_in(want, cell);
    std::int64_t value = 0;
    if (us % parts != 0 || __builtin_mul_overflow(us / parts, times, &value)) refuse_value(want, cell);
    return value;
  });
}

Type type_of(const ColumnMemory& memory, const RowColumn& column) {
  Type type{.kind = memory.kind(), .large = memory.kind() == mlops::Kind::text};
  if (column.type == "TIMESTAMP WITH TIME ZONE") type.kind = mlops::Kind::timestamp_tz;
  if (column.type == "TIMESTAMP_S") type.unit = TimeUnit::s;
  if (column.type == "TIMESTAMP_MS") type.unit = TimeUnit::ms;
  if (column.type == "TIMESTAMP_NS") type.unit = TimeUnit::ns;
  return type;
}

void fill_column(const RowColumn& column, Part cells, ColumnMemory& out) {
  const std::string& type = column.type;
  if (type == "BIGINT") fill<std::int64_t>(column, cells, mlops::Kind::int64, out, whole_in);
  else if (type == "INTEGER") fill_integers<std::int32_t>(column, cells, mlops::Kind::int32, out);
  else if (type == "SMALLINT") fill_integers<std::int16_t>(column, cells, mlops::Kind::int16, out);
  else if (type == "TINYINT") fill_integers<std::int8_t>(column, cells, mlops::Kind::int8, out);
  else if (type == "UINTEGER") fill_integers<std::uint32_t>(column, cells, mlops::Kind::uint32, out);
  else if (type == "USMALLINT") fill_integers<std::uint16_t>(column, cells, mlops::Kind::uint16, out);
  else if (type == "UTINYINT") fill_integers<std::uint8_t>(column, cells, mlops::Kind::uint8, out);
  else if (type == "DOUBLE") fill<double>(column, cells, mlops::Kind::float64, out, real_in);
  else if (type == "FLOAT") fill<float>(column, cells, mlops::Kind::float32, out, short_real_in);
  else if (type == "DATE") fill<std::int32_t>(column, cells, mlops::Kind::date, out, day_in);
  else if (type == "BOOLEAN") fill_flags(column, cells, out);
  else if (type == "TIMESTAMP" || type == "TIMESTAMP WITH TIME ZONE") fill_moments(column, cells, out, 1, 1);
  else if (type == "TIMESTAMP_NS") fill_moments(column, cells, out, 1'000, 1);
  else if (type == "TIMESTAMP_MS") fill_moments(column, cells, out, 1, 1'000);
  else if (type == "TIMESTAMP_S") fill_moments(column, cells, out, 1, 1'000'000);
  else fill_texts(column, cells, out);
}

// ---- columns that own their memory
// ------------------------------------------------------------------------------------

struct Root {
  std::vector<ColumnMemory> memory;
  std::vector<ArrowArray> arrays;
  std::vector<ArrowArray*> children;
  const void* none = nullptr;
};

void release_root(ArrowArray* array) {
  array->release = nullptr;
  const std::unique_ptr<Root> root(static_cast<Root*>(array->private_data));
}

Columns columns_of(std::unique_ptr<Root> root, std::vector<Field> fields, std::size_t rows) {
  root->arrays.resize(root->memory.size());
  for (std::size_t i = 0; i < root->memory.size(); ++i) {
    root->memory[i].lay_out(root->arrays[i]);
    root->arrays[i].release = [](ArrowArray* array) { array->release = nullptr; };
    root->children.push_back(&root->arrays[i]);
  }
  ArrowArray top = {};
  top.length = static_cast<std::int64_t>(rows);
  top.n_buffers = 1;
  top.buffers = &root->none;
  top.n_children = static_cast<std::int64_t>(root->children.size());
  top.children = root->children.data();
  top.release = release_root;
  top.private_data = root.release();
  return Columns(std::make_shared<const std::vector<Field>>(std::move(fields)), top);
}

}  // namespace

bool has_plain_types(const OnlineView& view) {
  constexpr std::array<std::string_view, 17> plain = {"BIGINT",
                                                      "INTEGER",
                                                      "SMALLINT",
                                                      "TINYINT",
                                                      "UINTEGER",
                                                      "USMALLINT",
                                                      "UTINYINT",
                                                      "DOUBLE",
                                                      "FLOAT",
                                                      "BOOLEAN",
                                                      "DATE",
                                                      "VARCHAR",
                                                      "TIMESTAMP",
                                                      "TIMESTAMP_S",
                                                      "TIMESTAMP_MS",
                                                      "TIMESTAMP_NS",
                                                      "TIMESTAMP WITH TIME ZONE"};
  return std::all_of(view.reads.begin(), view.reads.end(), [&](const RowColumn& column) {
    return std::find(plain.begin(), plain.end(), column.type) != plain.end();
  });
}

Columns rows_of(const OnlineView& view, const NamedLists& sent) {
  auto root = std::make_unique<Root>();
  root->memory.resize(view.reads.size());
  std::vector<Field> fields;
  const auto from = sources(view, sent);
  for (std::size_t i = 0; i < from.size(); ++i) {
    fill_column(view.reads[i], sent.cells(from[i]), root->memory[i]);
    fields.push_back({view.reads[i].name, type_of(root->memory[i], view.reads[i]), view.reads[i].type});
  }
  return columns_of(std::move(root), std::move(fields), sent.rows());
}

std::string lines_of(const OnlineView& view, const NamedLists& sent) {
  const auto from = sources(view, sent);
  std::string out;
  for (std::size_t row = 0; row < sent.rows(); ++row) {
    for (std::size_t i = 0; i < from.size(); ++i) {
      out += i == 0 ? "{" : ", ";
      append_quoted(view.reads[i].name, out);
      out += ": ";
      append_node(json::Node(sent.cells(from[i])[row]), out);
    }
    out += "}\n";
  }
  return out;
}

}  // namespace mlops::serve
