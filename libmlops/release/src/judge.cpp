#include "src/judge.hpp"

#include <fmt/format.h>
#include <mlops/base/select.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/release/rescore.hpp>

#include "src/gates.hpp"
#include "src/judgement_parts.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace mlops::release {
namespace {

constexpr std::size_t kept_slices = 50;

expect::Scope scope_of(const TrainRequest& request, const Prepared& prepared) {
  expect::Scope scope{.where = expect::Where::release};
  scope.models = request.among;
  for (const Candidate& candidate : prepared.candidates) scope.models.push_back(candidate.name);
  for (const evaluate::SliceBy& slice : request.slices) scope.slices.push_back(slice.column);
  scope.metrics = evaluate::metric_names(prepared.target.task);
  return scope;
}

/// The data before transforms; features of views beside them.
const Columns& given_table(const Prepared& prepared) {
  return prepared.features.empty() ? prepared.table : prepared.given;
}

std::vector<evaluate::SliceRows> slice_rows(const TrainRequest& request, const Prepared& prepared,
                                            const evaluate::SliceBy& by) {
  const dataset::Column* known = request.data.find(by.column);
  return evaluate::slices_of(given_table(prepared), prepared.split.test, by, known != nullptr && known->pii);
}

/// The champion as it answers today.
struct Champion {
  model::Version version = {};
  Rescored rescored = {};
  evaluate::Evaluation test = {};
  std::string fault = {};
};

/// Faults that say nothing of the champion end the judging.
bool is_about_champion(const Error& e) {
  return e.code() != Code::interrupted && e.code() != Code::busy && e.code() != Code::internal;
}

/// The rows that judge, with the columns of the data alone: a champion brings the views that it knows.
Columns rows_that_judge(const TrainRequest& request, const Prepared& prepared) {
  const Columns& table = given_table(prepared);
  std::vector<std::size_t> columns;
  for (const dataset::Column& column : request.data.columns) {
    if (const auto at = table.find(column.name)) columns.push_back(*at);
  }
  return select(table, columns, prepared.split.test);
}

void ask(Workshop& shop, const Case& about, const evaluate::Truth& truth, Champion& champion) {
  model::require_runnable(champion.version);
  shop.progress.phase("asking " + champion.version.address(), 0, Unit::rows);
  champion.rescored =
      rescore(shop, champion.version, rows_that_judge(about.request, about.prepared), about.request.history);
  const predict::Signature& signature = champion.rescored.signature;
  require_comparable(champion.version, signature, about.prepared.target);
  champion.test =
      evaluate::evaluate(truth, champion.rescored.predictions, signature.classes, signature.threshold);
}

Champion champion_of(Workshop& shop, const Case& about, const evaluate::Truth& truth) {
  const std::string address = fmt::format("{}@v{}", about.request.model, about.champion);
  Champion champion;
  champion.version.name = about.request.model;
  champion.version.number = about.champion;
  try {
    champion.version = model::Registry(shop.store).get(address);
    ask(shop, about, truth, champion);
  } catch (const Error& e) {
    if (!is_about_champion(e)) throw;
    champion.fault = fmt::format("{} cannot be judged: {}", address, e.message());
  }
  return champion;
}

Party party_of(const Judged& judged, const Case& about) {
  Party out{.name = judged.outcome.candidate.name};
  if (judged.outcome.fault) {
    out.fault = fmt::format("{} was not trained: {}", out.name, judged.outcome.fault->message());
    return out;
  }
  const bool picked = &judged == &about.judged[about.picked];
  out.predictions = judged.predictions;
  out.threshold = judged.package.signature.threshold;
  out.metrics = judged.outcome.test.metrics;
  out.bytes = picked ? about.planned.version.bytes : judged.outcome.bytes;
  return out;
}

Party party_of(const Champion& champion) {
  return {.name = std::string(champion_name),
          .fault = champion.fault,
          .predictions = champion.rescored.predictions,
          .threshold = champion.rescored.signature.threshold,
          .metrics = champion.test.metrics,
          .bytes = champion.version.bytes};
}

Judgee judgee_of(const Judged& judged, const Party& party) {
  return {.name = party.name,
          .run = judged.outcome.run,
          .fault = party.fault,
          .metrics = metrics_json(party.metrics),
          .predict_us = judged.outcome.predict_us,
          .bytes = party.bytes};
}

Judgee judgee_of(const Champion& champion) {
  return {
      .name = std::string(champion_name),
      .address = champion.version.address(),
      .record = champion.version.record == Digest() ? std::nullopt : std::optional(champion.version.record),
      .run = champion.version.run,
      .fault = champion.fault,
      .metrics = metrics_json(champion.test.metrics),
      .bytes = champion.version.bytes};
}

/// Why nobody is compared with; empty: somebody is.
std::string why_alone(const Case& about) {
  if (about.champion == 0) return "there is no champion yet";
  const bool itself = about.planned.unchanged && about.planned.version.number == about.champion;
  return itself ? fmt::format("{}@v{} is the champion", about.request.model, about.champion) : "";
}

std::vector<evaluate::Slice> slices_judged(const Case& about, const evaluate::Truth& truth) {
  const Judged& picked = about.judged[about.picked];
  std::vector<evaluate::Slice> out;
  for (const evaluate::SliceBy& by : about.request.slices) {
    auto slices = evaluate::evaluate_slices(truth, picked.predictions, by.column,
                                            slice_rows(about.request, about.prepared, by),
                                            picked.package.signature.threshold);
    std::move(slices.begin(), slices.end(), std::back_inserter(out));
  }
  return out;
}

/// The largest of each column, and its worst.
std::vector<evaluate::Slice> worth_keeping(const std::vector<evaluate::Slice>& all, const Case& about) {
  const bool greater = evaluate::greater_is_better(about.prepared.target.task, about.metric);
  std::vector<evaluate::Slice> out;
  for (auto begin = all.begin(), end = begin; begin != all.end(); begin = end) {
    end = std::find_if(begin, all.end(), [&](const auto& slice) { return slice.column != begin->column; });
    std::vector<const evaluate::Slice*> order;
    for (auto slice = begin; slice != end; ++slice) order.push_back(&*slice);
    std::stable_sort(order.begin(), order.end(),
                     [](const auto* a, const auto* b) { return a->rows > b->rows; });
    const evaluate::Slice* worst = evaluate::worst({begin, end}, about.metric, greater);
    for (auto slice = begin; slice != end; ++slice) {
      const auto rank = std::find(order.begin(), order.end(), &*slice) - order.begin();
      if (static_cast<std::size_t>(rank) < kept_slices || &*slice == worst) out.push_back(*slice);
    }
  }
  return out;
}

Digest digest_of(const std::vector<std::uint32_t>& rows) {
  static_assert(std::endian::native == std::endian::little);
  crypto::Sha256 hash;
  hash.update(rows.data(), rows.size() * sizeof(std::uint32_t));
  return hash.finish();
}

Judgement beginning(Workshop& shop, const Case& about) {
  const TrainRequest& request = about.request;
  return {.model = request.model,
          .time = shop.clock.now(),
          .data = fmt::format("{}@v{}", request.data.address(), request.data.number),
          .data_record = request.data.record,
          .rows_how = about.prepared.split.how,
          .rows = about.prepared.split.test.size(),
          .rows_digest = digest_of(about.prepared.split.test),
          .picked = about.judged[about.picked].outcome.candidate.name,
          .metric = about.metric,
          .reason = about.reason,
          .seed = request.seed};
}

}  // namespace

