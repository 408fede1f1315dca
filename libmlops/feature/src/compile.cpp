#include <mlops/feature/view.hpp>

#include <mlops/base/error.hpp>
#include <mlops/feature/leaks.hpp>
#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include <algorithm>

#include "src/expression.hpp"
#include "src/keys.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

/// Exact in DuckDB, but not for us: too wide for what models take.
bool is_wide(const Field& field) {
  return field.type.kind == Kind::decimal || field.type.kind == Kind::uint64;
}

bool is_real(const Field& field) {
  return field.type.kind == Kind::float32 || field.type.kind == Kind::float64 || is_wide(field);
}

std::string cast(const std::string& sql, const char* type) {
  return fmt::format("CAST({} AS {})", bracketed(sql), type);
}

class Compiler {
 public:
  Compiler(const manifest::FeatureSpec& spec, const Table& table, table::Engine& engine)
      : spec_(spec), table_(table), engine_(engine) {}

  Compiled compile() {
    View& view = out_.view;
    view.name = spec_.name;
    view.from = spec_.from;
    view.ttl_us = spec_.ttl_us;
    for (const auto& [entity, column] : spec_.key) add_key(entity, column);
    view.at = moment("at", spec_.at.empty() ? table_.time : spec_.at);
    if (!spec_.known.empty()) view.known = moment("known", spec_.known);
    for (const auto& [name, text] : spec_.columns) add_column(name, text);
    if (out_.misfits.empty()) add_leaks();
    return std::move(out_);
  }

 private:
  void misfit(const std::string& place, const std::string& text, Fault fault) {
    const manifest::Place at = spec_.places.at(place);
    fault.offset = std::min(fault.offset, text.size());
    out_.misfits.push_back({place, text, std::move(fault), at.line, at.column});
  }

  void add_leaks() {
    for (Misfit& leak : leaks(out_.view, table_, engine_))
      misfit(leak.place, leak.text, std::move(leak.fault));
  }

  /// The field of an expression; nothing when it has a fault, which starts at `offset` in `text`.
  std::optional<Field> field_of(const std::string& place, const std::string& text, const std::string& sql,
                                std::size_t offset) {
    const auto tree = read_expression(sql, engine_);
    if (const auto* fault = std::get_if<Fault>(&tree)) return fail(place, text, *fault, offset);
    auto field = bind_expression(sql, table_.relation, engine_);
    if (const auto* fault = std::get_if<Fault>(&field)) return fail(place, text, *fault, offset);
    return std::get<Field>(std::move(field));
  }

  std::nullopt_t fail(const std::string& place, const std::string& text, Fault fault, std::size_t offset) {
    fault.offset += offset;
    misfit(place, text, std::move(fault));
    return std::nullopt;
  }

  void add_key(const std::string& entity, const std::string& column) {
    const std::string place = "key." + entity;
    const auto field = field_of(place, column, table::identifier(column), 0);
    if (!field) {
      out_.misfits.back().fault.offset = 0;  // not where it stands between quotes
      return;
    }
    const auto kind = key_kind_of(field->type);
    if (!kind) {
      misfit(place, column,
             {0, fmt::format("a {} can be no key", field->sql),
              "keys are texts, whole numbers, flags, dates or time stamps"});
    }
    out_.view.key.push_back({entity, column, kind.value_or(KeyKind::text)});
  }

  std::string moment(const std::string& place, const std::string& sql) {
    if (sql.empty()) {
      misfit(place, sql,
             {0, fmt::format("view '{}' has no `at:`, and its table no `time:`", spec_.name),
              "say when a row happened: `at: column`"});
      return sql;
    }
    const auto field = field_of(place, sql, sql, 0);
    if (field && !is_moment(field->type.kind)) {
      misfit(place, sql,
             {0, fmt::format("'{}' is {}: a date or a time stamp is wanted", sql, field->sql),
              "seconds since 1970 become one by to_timestamp(x)"});
    }
    return sql;
  }

