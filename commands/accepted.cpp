#include "accepted.hpp"

#include "cli/invocation.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/judgement.hpp>

namespace mlops::commands {
namespace {

/// As `churn@latest` does, and a bare name while it has no champion: it goes on to the next version unasked.
bool stands_for_newest(const store::References& references, const std::string& address) {
  for (const store::ReferenceName& name : model::followed(references, address)) {
    if (references.find(name)) return model::alias_in(name).empty();
  }
  return false;
}

}  // namespace

std::string require_accepted(cli::Invocation& invocation, const model::Version& version, bool force) {
  const auto fault = release::refusal(invocation.project().store(), version);
  if (!fault) return "";
  if (force) return "forced: " + fault->message();
  throw Error(*fault).with_hint(
      "`mlops why models/{}` shows what it was judged by; `--force` takes it all the same",
      version.address());
}

std::optional<model::Version> newest_accepted(store::Store& store, const std::string& name,
                                              std::int64_t below) {
  for (model::Version& version : model::Registry(store).list(name)) {
    const bool wanted = below == 0 || version.number < below;
    if (wanted && version.runs_here() && !release::refusal(store, version)) return std::move(version);
  }
  return std::nullopt;
}

std::string require_accepted_before(cli::Invocation& invocation, const model::Version& version,
                                    const std::string& alias, std::int64_t from, bool force) {
  store::Store& store = invocation.project().store();
  const auto fault = release::refusal(store, version);
  if (!fault) return "";
  if (force) return "forced: " + fault->message();
  const auto accepted = newest_accepted(store, version.name, from);
  if (!accepted)
    throw Error(*fault).with_hint("no version before v{} was accepted; `--force` takes it all the same",
                                  from);
  throw Error(*fault).with_hint(
      "`mlops model promote {}{}` takes the newest one before v{} that was accepted, `--force` this one all "
      "the same",
      accepted->address(), alias == "champion" ? "" : " --to " + alias, from);
}

void require_answering(cli::Invocation& invocation, const std::string& address,
                       const model::Version& version) {
  store::Store& store = invocation.project().store();
  if (!stands_for_newest(store.references(), address)) return;
  const auto fault = release::refusal(store, version);
  if (!fault) return;
  const bool bare = address.find('@') == std::string::npos;
  throw error(fault->code(), "{}{}", bare ? version.name + " has no champion, and " : "", fault->message())
      .with_id(fault->id())
      .with_hint("`{}` asks that version all the same; `mlops why models/{}` shows what it was judged by",
                 version.address(), version.address());
}

}  // namespace mlops::commands
