#include <mlops/release/key.hpp>

#include <mlops/base/error.hpp>
#include <mlops/base/version.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/train/trainer.hpp>

#include "src/asked_parameters.hpp"
#include "src/facts.hpp"

#include <algorithm>

namespace mlops::release {
namespace {

using Names = std::vector<std::string>;

/// Raised when the same inputs are to make another model.
constexpr std::int64_t candidate_format = 1;

json::Array texts(const Names& names) { return {names.begin(), names.end()}; }

json::Value number_or_null(const std::optional<std::int64_t>& number) {
  return number ? json::Value(*number) : json::Value();
}

Digest hash_of(const json::Object& of) { return crypto::sha256(json::canonical(of)); }

/// With the defaults of the trainer, so that saying one changes nothing; null: worked out from the data.
json::Object resolved(const Candidate& candidate) {
  json::Object out;
  for (const train::ParameterInfo& one : train::trainer(candidate.trainer).parameters)
    out.set(one.name, one.fallback);
  for (const auto& [name, value] : candidate.parameters) out.set(name, value);
  return out;
}

json::Object of_split(const train::SplitRequest& split) {
  return {{"valid", split.valid},
          {"test", split.test},
          {"seed", split.seed},
          {"time", split.time},
          {"group", split.group},
          {"part", split.part},
          {"test_last_us", number_or_null(split.test_last_us)},
          {"valid_before_us", number_or_null(split.valid_before_us)}};
}

json::Object of_columns(const TrainRequest& request, const Candidate& candidate) {
  Names without = request.plan.without;
  without.insert(without.end(), candidate.without.begin(), candidate.without.end());
  return {{"only", texts(candidate.only.empty() ? request.plan.only : candidate.only)},
          {"without", texts(without)},
          {"outcome", texts(request.plan.outcome)}};
}

/// What is said of the columns: personal data are no features, and those made of them are personal too.
json::Array columns_of(const dataset::Version& data) {
  json::Array out;
  for (const train::ColumnFacts& one : facts_of(data))
    out.push_back(json::Array{one.name, one.type, one.pii, one.blob});
  return out;
}

/// Values and facts, whatever the version's number; and the SQL that made it, from which columns can be made
/// again.
json::Object of_data(const dataset::Version& data) {
  json::Value made;
  if (data.made)
    made =
        json::Object{{"sql", data.made->sql}, {"params", data.made->params}, {"engine", data.made->engine}};
  return {{"address", data.address()},
          {"table", data.table.hex()},
          {"columns", columns_of(data)},
          {"made", std::move(made)}};
}

json::Array pairs(const auto& names) {
  json::Array out;
  for (const auto& [first, second] : names) out.push_back(json::Array{first, second});
  return out;
}

/// As it is written: an expression in other words is another one here.
json::Object of_definition(const manifest::FeatureSpec& view) {
  return {{"key", pairs(view.key)},
          {"at", view.at},
          {"known", view.known},
          {"columns", pairs(view.columns)},
          {"ttl_us", number_or_null(view.ttl_us)}};
}

json::Object of_view(const score::ViewUse& view) {
  return {{"view", view.use.use},
          {"key", pairs(view.use.key)},
          {"definition", of_definition(view.view)},
          {"from", view.version.address()},
          {"table", view.version.table.hex()},
          {"columns", columns_of(view.version)}};
}

bool takes(const Candidate& candidate, const score::ViewUse& view) {
  return std::find(candidate.views.begin(), candidate.views.end(), score::prefix_of(view.use)) !=
         candidate.views.end();
}

json::Object of_candidate(const TrainRequest& request, const Candidate& candidate,
                          const EngineVersion& versions) {
  json::Object views;
  for (const score::ViewUse& view : request.views) {
    if (takes(candidate, view)) views.set(score::prefix_of(view.use), of_view(view));
  }
  json::Object engines = {{"mlops", std::string(version())}};
  if (candidate.trainer == "xgboost") engines.set("gbdt", versions("gbdt"));
  if (!views.empty()) engines.set("table", versions("table"));
  return {{"kind", "candidate"},
          {"format", candidate_format},
          {"trainer", candidate.trainer},
          {"params", resolved(candidate)},
          {"seed", candidate.seed.value_or(request.seed)},
          {"label", request.label},
          {"task", request.task ? json::Value(predict::name_of(*request.task)) : json::Value()},
          {"split", of_split(request.plan.split)},
          {"columns", of_columns(request, candidate)},
          {"data", of_data(request.data)},
          {"time", views.empty() ? "" : request.time},
          {"views", std::move(views)},
          {"engines", std::move(engines)}};
}

/// The champion is no part of it: it is of the day.
json::Object of_judging(const TrainRequest& request) {
  json::Array gates, slices;
  for (const GateSpec& gate : request.gates) gates.push_back(json::Array{gate.text, gate.warn});
  for (const evaluate::SliceBy& slice : request.slices)
    slices.push_back(json::Array{slice.column, slice.by ? json::Value(*slice.by) : json::Value()});
  return {{"metric", request.metric},
          {"within", request.within ? json::Value(*request.within) : json::Value()},
          {"gates", std::move(gates)},
          {"slices", std::move(slices)},
          {"seed", request.seed}};
}

std::vector<std::pair<std::string, std::int64_t>> tables_of(const TrainRequest& request) {
  std::vector<std::pair<std::string, std::int64_t>> out = {{request.data.address(), request.data.number}};
  for (const score::ViewUse& view : request.views) {
    const std::pair one(view.version.address(), view.version.number);
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
  }
  return out;
}

}  // namespace

EngineVersion versions_of(Engines& engines) {
  return [&engines](std::string_view engine) -> std::string {
    try {
      return engines.get<const char*()>(std::string(engine), "mlops_engine_version")();
    } catch (const Error& e) {
      if (e.code() != Code::failed) throw;
      return "";
    }
  };
}

Digest key_of(const TrainRequest& request, const Candidate& candidate, const EngineVersion& versions) {
  return hash_of(of_candidate(request, candidate, versions));
}

Key key_of(const TrainRequest& request, const std::vector<Candidate>& candidates,
           const EngineVersion& versions) {
  Key out{.tables = tables_of(request)};
  json::Array all;
  json::Array digests;
  for (const Candidate& candidate : candidates) {
    json::Object of = of_candidate(request, candidate, versions);
    out.candidates.push_back(hash_of(of));
    digests.push_back(json::Array{candidate.name, out.candidates.back().hex()});
    all.push_back(
        json::Object{{"name", candidate.name}, {"key", out.candidates.back().hex()}, {"of", std::move(of)}});
  }
  json::Object judging = of_judging(request);
  out.digest = hash_of({{"kind", "release"}, {"candidates", std::move(digests)}, {"judging", judging}});
  out.of = {{"candidates", std::move(all)}, {"judging", std::move(judging)}};
  return out;
}

Key key_of(const TrainRequest& request, const EngineVersion& versions) {
  return key_of(request, with_asked_parameters(request, request.candidates), versions);
}

}  // namespace mlops::release
