#include "model_as_of.hpp"

#include "cli/invocation.hpp"

#include <mlops/project/project.hpp>

namespace mlops::commands {

model::Version model_as_of(cli::Invocation& invocation, const std::string& address) {
  store::Store& store = invocation.project().store();
  const model::Registry registry(store);
  // Time stands still under --as-of alone.
  const auto* then = dynamic_cast<const FixedClock*>(&invocation.clock());
  const auto followed = model::followed(store.references(), address);
  if (then == nullptr || followed.empty() || model::alias_in(followed.front()).empty())
    return registry.get(address);
  return registry.get(address + "@" + then->now().text());
}

}  // namespace mlops::commands
