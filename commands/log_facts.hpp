#pragma once
/// `mlops log metric|param|tag|artifact` and `mlops log -`: facts about a run.

#include "cli/command.hpp"

namespace mlops::commands {

/// The commands below `mlops log`.
std::vector<cli::Command> log_facts();

/// Facts on standard input, line by line as they come.
void log_lines(const std::optional<std::string>& run, cli::Invocation& invocation);

}  // namespace mlops::commands
