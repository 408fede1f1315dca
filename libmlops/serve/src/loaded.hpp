#pragma once
/// One version of a model, ready to answer.

#include <mlops/base/clock.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/score/scorer.hpp>
#include <mlops/serve/body.hpp>
#include <mlops/store/store.hpp>

#include <memory>
#include <optional>
#include <string>

#include "src/online.hpp"

namespace mlops::serve {

/// Immutable; safe for many threads.
struct Loaded {
  model::Version version;
  std::string address;  ///< "churn@v3"
  score::Scorer scorer;
  Writer writer;
  std::optional<score::Completer> completer = {};  ///< Nothing: requests bring everything.
  json::Object example_row = {};                   ///< What is known of a good request.

  /// How it is asked at that moment.
  Asked asked(Time now) const { return completer ? Asked(*completer, now) : Asked(scorer); }
  /// A body that it accepts at that moment.
  std::string example(Time now) const;
};

struct LoadPlace {
  Engines& engines;
  store::Store& store;
  Online& online;
};

/// The version whole, after it has answered an example: the one that it was registered with where that is of
/// use, else one that is made up. Throws as model::require_runnable(), score::Scorer::load(),
/// Online::views(), and what goes wrong while it answers.
std::shared_ptr<const Loaded> load(const LoadPlace& place, const model::Version& version, Reader& reader,
                                   Time now);

}  // namespace mlops::serve
