/// `mlops version`, which `--version` prints too.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "engine_versions.hpp"

#include <fmt/core.h>
#include <mlops/base/version.hpp>

namespace mlops::commands {
namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
  return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

ui::Row row(cli::Invocation& invocation) {
  json::Array engines;
  for (const EngineVersion& engine : engine_versions(invocation.engines())) {
    engines.emplace_back(json::Object{
        {"name", engine.name},
        {"version", engine.version},
        {"fault", engine.fault.empty() ? json::Value() : json::Value(engine.fault)},
    });
  }
  return {{"version", mlops::version()}, {"compiler", compiler()}, {"engines", std::move(engines)}};
}

void print_version(cli::Invocation& invocation) {
  if (invocation.format() != ui::Format::human) return invocation.record("mlops.version/1", row(invocation));
  ui::Output& output = invocation.output();
  output.text(fmt::format("mlops {}\n", mlops::version()));
  if (invocation.verbosity() == 0) return;
  output.text(fmt::format("compiled with {}\n", compiler()));
  for (const EngineVersion& engine : engine_versions(invocation.engines())) {
    output.text(
        fmt::format("engine {}: {}\n", engine.name, engine.fault.empty() ? engine.version : engine.fault));
  }
}

}  // namespace

cli::Command version() {
  return {
      .name = "version",
      .summary = "print the version",
      .examples = {{"mlops version", "Print the version"},
                   {"mlops version -v", "Print the compiler, the engines and their versions too"}},
      .run = print_version,
  };
}

}  // namespace mlops::commands
