#include <mlops/feature/fit.hpp>

#include <mlops/base/error.hpp>
#include <mlops/stats/exact_sum.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "src/build.hpp"
#include "src/values.hpp"

namespace mlops::feature {
namespace {

std::size_t position_of(const Columns& columns, const std::string& name) {
  if (const auto found = columns.find(name)) return *found;
  throw error(Code::usage, "there is no feature '{}'", name);
}

std::optional<double> number_at(const Column& column, std::size_t row) {
  if (!column.valid(row)) return std::nullopt;
  if (column.type().kind == Kind::float64) return column.values<double>()[row];
  if (column.type().kind == Kind::float32) return column.values<float>()[row];
  return static_cast<double>(integer_at(column, row));
}

std::string text_at(const Column& column, std::size_t row) {
  const Kind kind = column.type().kind;
  if (kind == Kind::text) return std::string(column.text(row));
  if (kind == Kind::boolean) return column.boolean(row) ? "true" : "false";
  if (is_whole(kind)) return std::to_string(integer_at(column, row));
  return fmt::format("{}", *number_at(column, row));
}

std::vector<double> finite_of(const Column& column, std::span<const std::uint32_t> rows) {
  std::vector<double> out;
  for (const std::uint32_t row : rows) {
    const auto value = number_at(column, row);
    if (value && std::isfinite(*value)) out.push_back(*value);
  }
  return out;
}

double mean_of_values(const std::vector<double>& values) {
  stats::ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.mean();
}

constexpr std::size_t most_rare = 1000;

void learn_categories(Fit& fit, const Column& column, std::span<const std::uint32_t> rows) {
  std::map<std::string, std::size_t> counts;
  for (const std::uint32_t row : rows) {
    if (column.valid(row)) ++counts[text_at(column, row)];
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second > b.second; });
  const std::size_t top = fit.transform.top;
  for (std::size_t i = 0; i < sorted.size() && i < top + most_rare; ++i)
    (i < top ? fit.categories : fit.rare).push_back(sorted[i].first);
}

/// A record has no infinity, and a model would have no use for what is divided by it.
void require_finite(const Fit& fit, double number) {
  if (std::isfinite(number)) return;
  throw error(Code::usage, "{} of '{}' cannot be fitted: its values are beyond what a double can add up",
              name_of(fit.transform.kind), fit.column)
      .with_hint("bring them to a smaller unit where the table is made");
}

void learn_scale(Fit& fit, const std::vector<double>& values) {
  if (values.empty()) return;
  fit.mean = mean_of_values(values);
  stats::ExactSum squares;
  for (const double value : values) squares.add((value - fit.mean) * (value - fit.mean));
  fit.deviation = std::sqrt(squares.mean());
  require_finite(fit, fit.mean);
  require_finite(fit, fit.deviation);
}

void learn_fill(Fit& fit, std::vector<double> values) {
  if (fit.transform.fill == Transform::Fill::constant) fit.fill = fit.transform.constant;
  else if (values.empty()) return;
  else if (fit.transform.fill == Transform::Fill::mean) fit.fill = mean_of_values(values);
  else {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    fit.fill = values.size() % 2 == 1 ? values[half] : values[half - 1] / 2 + values[half] / 2;
  }
  if (fit.fill) require_finite(fit, *fit.fill);
}

Built transformed_column(const Fit& fit, const Column& column) {
  std::vector<double> out(column.size());
  std::vector<std::uint8_t> valid(column.size());
  for (std::size_t row = 0; row < out.size(); ++row) {
    const auto value = transformed(fit, number_at(column, row));
    valid[row] = value.has_value();
    out[row] = value.value_or(0);
  }
  if (fit.transform.kind != Transform::Kind::bucket) return built(fit.column, out, valid);
  return built(fit.column, std::vector<std::int64_t>(out.begin(), out.end()), valid);
}

void add_flags(const Fit& fit, const Column& column, std::vector<Built>& out) {
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < fit.categories.size(); ++i) places.emplace(fit.categories[i], i);
  std::vector<std::vector<std::int64_t>> flags(fit.categories.size() + 1,
                                               std::vector<std::int64_t>(column.size(), 0));
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.valid(row)) continue;
    const auto found = places.find(text_at(column, row));
    flags[found == places.end() ? fit.categories.size() : found->second][row] = 1;
  }
  const std::vector<std::string> names = outputs_of(fit);
  for (std::size_t i = 0; i < flags.size(); ++i) out.push_back(built(names[i], flags[i], {}));
}

