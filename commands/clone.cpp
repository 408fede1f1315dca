/// `mlops clone`: a project from where it was pushed, or from git, with the contents that work in it needs.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "fetching.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/remote/git.hpp>

#include <memory>

namespace mlops::commands {
namespace {

struct CloneArgs {
  manifest::RemoteSpec spec = {.name = "origin", .url = ""};
  std::optional<std::filesystem::path> folder;
  bool all = false;
};

/// "churn" of "s3://ml-store/churn/" and "git@example.org:ana/churn.git".
std::string name_in(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  for (const std::string_view end : {".git", ".tar"}) {
    if (url.ends_with(end)) url.resize(url.size() - end.size());
  }
  const std::size_t at = url.find_last_of("/:");
  std::string name = url.substr(at == std::string::npos ? 0 : at + 1);
  if (name.empty() || name == "." || name == "..")
    throw error(Code::usage, "'{}' gives no name for the folder", url)
        .with_hint("say it: `mlops clone URL FOLDER`");
  return name;
}

/// What `mlops store bundle` made: all of it comes, and it is no place to push to.
bool is_bundle(const std::string& url) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(url, ignored);
}

/// The folder that is to be made; it may be there and empty.
std::filesystem::path folder_for(const CloneArgs& args) {
  const std::filesystem::path folder =
      std::filesystem::absolute(args.folder.value_or(name_in(args.spec.url)));
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored) && !std::filesystem::is_empty(folder, ignored))
    throw error(Code::conflict, "'{}' is there already, and not empty", folder.native());
  return folder;
}

/// What was cloned from is the project's remote: what was said of it here goes before what mlops.yaml says.
void remember(project::Project& project, const manifest::RemoteSpec& spec) {
  const auto* said = project.manifest().find_remote(spec.name);
  if (said == nullptr) {
    project.add_remote(spec);
    return;
  }
  manifest::RemoteSpec here = *said;
  if (here.url.find("://") == std::string::npos)
    here.url = std::filesystem::weakly_canonical(project.root() / here.url).native();
  const manifest::RemoteSpec there = here;
  here.url = spec.url;
  if (!spec.endpoint.empty()) here.endpoint = spec.endpoint;
  if (!spec.region.empty()) here.region = spec.region;
  if (!spec.style.empty()) here.style = spec.style;
  if (here != there) remote::set_place(project.store(), spec.name, remote_address(here));
}

void fetch_into(project::Project& project, remote::Remote& remote, const manifest::RemoteSpec& spec,
                const CloneArgs& args, bool files, cli::Invocation& invocation) {
  Fetch fetch(invocation, project, remote, spec.name);
  fetch.history();
  if (files) fetch.files();
  const bool bundle = is_bundle(spec.url);
  if (files && !bundle) remember(project, spec);
  if (!bundle) fetch.contents({}, args.all);
  fetch.check_out(false);
  fetch.tell("mlops.clone/1");
}

/// A remote: names, records and the project's files are in it.
void clone_remote(const CloneArgs& args, const std::filesystem::path& folder, cli::Invocation& invocation) {
  manifest::RemoteSpec spec = args.spec;
  if (spec.url.find("://") == std::string::npos)
    spec.url = std::filesystem::weakly_canonical(std::filesystem::absolute(spec.url)).native();
  auto space = space_of(invocation, spec, std::filesystem::current_path());
  if (!remote::is_remote(*space)) {
    throw error(Code::not_found, "there is nothing that was pushed in '{}'", spec.url)
        .with_id("remote.empty")
        .with_hint("`mlops push` from a project puts something there; a git repository can be cloned, too");
  }
  if (invocation.dry_run()) return rehearse_fetch(invocation, nullptr, *space, spec.url, "mlops.clone/1");
  std::filesystem::create_directories(folder);
  project::Project project(folder, project::Project::Mode::begin);
  remote::Remote remote(project.store(), spec.name, std::move(space),
                        {.cancel = &invocation.cancel(), .passing = is_bundle(spec.url)});
  fetch_into(project, remote, spec, args, true, invocation);
}

void clone_git(const CloneArgs& args, const std::filesystem::path& folder, cli::Invocation& invocation) {
  if (invocation.dry_run()) {
    invocation.rows("mlops.clone/1", {});
    return invocation.note(fmt::format("git would clone it into '{}'", folder.native()));
  }
  remote::clone_git(args.spec.url, folder, invocation.environment(), &invocation.cancel());
  project::Project project(folder, project::Project::Mode::begin);
  if (!project.has_manifest()) {
    return invocation.note(fmt::format("there is no mlops.yaml in '{}': nothing to fetch", folder.native()));
  }
  if (project.manifest().remotes.empty())
    return invocation.note("its mlops.yaml names no remote: nothing to fetch");
  const manifest::RemoteSpec spec = remote_named(project, std::nullopt);
  fetch_into(project, *open_remote(invocation, project, spec), spec, args, false, invocation);
}

void clone(const CloneArgs& args, cli::Invocation& invocation) {
  const std::filesystem::path folder = folder_for(args);
  const bool path = args.spec.url.find("://") == std::string::npos || args.spec.url.starts_with("file://");
  const bool remote =
      args.spec.url.starts_with("s3://") ||
      (path && remote::is_remote(*space_of(invocation, args.spec, std::filesystem::current_path())));
  if (remote) clone_remote(args, folder, invocation);
  else clone_git(args, folder, invocation);
  if (!invocation.dry_run()) invocation.next("cd " + folder.filename().native());
}

}  // namespace

cli::Command clone() {
  const auto args = std::make_shared<CloneArgs>();
  manifest::RemoteSpec& spec = args->spec;
  cli::Command command = {
      .name = "clone",
      .summary = "make a project from a remote or a git repository, with what work in it needs",
      .options = {{"url", "URL",
                   "a folder or s3://BUCKET/PREFIX that was pushed to, a bundle, or a git repository",
                   &spec.url, cli::Offer::file, true},
                  {"folder", "FOLDER", "where it goes; the last name of the URL without", &args->folder,
                   cli::Offer::file},
                  {"--all", "", "take the contents of all versions", &args->all}},
      .examples = {{"mlops clone s3://ml-store/churn",
                    "The project that was pushed there, in the folder churn"},
                   {"mlops clone git@example.org:ana/churn.git", "By git, and the contents from its remote"},
                   {"mlops clone /mnt/share/churn mine", "From a folder, into the folder mine"}},
      .exits = {{Code::not_found, "nothing was pushed there, or no key to it"},
                {Code::conflict, "the folder is there already"},
                {Code::busy, "the remote does not answer"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { clone(*args, invocation); }};
  add_place_options(command.options, spec);
  return command;
}

}  // namespace mlops::commands
