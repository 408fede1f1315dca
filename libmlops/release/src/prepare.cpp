#include <mlops/base/error.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/release/key.hpp>
#include <mlops/release/train.hpp>
#include <mlops/score/derivation.hpp>
#include <mlops/train/trainer.hpp>

#include "src/asked_parameters.hpp"
#include "src/candidate.hpp"
#include "src/facts.hpp"
#include "src/views.hpp"

#include <algorithm>

namespace mlops::release {
namespace {

std::vector<Candidate> untuned(const TrainRequest& request, predict::Task task) {
  if (!request.candidates.empty()) return request.candidates;
  std::vector<Candidate> candidates;
  for (const std::string& name : train::default_trainers(task))
    candidates.push_back({.name = name, .trainer = name});
  candidates.insert(candidates.begin() + 1, request.more.begin(), request.more.end());
  return candidates;
}

std::vector<Candidate> candidates_of(const TrainRequest& request, predict::Task task) {
  return with_asked_parameters(request, untuned(request, task));
}

/// Before anything is read or trained.
void require_trainers(const std::vector<Candidate>& candidates) {
  for (const Candidate& candidate : candidates) (void)train::trainer(candidate.trainer);
}

}  // namespace

train::Plan plan_of(const TrainRequest& request, const Prepared& prepared, const Candidate& candidate) {
  train::PlanRequest wanted = request.plan;
  if (!candidate.only.empty()) wanted.only = candidate.only;
  wanted.without.insert(wanted.without.end(), candidate.without.begin(), candidate.without.end());
  wanted.only = after_transforms(prepared, wanted.only);
  wanted.without = after_transforms(prepared, wanted.without);
  return train::plan(prepared.table, facts_of(request.data), prepared.target, prepared.split, wanted);
}

Prepared prepare(Workshop& shop, const TrainRequest& request) {
  model::check_name(request.model);
  require_trainers(request.candidates);
  require_trainers(request.more);
  shop.progress.phase("reading " + request.data.address(), 0, Unit::rows);
  dataset::Reader reader(shop.tables());
  Prepared out = {.table = reader.columns(request.data)};
  const auto go_on = [&] {
    if (shop.cancel != nullptr) shop.cancel->check();
  };
  out.derived = score::confirmed(score::derived_columns(shop.store, shop.engines, request.data), out.table);
  out.target = train::read_target(out.table, request.label, request.task);
  out.split = train::split(out.table, out.target, request.plan.split);
  out.candidates = candidates_of(request, out.target.task);
  out.key = key_of(request, out.candidates, versions_of(shop.engines));
  go_on();
  if (!request.views.empty()) join_views(shop, request, out);
  go_on();
  out.plan = plan_of(request, out, {});
  go_on();
  out.leaks = train::find_leaks(out.table, out.target, out.split, out.plan);
  for (const Candidate& candidate : out.candidates) {
    const train::Plan own = candidate.has_columns() ? plan_of(request, out, candidate) : train::Plan{};
    train::check(candidate.trainer, candidate.parameters,
                 candidate.has_columns() ? own.signature : out.plan.signature);
  }
  return out;
}

}  // namespace mlops::release
