#pragma once
/// Versions that the gates of their release did not accept, and commands that would let them answer.

#include <mlops/model/registry.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// For an alias that is about to point at `version`: Error(negative) where a gate rejected it, or where it
/// was not judged though its release has gates. Forced, it is what the history has to say of it: "forced: 1
/// of 5 gates fails: ..."; empty: nothing is in the way.
std::string require_accepted(cli::Invocation& invocation, const model::Version& version, bool force);

/// The newest version of a model with a number below `below` (0: any) that may answer and can be run here;
/// nothing: there is none.
std::optional<model::Version> newest_accepted(store::Store& store, const std::string& name,
                                              std::int64_t below = 0);

/// As require_accepted(), for a rollback of an alias that points at `from`: the hint names the newest version
/// before that one which may answer.
std::string require_accepted_before(cli::Invocation& invocation, const model::Version& version,
                                    const std::string& alias, std::int64_t from, bool force);

/// For an address that is about to be asked. Throws as release::refusal() says where it stands for the newest
/// version, as `churn@latest` does and a bare name without a champion, and that was not accepted.
void require_answering(cli::Invocation& invocation, const std::string& address,
                       const model::Version& version);

}  // namespace mlops::commands
