#pragma once
/// `when:` of a schedule: whether there is reason to work, told by what is cheap to look at. No engine is
/// opened for it.

#include <mlops/base/clock.hpp>
#include <mlops/json/value.hpp>
#include <mlops/manifest/scheduling.hpp>
#include <mlops/pipeline/journal.hpp>

#include <optional>
#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

struct Reason {
  bool holds = true;
  std::string why = {};      ///< What was seen: "flights has not changed"; empty where nothing is asked.
  Time time = {};            ///< When it was looked at: what an `alert` is held to next time.
  json::Object tokens = {};  ///< By address, what `changed` is held to next time; null: it cannot be told.
};

/// `last_good`: the newest tick that ended well. Throws Error: usage (an assertion is at fault), and what
/// reading the store does.
Reason reason_of(const manifest::ScheduleSpec& spec, const std::optional<pipeline::Entry>& last_good,
                 cli::Invocation& invocation);

}  // namespace mlops::commands
