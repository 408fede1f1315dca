#include <mlops/feature/refit.hpp>

#include <mlops/table/engine.hpp>

#include <fmt/core.h>

#include "src/expression.hpp"
#include "src/keys.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

const char* whole_or_real(const Input& input) {
  return input.type == "BIGINT" ? "a whole number" : "a number";
}

class Refit {
 public:
  Refit(const Table& table, table::Engine& engine) : table_(table), engine_(engine) {}

  void key(const Key& key) {
    bind("key " + key.entity, table::identifier(key.column), key.column, [&](const Field& field) {
      const auto kind = key_kind_of(field.type);
      return kind == key.kind ? ""
                              : fmt::format("it is {}, where it was of {}s", field.sql, name_of(key.kind));
    });
  }

  void moment(const char* place, const std::string& sql) {
    bind(place, sql, sql, [](const Field& field) {
      return is_moment(field.type.kind) ? "" : fmt::format("it is {}, where it was a time", field.sql);
    });
  }

  void input(const ViewColumn& column, const Input& input) {
    const Definition& definition = column.definition;
    bind("columns." + column.name, input.sql, column.text, [&](const Field& field) {
      return field.sql == input.type ? "" : fmt::format("it is {}, where it was {}", field.sql, input.type);
    });
    // Behind a cast any type would bind, and fail or change its values when it is read.
    if (!input.sql.starts_with("CAST(")) return;
    bind("columns." + column.name, definition.expression, column.text, [&](const Field& field) {
      const bool whole =
          is_whole(field.type.kind) && !is_moment(field.type.kind) && field.type.kind != Kind::time;
      const bool real = field.type.kind == Kind::float32 || field.type.kind == Kind::float64 ||
                        field.type.kind == Kind::decimal || field.type.kind == Kind::uint64;
      const bool fits = whole || (real && input.type == "DOUBLE");
      return fits ? "" : fmt::format("it is {}, where it was {}", field.sql, whole_or_real(input));
    });
  }

  std::vector<Misfit> take() { return std::move(out_); }

 private:
  template <typename Judge>
  void bind(const std::string& place, const std::string& sql, const std::string& text, Judge judge) {
    const auto bound = bind_expression(sql, table_.relation, engine_);
    if (const auto* fault = std::get_if<Fault>(&bound)) {
      out_.push_back({.place = place, .text = text, .fault = {0, fault->message}});
      return;
    }
    const std::string other = judge(std::get<Field>(bound));
    if (!other.empty()) out_.push_back({.place = place, .text = text, .fault = {0, other}});
  }

  const Table& table_;
  table::Engine& engine_;
  std::vector<Misfit> out_;
};

}  // namespace

std::vector<Misfit> misfits_on(const View& view, const Table& table, table::Engine& engine) {
  Refit refit(table, engine);
  for (const Key& key : view.key) refit.key(key);
  refit.moment("at", view.at);
  if (!view.known.empty()) refit.moment("known", view.known);
  for (const ViewColumn& column : view.columns) {
    if (column.input) refit.input(column, view.inputs[*column.input]);
  }
  return refit.take();
}

}  // namespace mlops::feature
