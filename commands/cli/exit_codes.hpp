#pragma once
/// The exit codes of the program, once: EXIT STATUS of every page is made from this table.

#include "command.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {

struct ExitStatus {
  int status;
  std::string_view name;  ///< "not_found", the default id of an error in JSON.
  std::string_view meaning;
  bool everywhere;  ///< Every command may end so; the others declare it.
};

std::span<const ExitStatus> exit_statuses();

std::string_view name_of(Code code);

/// The rows of `command`'s EXIT STATUS: those of every command and the ones it declares, in order. With
/// nullptr, all there are.
std::vector<std::pair<int, std::string>> statuses_of(const Command* command);

}  // namespace mlops::cli
