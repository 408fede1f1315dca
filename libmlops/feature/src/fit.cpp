#include <mlops/feature/fit.hpp>

#include <mlops/base/error.hpp>
#include <mlops/stats/exact_sum.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

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

double mean_of(const std::vector<double>& values) {
  stats::ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.mean();
}

void learn_categories(Fit& fit, const Column& column, std::span<const std::uint32_t> rows) {
  std::map<std::string, std::size_t> counts;
  for (const std::uint32_t row : rows) {
    if (column.valid(row)) ++counts[text_at(column, row)];
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second > b.second; });
  for (std::size_t i = 0; i < sorted.size() && i < fit.transform.top; ++i)
    fit.categories.push_back(sorted[i].first);
}

void learn_scale(Fit& fit, const std::vector<double>& values) {
  if (values.empty()) return;
  fit.mean = mean_of(values);
  stats::ExactSum squares;
  for (const double value : values) squares.add((value - fit.mean) * (value - fit.mean));
  fit.deviation = std::sqrt(squares.mean());
}

void learn_fill(Fit& fit, std::vector<double> values) {
  if (fit.transform.fill == Transform::Fill::constant) fit.fill = fit.transform.constant;
  else if (values.empty()) return;
  else if (fit.transform.fill == Transform::Fill::mean) fit.fill = mean_of(values);
  else {
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    fit.fill = values.size() % 2 == 1 ? values[half] : values[half - 1] / 2 + values[half] / 2;
  }
}

Built numbers(const Fit& fit, const Column& column) {
  std::vector<double> out(column.size());
  std::vector<std::uint8_t> valid(column.size());
  for (std::size_t row = 0; row < out.size(); ++row) {
    auto value = number_at(column, row);
    if (fit.transform.kind == Transform::Kind::impute) value = value ? value : fit.fill;
    else if (value) value = fit.deviation == 0 ? 0 : (*value - fit.mean) / fit.deviation;
    valid[row] = value.has_value();
    out[row] = value.value_or(0);
  }
  return built(fit.column, out, valid);
}

Built buckets(const Fit& fit, const Column& column) {
  std::vector<std::int64_t> out(column.size());
  std::vector<std::uint8_t> valid(column.size());
  const auto& edges = fit.transform.edges;
  for (std::size_t row = 0; row < out.size(); ++row) {
    const auto value = number_at(column, row);
    valid[row] = value && !std::isnan(*value);
    if (valid[row] != 0) out[row] = std::upper_bound(edges.begin(), edges.end(), *value) - edges.begin();
  }
  return built(fit.column, out, valid);
}

void add_flags(const Fit& fit, const Column& column, std::vector<Built>& out) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < fit.categories.size(); ++i) places.emplace(fit.categories[i], i);
  std::vector<std::vector<std::int64_t>> flags(fit.categories.size() + 1,
                                               std::vector<std::int64_t>(column.size(), 0));
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.valid(row)) continue;
    const auto found = places.find(text_at(column, row));
    flags[found == places.end() ? fit.categories.size() : found->second][row] = 1;
  }
  for (std::size_t i = 0; i < flags.size(); ++i) {
    const std::string value = i < fit.categories.size() ? fit.categories[i] : "other";
    out.push_back(built(fit.column + "__" + value, flags[i], {}));
  }
}

Built as_it_is(const Columns& columns, std::size_t i) {
  std::vector<std::uint32_t> all(columns.rows());
  for (std::size_t row = 0; row < all.size(); ++row) all[row] = static_cast<std::uint32_t>(row);
  return gathered(columns.fields()[i].name, columns.fields()[i].sql, columns.column(i), all);
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

Columns apply(const std::vector<Fit>& fits, const Columns& features) {
  for (const Fit& fit : fits) (void)position_of(features, fit.column);
  std::vector<Built> out;
  for (std::size_t i = 0; i < features.width(); ++i) {
    const std::string& name = features.fields()[i].name;
    const auto fit =
        std::find_if(fits.begin(), fits.end(), [&](const Fit& one) { return one.column == name; });
    if (fit == fits.end()) out.push_back(as_it_is(features, i));
    else if (fit->transform.kind == Transform::Kind::onehot) add_flags(*fit, features.column(i), out);
    else if (fit->transform.kind == Transform::Kind::bucket) out.push_back(buckets(*fit, features.column(i)));
    else out.push_back(numbers(*fit, features.column(i)));
  }
  return assemble(std::move(out), features.rows());
}

}  // namespace mlops::feature
