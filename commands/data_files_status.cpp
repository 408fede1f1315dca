/// `mlops data status`: what of added files and folders is not as it is pinned.
#include "cli/invocation.hpp"
#include "data_files.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace mlops::commands {

std::string text_of(const FileCounts& counts) {
  std::string out;
  for (const auto& [state, count] : counts)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count_text(count), state);
  return out;
}

namespace {

/// What the remote is known to have, without asking it; nothing where there is none, or several.
std::optional<remote::Ledger> ledger_known(project::Project& project) {
  const auto* usual = usual_remote(project);
  if (usual == nullptr) return std::nullopt;
  return remote::known(project.store(), usual->name).value_or(remote::Ledger());
}

/// Whether any version that was pushed has the content that is pinned.
bool has(const remote::Ledger& ledger, store::Store& store, const Pinned& one) {
  const auto pushed = ledger.references.find({"files", one.path});
  if (pushed == ledger.references.end()) return false;
  const auto versions = worktree::history(store, one.path);
  return std::any_of(versions.begin(), versions.end(), [&](const worktree::Version& version) {
    return version.pin.digest == one.pin.digest &&
           std::any_of(pushed->second.begin(), pushed->second.end(),
                       [&](const store::ReferenceEntry& entry) { return entry.digest == version.record; });
  });
}

struct StatusFilesArgs {
  std::vector<std::string> paths;
  bool exit_code = false;
};

void files_status(const StatusFilesArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const std::vector<Pinned> pinned = pinned_files(project, args.paths);
  const auto remote = ledger_known(project);
  ui::Output& output = invocation.output();
  output.begin("mlops.files-status/1");
  std::vector<std::string> notes;
  bool differs = false;
  for (const Pinned& one : pinned) {
    const worktree::Place place = files_place(invocation, project);
    FileCounts counts;
    worktree::compare(place, one.path, one.pin, [&](const worktree::Difference& difference) {
      ++counts[worktree::name_of(difference.state)];
      const auto whole = [&](const std::string& file) {
        return file.empty() ? one.path : one.path + "/" + file;
      };
      output.row({{"state", std::string(worktree::name_of(difference.state))},
                  {"path", whole(difference.file)},
                  {"from", difference.from.empty() ? json::Value() : json::Value(whole(difference.from))},
                  {"bytes", difference.bytes, ui::Show::bytes}});
    });
    differs = differs || !counts.empty();
    if (remote && !has(*remote, project.store(), one)) {
      ++counts["not in remote"];
      output.row({{"state", "not in remote"},
                  {"path", one.path},
                  {"from", json::Value()},
                  {"bytes", one.pin.bytes, ui::Show::bytes}});
    }
    notes.push_back(counts.empty()
                        ? fmt::format("{}: {} as pinned", one.path, count_of(one.pin.files, "file"))
                        : fmt::format("{}: {}", one.path, text_of(counts)));
  }
  output.end();
  for (const std::string& note : notes) invocation.note(note);
  if (pinned.empty())
    invocation.note("nothing was added: `mlops data add PATH` makes files and folders versions");
  if (differs && args.exit_code) invocation.set_exit_status(static_cast<int>(Code::negative));
}

}  // namespace

cli::Command files_status_spec() {
  const auto args = std::make_shared<StatusFilesArgs>();
  return {
      .name = "status",
      .summary = "show which added files are not as mlops.lock pins them",
      .options = {paths_option(args->paths,
                               "an added path, or a version of it such as images@v2; all without", false),
                  {"--exit-code", "", "exit with 3 when a file is not as it is pinned", &args->exit_code}},
      .examples = {{"mlops data status", "Show what was added, modified, deleted and renamed"},
                   {"mlops data status images@v1", "Compare the folder with its first version"}},
      .exits = {{Code::negative, "with `--exit-code`: a file is not as it is pinned"},
                {Code::not_found, "the path was not added"}},
      .run = [args](cli::Invocation& invocation) { files_status(*args, invocation); }};
}

}  // namespace mlops::commands
