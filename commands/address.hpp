#pragma once
/// What an address names when it may be anything: a dataset, a model or a run.

#include <mlops/store/store.hpp>

#include <string>

namespace mlops::commands {

enum class Thing { dataset, model, run, other };

/// The section tells (`sources/churn`, `models/churn`, `run/k3f9`, MLflow's `models:/` and `runs:/`); without
/// one, the name of a dataset or a model, or the first six or more digits of a record. Throws Error: usage
/// (a dataset and a model have the name, or two records begin so: both are named), not_found (near misses).
struct Named {
  Thing thing = Thing::other;
  std::string address;  ///< For the commands of that thing; of another record its whole digest.
};
Named named(store::Store& store, const std::string& address);

}  // namespace mlops::commands
