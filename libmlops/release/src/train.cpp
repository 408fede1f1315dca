#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/cells.hpp>
#include <mlops/release/conclusion.hpp>
#include <mlops/release/pick.hpp>
#include <mlops/release/train.hpp>

#include "src/candidate.hpp"
#include "src/judge.hpp"

#include <algorithm>

namespace mlops::release {
namespace {

constexpr std::size_t example_rows = 3;

std::vector<Judged> train_all(Workshop& shop, const TrainRequest& request, const Prepared& prepared,
                              const Bench& bench) {
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < prepared.candidates.size(); ++i) {
    const Candidate& candidate = prepared.candidates[i];
    const Digest& key = prepared.key.candidates[i];
    auto known = request.reuse ? read_back(shop, prepared, bench, candidate, key) : std::nullopt;
    judged.push_back(known ? *std::move(known) : train_one(shop, request, prepared, bench, candidate, key));
  }
  const bool any =
      std::any_of(judged.begin(), judged.end(), [](const Judged& one) { return !one.outcome.fault; });
  if (!any) throw *judged.front().outcome.fault;
  return judged;
}

/// Of those that could be trained.
struct Choice {
  std::size_t picked = 0;  ///< Among all.
  std::string metric;
  std::string reason;
  bool beats_baseline = true;
};

Choice choose(const TrainRequest& request, const Prepared& prepared, const Bench& bench,
              const std::vector<Judged>& judged) {
  PickRequest wanted = {.truth = truth_of(prepared.target, bench.parts.test.labels),
                        .metric = request.metric,
                        .within = request.within};
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].outcome.fault) continue;
    wanted.contenders.push_back(
        {.name = judged[i].outcome.candidate.name, .predictions = judged[i].predictions});
    places.push_back(i);
  }
  const Pick pick = release::pick(wanted);
  return {.picked = places[pick.index],
          .metric = pick.metric,
          .reason = pick.reason,
          .beats_baseline = places.size() == 1 || better_than_baseline(wanted, pick).better};
}

/// The first rows of the data as a caller would send them: to have their features looked up, or with them.
json::Array example_of(const TrainRequest& request, const Prepared& prepared,
                       const predict::Package& package) {
  const Columns& table = prepared.features.empty() ? prepared.table : prepared.given;
  const predict::Signature asked = package.asked();
  const auto lookups = score::features_of(package).lookups();
  const score::Derived derived(score::derived_of(package));
  const auto reads = derived.reads();
  json::Array rows;
  for (std::size_t row = 0; row < std::min(example_rows, table.rows()); ++row) {
    json::Object example;
    for (std::size_t i = 0; i < table.width(); ++i) {
      const Column column = table.column(i);
      const predict::Input* input = asked.find(column.name());
      const bool looks_up = std::any_of(lookups.begin(), lookups.end(),
                                        [&](const auto& one) { return one.name == column.name(); });
      const bool is_read =
          std::any_of(reads.begin(), reads.end(), [&](const auto& one) { return one.name == column.name(); });
      if ((input == nullptr && !looks_up && !is_read) || derived.find(column.name()) != nullptr) continue;
      const dataset::Column* known = request.data.find(std::string(column.name()));
      const bool masked = input != nullptr ? input->pii : known != nullptr && known->pii;
      example.set(std::string(column.name()),
                  masked ? json::Value(dataset::mask) : dataset::cell(column, row));
    }
    rows.emplace_back(std::move(example));
  }
  return rows;
}

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Object code_of(const run::Code& code) {
  return {{"remote", text_or_null(code.remote)},
          {"branch", text_or_null(code.branch)},
          {"commit", text_or_null(code.commit)},
          {"patch", code.patch ? json::Value(code.patch->text()) : json::Value()}};
}

/// Where the model comes from; of one that was read back as it was then.
struct Origin {
  json::Object code = {};
  std::optional<Digest> environment = {};
};

Origin origin_of(Workshop& shop, const Bench& bench, const Judged& judged) {
  if (!judged.outcome.reused) return {code_of(bench.code), bench.environment.listing};
  const json::Value record(shop.store.record(*judged.run_record));
  Origin out;
  for (const char* part : {"remote", "branch", "commit", "patch"}) out.code.set(part, record["code"][part]);
  out.environment = Digest::parse(record["environment"]["listing"].text_or(""));
  return out;
}