std::vector<GateFault> faults_of_gates(const TrainRequest& request, const Prepared& prepared) {
  for (const evaluate::SliceBy& by : request.slices) (void)slice_rows(request, prepared, by);
  const expect::Scope scope = scope_of(request, prepared);
  std::vector<GateFault> out;
  for (std::size_t i = 0; i < request.gates.size(); ++i) {
    for (expect::Fault& fault : expect::check(request.gates[i].assertion, scope))
      out.push_back({i, std::move(fault)});
  }
  return out;
}

Judgement judge(Workshop& shop, const Case& about) {
  shop.progress.phase("judging " + about.request.model, 0, Unit::items);
  Judgement out = beginning(shop, about);
  Evidence evidence{.truth = truth_of(about.prepared.target, about.bench.parts.test.labels),
                    .judged = about.picked,
                    .no_champion = why_alone(about)};
  for (const Judged& one : about.judged) {
    evidence.parties.push_back(party_of(one, about));
    out.judged.push_back(judgee_of(one, evidence.parties.back()));
  }
  Champion champion;
  if (evidence.no_champion.empty()) {
    champion = champion_of(shop, about, evidence.truth);
    evidence.parties.push_back(party_of(champion));
    out.judged.push_back(judgee_of(champion));
  }
  for (const std::string& name : about.request.among)
    evidence.parties.push_back({.name = name, .fault = name + " was not trained this time"});
  evidence.slices = slices_judged(about, evidence.truth);
  evidence.bootstrap = {.seed = about.request.seed, .threads = shop.resources.threads, .cancel = shop.cancel};
  GatesJudged gates = judge_gates(about.request.gates, scope_of(about.request, about.prepared), evidence);
  out.gates = std::move(gates.gates);
  out.resamples = gates.resampled ? evidence.bootstrap.resamples : 0;
  out.slices = worth_keeping(evidence.slices, about);
  return out;
}

}  // namespace mlops::release
