/// `mlops push`: what is new here goes to a remote.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <memory>

namespace mlops::commands {
namespace {

struct PushArgs {
  std::optional<std::string> remote;
};

void push(const PushArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const manifest::RemoteSpec spec = remote_named(project, args.remote);
  const bool dry = invocation.dry_run();
  const auto remote = open_remote(invocation, project, spec, dry);
  const remote::Pushed pushed = remote->push({.time = invocation.clock().now(),
                                              .who = user_of(invocation),
                                              .files = project.files(),
                                              .files_win = in_git(project.root()),
                                              .dry_run = dry},
                                             invocation.progress());
  std::vector<ui::Row> rows;
  for (const remote::Standing& standing : pushed.moved)
    rows.push_back(standing_row(standing, dry ? "would be pushed" : "pushed"));
  invocation.rows("mlops.push/1", rows);
  for (const std::string& file : pushed.apart) {
    invocation.warning(
        fmt::format("{} was changed here and in {}: it is not sent before `mlops pull`", file, spec.name));
  }
  if (rows.empty() && pushed.files.empty())
    return invocation.note(fmt::format("{} has everything", spec.name));
  const std::string what = count_of(pushed.objects, "object");
  if (dry)
    return invocation.note(
        fmt::format("{} would be sent to {}, {} at most", what, spec.name, size_text(pushed.bytes)));
  invocation.note(
      fmt::format("{} and {} sent to {}: push {}", what, size_text(pushed.bytes), spec.name, pushed.number));
}

}  // namespace

cli::Command push() {
  const auto args = std::make_shared<PushArgs>();
  return {.name = "push",
          .summary = "send what is new here to a remote",
          .options = {{"remote", "REMOTE", "a remote of mlops.yaml; `origin` without", &args->remote}},
          .examples = {{"mlops push", "Send everything that origin lacks"},
                       {"mlops push backup --dry-run", "Show what would be sent to backup"}},
          .exits = {{Code::not_found, "there is no such remote, or no key to it"},
                    {Code::conflict, "others have pushed versions of the same names: pull first"},
                    {Code::corrupt, "objects are missing or damaged here"},
                    {Code::busy, "the remote does not answer"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { push(*args, invocation); }};
}

}  // namespace mlops::commands
