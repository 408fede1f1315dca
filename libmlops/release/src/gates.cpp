#include "src/gates.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace mlops::release {
namespace {

using expect::Expr;
using expect::Leaf;
using expect::Value;

/// "auc >= champion.auc" is measurably so where it is more than as good: of two models that are level in a
/// resample neither is better.
Expr strict(Expr comparison) {
  if (comparison.kind == expect::Kind::greater_equal) comparison.kind = expect::Kind::greater;
  if (comparison.kind == expect::Kind::less_equal) comparison.kind = expect::Kind::less;
  return comparison;
}

/// The arguments of `worst`.
struct WorstOf {
  std::string metric;
  std::string column = {};  ///< Empty: any.
  std::uint64_t least = evaluate::least_slice_rows;
};

WorstOf worst_of(const Expr& call, const expect::Signature& function) {
  const auto argument = [&](std::string_view name) { return expect::argument_of(call, function, name); };
  WorstOf out{.metric = argument("metric")->path.back().text};
  if (const Expr* slice = argument("slice")) out.column = slice->path.back().text;
  if (const Expr* least = argument("least")) out.least = static_cast<std::uint64_t>(expect::value_of(*least));
  return out;
}

bool is_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

class GateValues final : public expect::Values {
 public:
  GateValues(const expect::Scope& scope, const Evidence& evidence)
      : scope_(scope),
        evidence_(evidence),
        finite_(is_finite(evidence.parties[evidence.judged].predictions)) {}

  Value value(const Expr& expr) override;
  Value confidence(const Expr& comparison) override;
  std::uint64_t resamples() override { return evidence_.bootstrap.resamples; }
  std::string detail(const Expr& expr) override;
  std::variant<expect::RowsSeen, expect::Missing> rows(const Expr& /*test*/, bool /*wanted*/) override {
    return expect::Missing{"gates have no rows"};
  }

  /// One run for everything that was asked for; false: nothing was.
  bool draw();

 private:
  Leaf leaf_of(const Expr& expr) const { return std::get<Leaf>(expect::resolve(expr, scope_)); }
  /// Null: there is no champion.
  const Party* party_of(const Leaf& leaf) const;
  /// Null: nothing can be said of any slice. An answer that is no number makes its slice undefined, and the
  /// worst slice is not to be found among the others.
  const evaluate::Slice* worst(const WorstOf& wanted) const;
  /// Where the samples of a metric stand in a row of them.
  std::size_t place_of(const Party& party, const std::string& metric);
  struct Held {
    std::size_t holding = 0;
    std::size_t undefined = 0;
  };
  /// In how many resamples a comparison holds, and in how many nobody can tell.
  Held held(const Expr& comparison, const std::map<std::string, std::size_t>& places) const;

  const expect::Scope& scope_;
  const Evidence& evidence_;
  const bool finite_;  ///< Every answer of the judged one.
  std::vector<evaluate::Resampled> wanted_ = {};
  std::map<std::pair<const Party*, std::string>, std::size_t> places_ = {};
  std::vector<double> samples_ = {};
};

const Party* GateValues::party_of(const Leaf& leaf) const {
  if (leaf.table.empty()) return &evidence_.parties[evidence_.judged];
  const auto found = std::find_if(evidence_.parties.begin(), evidence_.parties.end(),
                                  [&](const Party& one) { return one.name == leaf.table; });
  return found == evidence_.parties.end() ? nullptr : &*found;
}

const evaluate::Slice* GateValues::worst(const WorstOf& wanted) const {
  if (!finite_) return nullptr;
  std::span<const evaluate::Slice> slices = evidence_.slices;
  if (!wanted.column.empty()) {
    const auto is_of = [&](const evaluate::Slice& slice) { return slice.column == wanted.column; };
    const auto begin = std::find_if(slices.begin(), slices.end(), is_of);
    slices = {begin, std::find_if_not(begin, slices.end(), is_of)};
  }
  const bool greater = evaluate::greater_is_better(evidence_.truth.task, wanted.metric);
  return evaluate::worst(slices, wanted.metric, greater, wanted.least);
}

double value_in(const std::vector<evaluate::Metric>& metrics, std::string_view name) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) { return metric.name == name; });
  return found == metrics.end() ? std::nan("") : found->estimate.value;
}

