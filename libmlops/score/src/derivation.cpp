#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/score/derivation.hpp>
#include <mlops/table/engine.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace mlops::score {
namespace {

using predict::Scalar;
using predict::SqlType;

constexpr int deepest = 16;  // tables that are made of each other

std::vector<std::string> names_of(const dataset::Version& version) {
  std::vector<std::string> out;
  for (const dataset::Column& column : version.columns) out.push_back(column.name);
  return out;
}

/// One table that is made by SQL of one other.
class Derivation {
 public:
  Derivation(const dataset::Version& version, const dataset::Version& input,
             std::vector<table::Output> outputs)
      : version_(version), input_(input), outputs_(std::move(outputs)) {}

  std::vector<DerivedColumn> run(const std::vector<DerivedColumn>& inner) {
    for (const DerivedColumn& column : inner) take_over(column);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      if (outputs_[i].expression) add(i);
    }
    return std::move(out_);
  }

 private:
  /// What the rows of this table call a column of its input; nothing where they have another column of that
  /// name.
  std::optional<std::string> name_here(const std::string& column) const {
    std::optional<std::string> renamed;
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const std::string& name = version_.columns[i].name;
      if (outputs_[i].column == column && name == column) return name;
      if (outputs_[i].column == column && !renamed) renamed = name;
    }
    if (renamed) return renamed;
    const bool taken = std::any_of(version_.columns.begin(), version_.columns.end(),
                                   [&](const auto& other) { return lowered(other.name) == lowered(column); });
    return taken ? std::nullopt : std::optional(column);
  }

  bool has(const std::string& name) const {
    return std::any_of(out_.begin(), out_.end(), [&](const DerivedColumn& one) { return one.name == name; });
  }

  void keep(DerivedColumn column) {
    for (const DerivedRead& read : column.reads) {
      // A column of its own: what it reads has to be given.
      if (read.name == column.name) return;
    }
    if (!has(column.name) && !column.reads.empty()) out_.push_back(std::move(column));
  }

  /// A column that the input's own SQL makes, by the names that it has here.
  void take_over(DerivedColumn column) {
    const auto name = name_here(column.name);
    if (!name) return;
    column.name = *name;
    for (DerivedRead& read : column.reads) {
      const auto here = name_here(read.name);
      if (!here) return;
      read.name = *here;
    }
    keep(std::move(column));
  }

  void add(std::size_t i) {
    const table::Output& output = outputs_[i];
    const dataset::Column& made = version_.columns[i];
    DerivedColumn column{.name = made.name, .type = made.type, .expression = *output.expression};
    std::vector<predict::TypedName> names;
    for (const std::string& read : output.reads) {
      const dataset::Column* from = input_.find(read);
      const auto here = name_here(read);
      if (from == nullptr || !here) return;
      column.reads.push_back({.name = *here, .as = read, .type = from->type});
      names.push_back({read, from->type});
    }
    try {
      const predict::Expression expression(column.expression, names);
      if (predict::name_of(expression.type()) == column.type) keep(std::move(column));
    } catch (const Error& e) {
      if (e.id() != "expression.unknown") throw;  // it has to be given, then
    }
  }

  const dataset::Version& version_;
  const dataset::Version& input_;
  std::vector<table::Output> outputs_;
  std::vector<DerivedColumn> out_ = {};
};

std::vector<DerivedColumn> columns_of(store::Store& store, table::Engine& engine,
                                      const dataset::Version& version, int depth) {
  if (!version.made || version.made->inputs.size() != 1 || depth > deepest) return {};
  const Digest& record = version.made->inputs[0].record;
  if (!store.objects().has(record)) return {};
  const dataset::Version input = dataset::from_record(store.record(record), record, 0);
  auto outputs = engine.outputs_of(version.made->sql, names_of(input));
  if (outputs.size() != version.columns.size()) return {};
  return Derivation(version, input, std::move(outputs)).run(columns_of(store, engine, input, depth + 1));
}

bool same(SqlType type, const Scalar& a, const Scalar& b) {
  if (a.null || b.null) return a.null && b.null;
  if (type != SqlType::float64) return a.whole == b.whole && a.text == b.text;
  return a.number == b.number || (std::isnan(a.number) && std::isnan(b.number));
}

/// Where the table has all that it reads.
bool agrees(const DerivedColumn& column, const Columns& table) {
  std::vector<predict::TypedName> names;
  std::vector<Column> parts;
  for (const DerivedRead& read : column.reads) {
    const auto place = table.find(read.name);
    if (!place) return true;
    names.push_back({read.as, read.type});
    parts.push_back(table.column(*place));
  }
  const auto made = table.find(column.name);
  if (!made) return true;
  const predict::Expression expression(column.expression, names);
  constexpr std::size_t most = 1000;
  const std::size_t step = table.rows() / most + 1;
  for (std::size_t row = 0; row < table.rows(); row += step) {
    std::vector<Scalar> row_parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      auto part = predict::scalar_of(parts[i], row, *predict::sql_type_of(names[i].type));
      if (!part) return true;  // an infinite time, which no other row may have
      row_parts.push_back(std::move(*part));
    }
    const auto wanted = predict::scalar_of(table.column(*made), row, expression.type());
    if (!wanted || !same(expression.type(), expression.evaluate(row_parts), *wanted)) return false;
  }
  return true;
}

}  // namespace

std::vector<DerivedColumn> derived_columns(store::Store& store, Engines& engines,
                                           const dataset::Version& version) {
  if (!version.made || version.made->inputs.size() != 1) return {};
  const auto engine = table::open(engines, {.threads = 1});
  return columns_of(store, *engine, version, 0);
}

std::vector<DerivedColumn> confirmed(const std::vector<DerivedColumn>& columns, const Columns& table) {
  std::vector<DerivedColumn> out;
  for (const DerivedColumn& column : columns) {
    try {
      if (agrees(column, table)) out.push_back(column);
    } catch (const Error& e) {
      if (e.id() != "expression.value") throw;
    }
  }
  return out;
}

std::vector<DerivedColumn> needed_for(const std::vector<DerivedColumn>& columns,
                                      const std::vector<std::string>& wanted) {
  std::vector<std::string> names = wanted;
  std::vector<DerivedColumn> out;
  for (auto column = columns.rbegin(); column != columns.rend(); ++column) {
    if (std::find(names.begin(), names.end(), column->name) == names.end()) continue;
    for (const DerivedRead& read : column->reads) names.push_back(read.name);
    out.push_back(*column);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace mlops::score