  void add_column(const std::string& name, const std::string& text) {
    const std::string place = "columns." + name;
    auto parsed = parse(text);
    if (const auto* fault = std::get_if<Fault>(&parsed)) return misfit(place, text, *fault);
    ViewColumn column{
        .name = name, .text = text, .definition = std::get<Definition>(std::move(parsed)), .type = "BIGINT"};
    if (out_.view.find(name) != nullptr) return misfit(place, text, {0, fmt::format("a second '{}'", name)});
    const Definition& definition = column.definition;
    if (!definition.expression.empty()) {
      const auto field = field_of(place, text, definition.expression, definition.offset);
      if (!field || !set_input(column, *field, place)) return;
    }
    if (!check_transform(column, place)) return;
    out_.view.columns.push_back(std::move(column));
  }

  bool set_input(ViewColumn& column, const Field& field, const std::string& place) {
    const std::string& sql = column.definition.expression;
    const auto aggregate = column.definition.aggregate;
    const bool whole = is_integer(field.sql) || field.type.kind == Kind::boolean;
    const auto refuse = [&](const char* wanted) {
      misfit(place, column.text,
             {column.definition.offset, fmt::format("'{}' is {}: {}", sql, field.sql, wanted)});
      return false;
    };
    if (aggregate == Aggregate::count) {
      column.input = input({bracketed(sql) + " IS NOT NULL OR NULL", "BOOLEAN"});
      column.type = "BIGINT";
    } else if (aggregate == Aggregate::sum || aggregate == Aggregate::mean) {
      if (!whole && !is_real(field)) return refuse("numbers are wanted");
      column.input = input({cast(sql, whole ? "BIGINT" : "DOUBLE"), whole ? "BIGINT" : "DOUBLE"});
      column.type = whole && aggregate == Aggregate::sum ? "BIGINT" : "DOUBLE";
    } else if (is_wide(field)) {
      column.input = input({cast(sql, "DOUBLE"), "DOUBLE"});
      column.type = "DOUBLE";
    } else {
      const bool ordered = is_whole(field.type.kind) || is_real(field);
      const bool text = field.type.kind == Kind::text;
      if (aggregate && !ordered) return refuse("numbers, dates or times are wanted");
      if (!ordered && !text) return refuse("a number, a text, a flag, a date or a time is wanted");
      column.input = input({bracketed(sql), field.sql});
      column.type = field.sql;
    }
    return true;
  }

  std::size_t input(Input wanted) {
    auto& inputs = out_.view.inputs;
    const auto found = std::find(inputs.begin(), inputs.end(), wanted);
    if (found != inputs.end()) return static_cast<std::size_t>(found - inputs.begin());
    inputs.push_back(std::move(wanted));
    return inputs.size() - 1;
  }

  bool check_transform(const ViewColumn& column, const std::string& place) {
    const auto& transform = column.definition.transform;
    if (!transform) return true;
    const bool sorts = transform->kind == Transform::Kind::onehot;
    const bool whole = is_integer(column.type);
    if (sorts ? whole || column.type == "VARCHAR" || column.type == "BOOLEAN"
              : whole || column.type == "DOUBLE" || column.type == "FLOAT")
      return true;
    misfit(place, column.text,
           {column.definition.offset,
            fmt::format("{}() wants {}, and '{}' is {}", name_of(transform->kind),
                        sorts ? "texts, whole numbers or flags" : "numbers", column.definition.expression,
                        column.type),
            sorts                      ? "cast it: `x::VARCHAR`"
            : column.type == "BOOLEAN" ? "cast the flag: `x::INT`"
                                       : ""});
    return false;
  }

  const manifest::FeatureSpec& spec_;
  const Table& table_;
  table::Engine& engine_;
  Compiled out_;
};

}  // namespace

const ViewColumn* View::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const ViewColumn& one) { return one.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::int64_t View::longest_window_us() const {
  std::int64_t longest = 0;
  for (const ViewColumn& column : columns) longest = std::max(longest, column.definition.window_us);
  return longest;
}

Compiled compile(const manifest::FeatureSpec& spec, const Table& table, table::Engine& engine) {
  return Compiler(spec, table, engine).compile();
}

}  // namespace mlops::feature
