#pragma once
/// One version of a model, ready to answer.

#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/score/scorer.hpp>
#include <mlops/serve/body.hpp>
#include <mlops/store/store.hpp>

#include <memory>
#include <string>

namespace mlops::serve {

/// Immutable; safe for many threads.
struct Loaded {
  model::Version version;
  std::string address;  ///< "churn@v3"
  score::Scorer scorer;
  Writer writer;
  std::string example = {};
};

/// The version whole, after it has answered an example: the one that it was registered with where that is of
/// use, else one that is made up. Throws as model::require_runnable(), score::Scorer::load(), and what goes
/// wrong while it answers.
std::shared_ptr<const Loaded> load(Engines& engines, store::Store& store, const model::Version& version,
                                   Reader& reader, Time now);

}  // namespace mlops::serve
