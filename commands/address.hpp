#pragma once
/// What an address names when it may be anything: a dataset, a view, a model or a run.

#include <mlops/store/store.hpp>

#include <string>

namespace mlops::commands {

enum class Thing { dataset, view, model, run, other };

/// The section tells (`sources/churn`, `features/airport`, `models/churn`, `run/k3f9`, MLflow's `models:/`
/// and `runs:/`; `judgements/churn@v2` and `watches/churn` are the newest record of each); without one, the
/// name of a dataset, a view or a model, or the first six or more digits of a record. Throws Error: usage
/// (several things have the name, or two records begin so: they are named), not_found (near misses).
struct Named {
  Thing thing = Thing::other;
  std::string address;  ///< For the commands of that thing; of another record its whole digest.
};
Named named(store::Store& store, const std::string& address);

}  // namespace mlops::commands
