/// `mlops remote`: where objects live besides here.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <memory>

namespace mlops::commands {
namespace {

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

ui::Row row(const manifest::RemoteSpec& remote) {
  return {{"name", remote.name},
          {"url", remote.url},
          {"endpoint", text_or_null(remote.endpoint)},
          {"region", text_or_null(remote.region)},
          {"style", text_or_null(remote.style)},
          {"one_writer", remote.one_writer}};
}

/// What became of it, or would; nothing where `done` is empty.
void change(cli::Invocation& invocation, const manifest::RemoteSpec& spec, const std::string& done) {
  const std::string state = done.empty() ? "unchanged" : invocation.dry_run() ? "would be " + done : done;
  invocation.record("mlops.remote-change/1", {{"name", spec.name}, {"url", spec.url}, {"state", state}});
}

// ---- add

struct AddRemoteArgs {
  manifest::RemoteSpec spec = {.name = "", .url = ""};
};

void add_remote(const AddRemoteArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  manifest::RemoteSpec spec = args.spec;
  // A path is relative to where it is typed; in the file it is relative to the project.
  const std::filesystem::path path = spec.url;
  if (spec.url.find("://") == std::string::npos && path.is_relative() && !spec.url.empty()) {
    const auto here = std::filesystem::weakly_canonical(std::filesystem::absolute(path));
    spec.url = here.lexically_relative(project.root()).native();
  }
  remote::require_address(remote_address(spec));
  const std::string& text = project.manifest_text();
  const bool fresh = invocation.dry_run() ? manifest::with_remote(text, "mlops.yaml", spec) != text
                                          : project.add_remote(spec);
  change(invocation, spec, fresh ? "added" : "");
  if (fresh) invocation.next("mlops push");
}

cli::Command add_remote_spec() {
  const auto args = std::make_shared<AddRemoteArgs>();
  manifest::RemoteSpec& spec = args->spec;
  cli::Command command = {
      .name = "add",
      .summary = "add a remote to mlops.yaml",
      .options = {{"name", "NAME", "what it is called; `origin` is the one that is meant without a name",
                   &spec.name, cli::Offer::none, true},
                  {"url", "URL", "a folder, or s3://BUCKET/PREFIX", &spec.url, cli::Offer::file, true},
                  {"--one-writer", "", "nobody else pushes at the same time: for stores that cannot tell",
                   &spec.one_writer}},
      .examples = {{"mlops remote add origin s3://ml-store/churn", "Share through a bucket"},
                   {"mlops remote add origin /mnt/share/churn", "Share through a folder"},
                   {"mlops remote add minio s3://ml/churn --endpoint https://example.org:9000",
                    "An object store of one's own"}},
      .exits = {{Code::conflict, "there is a remote of that name, at another place"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { add_remote(*args, invocation); }};
  add_place_options(command.options, spec);
  return command;
}

// ---- list, rm, test

void list_remotes(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  project::Project& project = invocation.project();
  for (const manifest::RemoteSpec& remote : project.manifest().remotes)
    rows.push_back(row(remote_named(project, remote.name)));
  invocation.rows("mlops.remote/1", rows);
  if (rows.empty()) invocation.note("there is no remote: `mlops remote add origin URL` adds one");
}

cli::Command list_remotes_spec() {
  return {.name = "list",
          .summary = "list the remotes of mlops.yaml",
          .examples = {{"mlops remote list", "Show every remote and where it is"}},
          .run = list_remotes};
}

struct RemoteArgs {
  std::string name;
};

cli::Option name_option(std::string& target) {
  return {"name", "NAME", "a remote of mlops.yaml", &target, cli::Offer::none, true};
}

void remove_remote(const RemoteArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const manifest::RemoteSpec spec = remote_named(project, args.name);
  if (!invocation.dry_run()) {
    project.remove_remote(args.name);
    if (project.has_store()) remote::forget(project.store(), args.name);
  }
  change(invocation, spec, "removed");
  if (!invocation.dry_run()) invocation.note(fmt::format("what was pushed to {} stays there", spec.url));
}

cli::Command remove_remote_spec() {
  const auto args = std::make_shared<RemoteArgs>();
  return {.name = "rm",
          .summary = "take a remote out of mlops.yaml; what was pushed stays there",
          .options = {name_option(args->name)},
          .examples = {{"mlops remote rm backup", "Forget the remote called backup"}},
          .exits = {{Code::not_found, "there is no such remote"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { remove_remote(*args, invocation); }};
}

struct TestArgs {
  std::optional<std::string> name;
};

void test_remote(const TestArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const manifest::RemoteSpec spec = remote_named(project, args.name);
  const auto space = space_of(invocation, spec, project.root());
  std::vector<ui::Row> rows;
  for (const remote::Trial& trial : remote::test(*space)) {
    rows.push_back({{"what", trial.what},
                    {"good", trial.fault.empty()},
                    {"fault", trial.fault.empty() ? json::Value() : json::Value(trial.fault)}});
  }
  invocation.rows("mlops.remote-test/1", rows);
  for (const ui::Row& one : rows) {
    if (one[1].value.bool_or(false)) continue;
    throw error(Code::negative, "the remote '{}' cannot be used for everything", spec.name)
        .with_id("remote.test");
  }
}

cli::Command test_remote_spec() {
  const auto args = std::make_shared<TestArgs>();
  return {
      .name = "test",
      .summary = "try whether a remote can be read, written and pushed to",
      .options = {{"name", "NAME", "a remote of mlops.yaml; `origin` without", &args->name}},
      .examples = {{"mlops remote test origin", "Try everything that push and fetch need"}},
      .exits = {{Code::not_found, "there is no such remote"}, {Code::negative, "something cannot be done"}},
      .run = [args](cli::Invocation& invocation) { test_remote(*args, invocation); }};
}

}  // namespace

cli::Command remote() {
  return {.name = "remote",
          .summary = "name the folders and buckets that objects are shared through",
          .children = {add_remote_spec(), list_remotes_spec(), remove_remote_spec(), test_remote_spec()}};
}

}  // namespace mlops::commands
