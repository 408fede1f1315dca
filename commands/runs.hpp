#pragma once
/// What `mlops runs show` answers with, for `mlops show` too.

#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

void show_run(const std::string& address, cli::Invocation& invocation);

}  // namespace mlops::commands
