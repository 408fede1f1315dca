/// The executable: what comes from outside the process, then the command line.
#include <stdlib.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cli/main.hpp>
#include <cli/signals.hpp>
#include <commands.hpp>
#include <project_parts.hpp>
#include <string_view>

#include "carried_engines.hpp"

namespace {

mlops::config::Environment read_environment() {
  mlops::config::Environment environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      environment.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

/// Where there is no /proc, as it was found when it was started.
std::filesystem::path executable() {
  std::error_code unknown;
  auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (!unknown) return self;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel hands addresses over as numbers
  const auto* started = reinterpret_cast<const char*>(getauxval(AT_EXECFN));
  return started == nullptr ? "" : std::filesystem::canonical(started, unknown);
}

}  // namespace

int main(int argc, char** argv) {
  // Threads of OpenMP (XGBoost's) that wait must sleep, not spin: on a machine whose cores are taken,
  // spinning made training ten times slower. Read when the engine is opened; programs that we start do not
  // see it.
  auto environment = read_environment();
  setenv("OMP_WAIT_POLICY", "passive", 0);
  static mlops::Cancel cancel;  // signal handlers outlive main()
  mlops::cli::prepare_process(cancel);
  mlops::cli::Application application = {.root = mlops::commands::root(),
                                         .environment = std::move(environment),
                                         .offers = mlops::commands::project_offers};
  if (const auto named = application.environment.find("MLOPS_ENGINES");
      named != application.environment.end()) {
    application.engine_folders.emplace_back(named->second);
  }
  if (const auto self = executable(); !self.empty()) {
    application.executable = self;
    application.engine_folders.push_back(self.parent_path().parent_path() / "lib/mlops/engines");
    application.carried_engines = mlops::carried_engines(self, application.environment);
  }
  return mlops::cli::main(application, {argv + 1, argv + argc}, cancel);
}