Value GateValues::value(const Expr& expr) {
  const Leaf leaf = leaf_of(expr);
  const std::string_view name = leaf.function->name;
  if (name == "rows") return static_cast<double>(evidence_.truth.labels.size());
  if (name == "worst") {
    const WorstOf wanted = worst_of(expr, *leaf.function);
    const evaluate::Slice* found = worst(wanted);
    return found == nullptr ? Value(expect::Null{}) : Value(value_in(found->metrics, wanted.metric));
  }
  const Party* party = party_of(leaf);
  if (party == nullptr) return expect::Missing{evidence_.no_champion};
  if (!party->fault.empty()) return expect::Null{};
  return name == "size" ? static_cast<double>(party->bytes) : value_in(party->metrics, name);
}

std::string GateValues::detail(const Expr& expr) {
  const Leaf leaf = leaf_of(expr);
  if (leaf.function->name == "worst") {
    const WorstOf wanted = worst_of(expr, *leaf.function);
    const evaluate::Slice* found = worst(wanted);
    if (!finite_) return "an answer is no number";
    if (found == nullptr) return fmt::format("no slice has {}", count_of(wanted.least, "row"));
    return fmt::format("{} = {}, {}", found->column, found->value, count_of(found->rows, "row"));
  }
  const Party* party = leaf.function->about == expect::About::model ? party_of(leaf) : nullptr;
  return party == nullptr ? "" : party->fault;
}

std::size_t GateValues::place_of(const Party& party, const std::string& metric) {
  const auto [found, fresh] = places_.try_emplace({&party, metric}, wanted_.size());
  if (fresh)
    wanted_.push_back({.predictions = party.predictions, .metric = metric, .threshold = party.threshold});
  return found->second;
}

bool GateValues::draw() {
  if (wanted_.empty()) return false;
  samples_ = evaluate::bootstrap(evidence_.truth, wanted_, evidence_.bootstrap);
  return true;
}

GateValues::Held GateValues::held(const Expr& comparison,
                                  const std::map<std::string, std::size_t>& places) const {
  Held out;
  for (std::size_t row = 0; row < evidence_.bootstrap.resamples; ++row) {
    const double* values = samples_.data() + row * wanted_.size();
    const auto number = [&](const Expr& leaf) { return values[places.at(expect::print(leaf))]; };
    const std::optional<bool> holds = expect::holds(comparison, number);
    out.holding += holds == true;
    out.undefined += !holds;
  }
  return out;
}

Value GateValues::confidence(const Expr& comparison) {
  std::map<std::string, std::size_t> places;
  std::set<const Party*> parties;
  for (const Expr* expr : expect::leaves_of(comparison)) {
    const Leaf leaf = leaf_of(*expr);
    const Party* party = party_of(leaf);
    if (party == nullptr) return expect::Missing{evidence_.no_champion};
    if (!party->fault.empty()) return expect::Null{};
    parties.insert(party);
    places.emplace(expect::print(*expr), place_of(*party, std::string(leaf.function->name)));
  }
  if (samples_.empty()) return expect::Null{};
  const auto [holding, undefined] = held(parties.size() > 1 ? strict(comparison) : comparison, places);
  const auto all = static_cast<double>(evidence_.bootstrap.resamples);
  const double level = expect::value_of({.text = comparison.confidence, .unit = expect::Unit::percent});
  const double least = static_cast<double>(holding) / all;
  // "not (auc < champion.auc @ 95%)" must not hold for want of resamples in which both are known.
  const double most = static_cast<double>(holding + undefined) / all;
  if (least < level && most >= level) return expect::Null{};
  return least;
}

}  // namespace

GatesJudged judge_gates(std::span<const GateSpec> gates, const expect::Scope& scope,
                        const Evidence& evidence) {
  GateValues values(scope, evidence);
  for (const GateSpec& gate : gates) (void)expect::evaluate(gate.assertion, scope, values);
  GatesJudged out{.gates = {}, .resampled = values.draw()};
  for (const GateSpec& gate : gates)
    out.gates.push_back({gate.text, gate.warn, expect::evaluate(gate.assertion, scope, values)});
  return out;
}

}  // namespace mlops::release
