#include "model_answering.hpp"

#include "cli/invocation.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

#include <optional>

namespace mlops::commands {
namespace {

/// What the alias points at now.
std::optional<model::Version> current(cli::Invocation& invocation, const std::string& name,
                                      const std::string& alias) {
  if (!invocation.project_or_create().has_store()) return std::nullopt;
  const model::Registry models(invocation.project().store());
  const auto number = models.current(name, alias);
  return number ? models.find(name, *number) : std::nullopt;
}

std::string name_of(const model::Version& version, const std::string& alias) {
  return alias == "champion" ? version.name : fmt::format("{}@{}", version.name, alias);
}

}  // namespace

void check_answering(cli::Invocation& invocation, const model::Version& version, const std::string& alias,
                     bool force) {
  if (version.runs_here()) return;
  const std::string name = name_of(version, alias);
  const auto before = current(invocation, version.name, alias);
  if (before && !before->runs_here()) return;
  if (before && !force) {
    throw error(Code::negative,
                "nothing here can run the new version: `mlops predict {}` would fail, {} answers now", name,
                before->address())
        .with_id("model.opaque")
        .with_hint("`--force` moves {}@{} all the same", version.name, alias);
  }
  invocation.warning(fmt::format(
      "nothing here can run the version: `mlops predict {0}` and `mlops serve {0}` fail{1}", name,
      before ? fmt::format("; `mlops model rollback {} --alias {}` takes it back", version.name, alias)
             : ""));
}

}  // namespace mlops::commands
