#pragma once
/// What is due of a schedule, done.

#include "schedule.hpp"

#include <mlops/base/error.hpp>
#include <mlops/pipeline/work.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace mlops::commands {

/// A due time that was seen to.
struct Ticked {
  pipeline::Entry ended = {};
  std::optional<Error> fault = {};
};

/// Sees to what is due, each in its turn; `done` is called as soon as one has ended. Nothing is written where
/// nothing is due. Throws what keeps it from beginning: the journal cannot be written, a store is damaged.
void see_to(Scheduled one, cli::Invocation& invocation, const std::function<void(Ticked ticked)>& done);

}  // namespace mlops::commands