model::Registration registration_of(Workshop& shop, const TrainRequest& request, const Prepared& prepared,
                                    const Bench& bench, const Judged& judged, const std::string& reason) {
  Origin origin = origin_of(shop, bench, judged);
  return {.name = request.model,
          .package = judged.package,
          .input_example = example_of(request, prepared, judged.package),
          .run = judged.outcome.run,
          .run_record = judged.run_record,
          .data = fmt::format("{}@v{}", request.data.address(), request.data.number),
          .data_record = request.data.record,
          .code = std::move(origin.code),
          .environment = origin.environment,
          .metrics = metrics_of(judged.outcome.test),
          .note = reason,
          .gated = !request.gates.empty(),
          .time = shop.clock.now(),
          .who = request.who};
}

/// The first version of a model that may answer does; later ones wait to be promoted.
void crown(Workshop& shop, const TrainRequest& request, TrainReport& report) {
  model::Registry registry(shop.store);
  const model::Version& version = report.added.version;
  try {
    // What was rejected once stays so until it is judged again, even where the gates are gone.
    if (!refusal(shop.store, version) && !registry.current(request.model, champion_name)) {
      const char* why = version.number == 1 ? "the first version" : "the first that was accepted";
      registry.promote(version, champion_name, why, request.who, shop.clock.now(), 0);
      report.added.version.aliases.emplace_back(champion_name);
      report.became_champion = true;
    }
  } catch (const Error& e) {
    if (e.code() != Code::conflict) throw;  // another training was first meanwhile
  }
  report.champion = registry.current(request.model, champion_name);
}

/// A full disk or a store that was locked may let a model be trained next time: then it is tried again.
bool is_final(const TrainReport& report) {
  return std::none_of(report.outcomes.begin(), report.outcomes.end(),
                      [](const Outcome& one) { return one.fault && one.fault->code() == Code::busy; });
}

Conclusion conclusion_of(Workshop& shop, const TrainRequest& request, const Prepared& prepared,
                         const TrainReport& report) {
  const model::Version& version = report.added.version;
  return {.model = request.model,
          .key = prepared.key,
          .number = version.number,
          .version = version.record,
          .judgement = report.judgement ? std::optional(report.judgement->record) : std::nullopt,
          .champion = report.champion_judged,
          .rows = prepared.split.test.size(),
          .reason = report.reason,
          .time = shop.clock.now()};
}

}  // namespace

TrainReport train_models(Workshop& shop, const TrainRequest& request, const Prepared& prepared) {
  const Bench bench = set_up(shop, request, prepared);
  std::vector<Judged> judged = train_all(shop, request, prepared, bench);
  Choice choice = choose(request, prepared, bench, judged);
  model::Registry registry(shop.store);
  const model::Registration registration =
      registration_of(shop, request, prepared, bench, judged[choice.picked], choice.reason);
  TrainReport report = {.outcomes = {},
                        .picked = choice.picked,
                        .metric = choice.metric,
                        .reason = choice.reason,
                        .beats_baseline = choice.beats_baseline,
                        .added = {},
                        .champion_judged = registry.current(request.model, champion_name).value_or(0)};
  if (!request.gates.empty() || !request.slices.empty()) {
    report.judgement = judge(shop, {.request = request,
                                    .prepared = prepared,
                                    .bench = bench,
                                    .judged = judged,
                                    .picked = choice.picked,
                                    .metric = choice.metric,
                                    .reason = choice.reason,
                                    .planned = registry.plan(registration),
                                    .champion = report.champion_judged});
  }
  report.added = registry.add(registration);
  if (report.judgement) {
    report.judgement->number = report.added.version.number;
    report.judgement->version = report.added.version.record;
    keep(shop.store, *report.judgement, request.who);
  }
  judged[choice.picked].outcome.bytes = report.added.version.bytes;
  for (Judged& one : judged) report.outcomes.push_back(std::move(one.outcome));
  crown(shop, request, report);
  if (is_final(report)) keep(shop.store, conclusion_of(shop, request, prepared, report), request.who);
  return report;
}

}  // namespace mlops::release
