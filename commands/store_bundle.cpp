/// `mlops store bundle` and `unbundle`: what a store holds in one file, for machines that no network reaches.
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "fetching.hpp"
#include "store.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/remote/bundle.hpp>

#include <memory>

namespace mlops::commands {
namespace {

struct BundleArgs {
  std::filesystem::path file;
};

remote::Options carried(cli::Invocation& invocation) {
  return {.cancel = &invocation.cancel(), .passing = true};
}

void bundle(const BundleArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  remote::BundleWriter writer(args.file);
  remote::Remote remote(project.store(), "bundle", writer.space(), carried(invocation));
  const bool dry = invocation.dry_run();
  const remote::Pushed pushed = remote.push({.time = invocation.clock().now(),
                                             .who = user_of(invocation),
                                             .files = project.files(),
                                             .dry_run = dry},
                                            invocation.progress());
  if (pushed.moved.empty()) {
    throw error(Code::not_found, "there is nothing to put into a bundle")
        .with_hint("`mlops ingest` and `mlops data add` make versions");
  }
  const std::uint64_t bytes = dry ? pushed.bytes : writer.finish();
  invocation.record("mlops.store-bundle/1", {{"file", args.file.native()},
                                             {"names", pushed.moved.size(), ui::Show::count},
                                             {"objects", pushed.objects, ui::Show::count},
                                             {"bytes", bytes, ui::Show::bytes},
                                             {"state", dry ? "would be made" : "made"}});
}

void unbundle(const BundleArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  const std::string name = args.file.filename().native();
  if (invocation.dry_run())
    return rehearse_fetch(invocation, &project, *remote::open_bundle(args.file), name, "mlops.fetch/1");
  remote::Remote remote(project.store(), "bundle", remote::open_bundle(args.file), carried(invocation));
  Fetch fetch(invocation, project, remote, name);
  fetch.history();
  if (!in_git(project.root())) fetch.files();
  fetch.tell("mlops.fetch/1");
}

cli::Option file_option(std::filesystem::path& target, std::string help) {
  return {"file", "FILE", std::move(help), &target, cli::Offer::file, true};
}

}  // namespace

cli::Command store_bundle() {
  const auto args = std::make_shared<BundleArgs>();
  return {.name = "bundle",
          .summary = "put all that the store holds into one file",
          .options = {file_option(args->file, "the file that is made, a tar archive")},
          .examples = {{"mlops store bundle churn.tar", "Everything, in the file churn.tar"}},
          .exits = {{Code::not_found, "there is nothing in the store"},
                    {Code::conflict, "there is such a file already"},
                    {Code::corrupt, "objects are missing or damaged"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { bundle(*args, invocation); }};
}

cli::Command store_unbundle() {
  const auto args = std::make_shared<BundleArgs>();
  return {.name = "unbundle",
          .summary = "take in what a bundle holds and the store has not",
          .options = {file_option(args->file, "a file that `mlops store bundle` made")},
          .examples = {{"mlops store unbundle from-ana.tar", "Take everything that is new in the bundle"}},
          .exits = {{Code::not_found, "there is no such file"}, {Code::corrupt, "the bundle is damaged"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { unbundle(*args, invocation); }};
}

}  // namespace mlops::commands