const Fit* fit_of(const std::vector<Fit>& fits, const std::string& column) {
  const auto found =
      std::find_if(fits.begin(), fits.end(), [&](const Fit& one) { return one.column == column; });
  return found == fits.end() ? nullptr : &*found;
}

void refuse_doubles(const Columns& columns) {
  std::set<std::string_view> names;
  for (const Field& field : columns.fields()) {
    if (names.insert(field.name).second) continue;
    throw error(Code::usage, "two features are called '{}'", field.name)
        .with_hint("give one of the uses a name of its own: `{{use: ..., as: ...}}`");
  }
}

}  // namespace

std::vector<Fit> fit(const JoinResult& join, std::span<const std::uint32_t> rows) {
  std::vector<Fit> fits;
  for (const Joined& one : join.joined) {
    if (!one.transform) continue;
    Fit fit{.column = one.name, .transform = *one.transform};
    const Column column = join.columns.column(position_of(join.columns, one.name));
    if (fit.transform.kind == Transform::Kind::onehot) learn_categories(fit, column, rows);
    if (fit.transform.kind == Transform::Kind::zscore) learn_scale(fit, finite_of(column, rows));
    if (fit.transform.kind == Transform::Kind::impute) learn_fill(fit, finite_of(column, rows));
    fits.push_back(std::move(fit));
  }
  return fits;
}

std::vector<Fit> fixed(const JoinResult& join) {
  JoinResult bare{.columns = join.columns, .joined = {}};
  for (const Joined& one : join.joined) {
    if (one.transform && !one.transform->learns()) bare.joined.push_back(one);
  }
  return fit(bare, {});
}

std::vector<std::string> outputs_of(const Fit& fit) {
  if (fit.transform.kind != Transform::Kind::onehot) return {fit.column};
  std::vector<std::string> names;
  for (const std::string& category : fit.categories) names.push_back(fit.column + "__" + category);
  std::string other = fit.column + "__other";
  while (std::find(names.begin(), names.end(), other) != names.end()) other += '_';
  names.push_back(std::move(other));
  return names;
}

std::optional<double> transformed(const Fit& fit, std::optional<double> value) {
  if (value && !std::isfinite(*value)) value.reset();
  if (fit.transform.kind == Transform::Kind::impute) return value ? value : fit.fill;
  if (!value) return value;
  if (fit.transform.kind == Transform::Kind::zscore)
    return fit.deviation == 0 ? 0 : (*value - fit.mean) / fit.deviation;
  const auto& edges = fit.transform.edges;
  return static_cast<double>(std::upper_bound(edges.begin(), edges.end(), *value) - edges.begin());
}

Columns apply(const std::vector<Fit>& fits, const Columns& features) {
  for (const Fit& fit : fits) (void)position_of(features, fit.column);
  if (fits.empty()) return features;
  std::vector<Built> made;
  std::vector<std::pair<bool, std::size_t>> order;  // whether it is made here, and its place there
  for (std::size_t i = 0; i < features.width(); ++i) {
    const Fit* fit = fit_of(fits, features.fields()[i].name);
    const std::size_t from = made.size();
    if (fit == nullptr) order.emplace_back(false, i);
    else if (fit->transform.kind == Transform::Kind::onehot) add_flags(*fit, features.column(i), made);
    else made.push_back(transformed_column(*fit, features.column(i)));
    for (std::size_t place = from; place < made.size(); ++place) order.emplace_back(true, place);
  }
  const Columns ours = assemble(std::move(made), features.rows());
  std::vector<Borrowed> columns;
  for (const auto& [here, place] : order) columns.push_back({here ? &ours : &features, place});
  Columns out = assemble(columns, features.rows());
  refuse_doubles(out);
  return out;
}

}  // namespace mlops::feature
