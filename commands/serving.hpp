#pragma once
/// A service behind a port until it is told to end: what `serve` and `features serve` share.

#include "cli/command.hpp"

#include <mlops/monitor/prediction_log.hpp>
#include <mlops/serve/service.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Flags.
struct ListenArgs {
  std::optional<std::string> host;
  std::optional<std::int64_t> port;
  std::optional<std::int64_t> threads;
  std::optional<std::string> max_body;
  std::int64_t drain = 30;
};

cli::Option host_option(ListenArgs& args);
cli::Option port_option(ListenArgs& args, std::uint16_t usual);
cli::Option threads_option(ListenArgs& args);
cli::Option body_option(ListenArgs& args);
cli::Option drain_option(ListenArgs& args);

/// The first fault of the flags, before anything is loaded.
void check(const ListenArgs& args);

/// Where no flag says so.
struct ListenWhere {
  std::string host = {};  ///< Empty: this machine alone.
  std::uint16_t port = 0;
  std::optional<unsigned> threads = {};
};

/// Listens, tells where, answers, follows what changes, and ends when the user says so and what was asked is
/// answered. `log` may be null.
void answer_until_told(cli::Invocation& invocation, const ListenArgs& args, const ListenWhere& where,
                       serve::Service& service, monitor::PredictionLog* log);

}  // namespace mlops::commands
