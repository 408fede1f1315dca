/// What remotes lack, as far as is known without asking them.
#include "cli/invocation.hpp"
#include "remotes.hpp"
#include "standing.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::commands {

std::vector<Standing> unpushed(cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::vector<Standing> out;
  for (const manifest::RemoteSpec& spec : project.manifest().remotes) {
    const auto ledger = remote::known(project.store(), spec.name);
    const auto standings = remote::compare(project.store(), ledger.value_or(remote::Ledger()));
    const auto names = std::count_if(standings.begin(), standings.end(), [](const remote::Standing& one) {
      return one.state != remote::Standing::State::behind;
    });
    if (names == 0) continue;
    out.push_back({.kind = "remote",
                   .address = spec.name,
                   .state = "unpushed",
                   .why = fmt::format("what is new of {} is here only; `mlops push{}`",
                                      count_of(static_cast<std::uint64_t>(names), "name"),
                                      spec.name == "origin" ? "" : " " + spec.name)});
  }
  return out;
}

}  // namespace mlops::commands
