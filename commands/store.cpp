/// `mlops store`: what the store takes, whether it is sound, what can go, and its index made anew.
#include "store.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "remotes.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/list.hpp>
#include <mlops/store/usage.hpp>

#include <algorithm>
#include <memory>

namespace mlops::commands {
namespace {

struct DuArgs {
  bool references = false;
};

void du_of_references(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const store::NameUsage& usage : store::usage_by_name(invocation.project().store())) {
    const std::uint64_t saved = usage.logical_bytes - std::min(usage.logical_bytes, usage.stored_bytes);
    rows.push_back({{"reference", usage.name},
                    {"versions", usage.versions, ui::Show::count},
                    {"logical_bytes", usage.logical_bytes, ui::Show::bytes},
                    {"stored_bytes", usage.stored_bytes, ui::Show::bytes},
                    {"saved_bytes", saved, ui::Show::bytes},
                    {"own_bytes", usage.own_bytes, ui::Show::bytes}});
  }
  invocation.rows("mlops.store-usage-reference/1", rows);
}

void du(const DuArgs& args, cli::Invocation& invocation) {
  if (args.references) return du_of_references(invocation);
  std::vector<ui::Row> rows;
  for (const store::Usage& usage : invocation.project().store().usage()) {
    rows.push_back({{"kind", usage.kind},
                    {"count", usage.count, ui::Show::count},
                    {"bytes", usage.bytes, ui::Show::bytes},
                    {"logical_bytes", usage.logical_bytes, ui::Show::bytes}});
  }
  invocation.rows("mlops.store-usage/1", rows);
}

struct FsckArgs {
  std::optional<std::string> remote;
};

/// What is damaged or missing comes from the remote; the faults that are left then, behind those that were.
std::vector<store::Fault> repaired(std::vector<store::Fault> faults, const std::string& name,
                                   cli::Invocation& invocation) {
  std::vector<Digest> wanted;
  for (const store::Fault& fault : faults) {
    if (!fault.repaired && fault.object) wanted.push_back(*fault.object);
  }
  if (wanted.empty()) return faults;
  project::Project& project = invocation.project();
  const auto remote = open_remote(invocation, project, remote_named(project, name));
  remote->look(invocation.progress());
  const std::vector<Digest> brought = remote->bring(wanted, invocation.progress());
  if (brought.empty()) return faults;
  std::vector<store::Fault> out;
  for (store::Fault& fault : faults) {
    if (!fault.repaired && fault.object &&
        std::binary_search(brought.begin(), brought.end(), *fault.object)) {
      fault.repaired = true;
      fault.fix = fmt::format("it came from {}", name);
    }
    if (fault.repaired) out.push_back(std::move(fault));
  }
  for (store::Fault& fault : project.store().fsck(invocation.progress())) {
    if (!fault.repaired) out.push_back(std::move(fault));
  }
  return out;
}

void fsck(const FsckArgs& args, cli::Invocation& invocation) {
  auto faults = invocation.project().store().fsck(invocation.progress());
  if (args.remote) faults = repaired(std::move(faults), *args.remote, invocation);
  std::vector<ui::Row> rows;
  std::size_t left = 0;
  for (const store::Fault& fault : faults) {
    left += fault.repaired ? 0 : 1;
    rows.push_back({{"fault", fault.what},
                    {"repaired", fault.repaired},
                    {"fix", fault.fix.empty() ? json::Value() : json::Value(fault.fix)}});
  }
  invocation.rows("mlops.store-fault/1", rows);
  if (left > 0)
    throw error(Code::corrupt, "the store has {}", count_of(left, "fault")).with_id("store.faults");
  invocation.note("the store is sound");
}

cli::Command du_spec() {
  const auto args = std::make_shared<DuArgs>();
  return {.name = "du",
          .summary = "show what the store takes on disk, by kind of content or by what names it",
          .options = {{"--references", "",
                       "for each dataset, model and added path: what its versions are, and take",
                       &args->references}},
          .examples = {{"mlops store du", "Show how much space each kind of content takes"},
                       {"mlops store du --references", "Show which datasets and models take it"}},
          .run = [args](cli::Invocation& invocation) { du(*args, invocation); }};
}

cli::Command fsck_spec() {
  const auto args = std::make_shared<FsckArgs>();
  return {
      .name = "fsck",
      .summary = "check every object, reference and index entry of the store",
      .options = {{"--remote", "NAME", "bring what is damaged or missing from this remote", &args->remote}},
      .examples = {{"mlops store fsck", "Check everything"},
                   {"mlops store fsck --remote origin", "And mend it with what origin has"}},
      .exits = {{Code::corrupt, "something is damaged or missing"}},
      .run = [args](cli::Invocation& invocation) { fsck(*args, invocation); }};
}

/// A damaged catalogue knows nothing, and is about to be made anew.
std::vector<store::Fault> known_losses(store::Store& store) {
  try {
    return store.losses();
  } catch (const Error& e) {
    if (e.code() != Code::corrupt) throw;
    return {};
  }
}

std::size_t reindexed(store::Store& store, Progress& progress) {
  const std::size_t count = store.reindex(progress);
  store.catalogue().forget_losses();
  run::reindex(store);
  return count;
}

void reindex(cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  for (const store::Fault& loss : known_losses(store)) invocation.warning(loss.what);
  const bool dry = invocation.dry_run();
  Progress& progress = invocation.progress();
  const std::size_t count = dry ? store.rehearse_reindex(progress) : reindexed(store, progress);
  invocation.record("mlops.store-reindex/1",
                    {{"records", count, ui::Show::count}, {"state", dry ? "would be indexed" : "indexed"}});
}

cli::Command reindex_spec() {
  return {.name = "reindex",
          .summary = "make the index anew from references and records",
          .examples = {{"mlops store reindex", "Rebuild the catalogue"}},
          .dry_run = true,
          .run = reindex};
}

}  // namespace

cli::Command store() {
  return {.name = "store",
          .summary = "inspect and check the place where everything is kept",
          .children = {du_spec(), fsck_spec(), store_gc(), store_pin(), store_unpin(), reindex_spec(),
                       store_bundle(), store_unbundle()}};
}

}  // namespace mlops::commands
