#pragma once
/// From the words of a command line to an exit code.

#include "application.hpp"

#include <mlops/base/cancel.hpp>

#include <string>
#include <vector>

namespace mlops::cli {

/// Runs the command that `args` (without the program's name) ask for, prints its errors, and returns the exit
/// code.
int main(const Application& application, const std::vector<std::string>& args, Cancel& cancel);

}  // namespace mlops::cli
