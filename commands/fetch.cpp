/// `mlops fetch` and `mlops pull`: what others have pushed comes here.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "fetching.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <functional>
#include <memory>

namespace mlops::commands {
namespace {

/// Takes names and records, and goes on with the rest; a rehearsal says what would come.
void take(cli::Invocation& invocation, const std::optional<std::string>& name, const char* schema,
          const std::function<void(Fetch& fetch, project::Project& project)>& rest) {
  // A store is made where there is none yet: after a clone by git.
  project::Project project(invocation.project().root(), project::Project::Mode::create);
  const manifest::RemoteSpec spec = remote_named(project, name);
  if (invocation.dry_run()) {
    rehearse_fetch(invocation, &project, *space_of(invocation, spec, project.root()), spec.name, schema);
    return;
  }
  const auto remote = open_remote(invocation, project, spec);
  Fetch fetch(invocation, project, *remote, spec.name);
  fetch.history();
  rest(fetch, project);
  fetch.tell(schema);
}

// ---- fetch

struct FetchArgs {
  std::vector<std::string> what;
  std::optional<std::string> remote;
  bool all = false;
};

void fetch(const FetchArgs& args, cli::Invocation& invocation) {
  take(invocation, args.remote, "mlops.fetch/1",
       [&](Fetch& fetch, project::Project&) { fetch.contents(args.what, args.all); });
}

cli::Option remote_option(std::optional<std::string>& target) {
  return {"--remote", "NAME", "a remote of mlops.yaml; `origin` without", &target};
}

// ---- pull

struct PullArgs {
  std::optional<std::string> remote;
  bool all = false;
  bool rebase = false;
  bool force = false;
};

void pull(const PullArgs& args, cli::Invocation& invocation) {
  take(invocation, args.remote, "mlops.pull/1", [&](Fetch& fetch, project::Project& project) {
    if (args.rebase) fetch.rebase();
    fetch.require_together();
    if (!in_git(project.root())) fetch.files();
    fetch.contents({}, args.all);
    fetch.check_out(args.force);
  });
}

}  // namespace

cli::Command fetch() {
  const auto args = std::make_shared<FetchArgs>();
  return {.name = "fetch",
          .summary = "take what is new in a remote",
          .options = {{"what", "WHAT",
                       "a dataset, view, model, run or added path, or a version of it: its contents",
                       &args->what, cli::Offer::address},
                      {"--all", "", "the contents of all versions", &args->all},
                      remote_option(args->remote)},
          .examples = {{"mlops fetch", "Take all names and records, and the contents that work here needs"},
                       {"mlops fetch churn@v1 @last", "And the contents of these"},
                       {"mlops fetch --all", "And everything else"}},
          .exits = {{Code::not_found, "there is no such remote, or no such thing"},
                    {Code::corrupt, "what came is damaged there"},
                    {Code::busy, "the remote does not answer"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { fetch(*args, invocation); }};
}

cli::Command pull() {
  const auto args = std::make_shared<PullArgs>();
  return {.name = "pull",
          .summary = "take what is new in a remote, and make added files what mlops.lock pins",
          .options = {remote_option(args->remote),
                      {"--rebase", "", "give versions that were made here numbers behind those of the remote",
                       &args->rebase},
                      {"--all", "", "take the contents of all versions", &args->all},
                      {"--force", "", "overwrite and remove contents that no version has", &args->force}},
          .examples = {{"mlops pull", "Take what others have pushed"},
                       {"mlops pull --rebase", "The same, where versions were made here and there"}},
          .exits = {{Code::not_found, "there is no such remote"},
                    {Code::conflict, "versions were made here and there, or contents would be lost"},
                    {Code::corrupt, "what came is damaged there"},
                    {Code::busy, "the remote does not answer"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { pull(*args, invocation); }};
}

}  // namespace mlops::commands
