#pragma once
/// Help for people, made from the Command.

#include "command.hpp"
#include "ui/terminal.hpp"

#include <string>

namespace mlops::cli {

/// What `mlops` alone prints: the commands by group.
std::string overview(const Command& root, const ui::Stream& stream);

/// -h: summary, usage, examples, options, see also; what a group alone prints.
std::string short_help(const Path& path, const Command& command, const ui::Stream& stream);

/// --help: the manual page as text.
std::string long_help(const Path& path, const Command& command, const ui::Stream& stream);

}  // namespace mlops::cli
