/// `mlops data forget`: rows that must go, from every version that has them.
#include "data_forget.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/forget.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/remote/remote.hpp>
#include <mlops/store/collect.hpp>

#include <algorithm>
#include <memory>

namespace mlops::commands {
namespace {

struct ForgetArgs {
  std::string address;
  std::string where;
  std::string why;
  bool yes = false;
};

std::string address_of(const dataset::Version& version) {
  return fmt::format("{}@v{}", version.address(), version.number);
}

ui::Row row_of(const dataset::ForgetReport::One& one, bool dry_run) {
  const char* const done = one.dropped ? "dropped" : "rewritten";
  return {{"address", one.version.address()},
          {"version", one.version.number},
          {"rows", one.version.rows, ui::Show::count},
          {"forgotten", one.rows, ui::Show::count},
          {"state", dry_run ? fmt::format("would be {}", done) : done}};
}

/// Of the versions that lose rows; those that were made from them go as a whole anyway.
std::size_t rewritten(const dataset::ForgetReport& report) {
  return static_cast<std::size_t>(std::count_if(report.versions.begin(), report.versions.end(),
                                                [](const auto& one) { return !one.dropped; }));
}

void confirm(const dataset::ForgetReport& report, const ForgetArgs& args, cli::Invocation& invocation) {
  if (args.yes) return;
  std::uint64_t most = 0;
  for (const auto& one : report.versions) most = std::max(most, one.dropped ? 0 : one.rows);
  const std::string what = fmt::format("{} of {} {} lost for good", count_of(most, "row"),
                                       count_of(rewritten(report), "version"), most == 1 ? "is" : "are");
  const std::string chosen = invocation.choose(
      {.text = what + ": shall they go", .choices = {{"no", "change nothing"}, {"yes", "forget them"}}}, "",
      error(Code::usage, "{}, and nobody can be asked", what)
          .with_hint("`-n` shows what would go, `--yes` says that it is meant"));
  if (chosen != "yes") throw error(Code::interrupted, "nothing was changed");
}

bool has_lost(const dataset::ForgetReport& report, const Digest& record) {
  return std::any_of(report.versions.begin(), report.versions.end(),
                     [&](const auto& one) { return one.version.record == record; });
}

/// Models that learnt from them.
void tell_models(const dataset::ForgetReport& report, cli::Invocation& invocation) {
  const model::Registry registry(invocation.project().store());
  std::vector<std::string> found;
  for (const model::Version& newest : registry.list()) {
    for (const model::Version& version : registry.list(newest.name)) {
      if (version.data_record && has_lost(report, *version.data_record)) found.push_back(version.address());
    }
  }
  if (found.empty()) return;
  const std::size_t shown = std::min<std::size_t>(found.size(), 5);
  std::string names;
  for (std::size_t i = 0; i < shown; ++i) names += (i == 0 ? "" : ", ") + found[i];
  invocation.warning(
      fmt::format("{} learnt from these rows and stay{}: {}{}", count_of(found.size(), "model version"),
                  found.size() == 1 ? "s" : " as they are", names, found.size() > shown ? ", ..." : ""));
}

/// Places that this command does not reach.
void tell_elsewhere(const dataset::ForgetReport& report, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  for (const dataset::Version& version : report.quarantines) {
    if (!has_lost(report, version.record))
      invocation.warning(
          fmt::format("rows of {} that could not be loaded could not be asked: `mlops data head {} "
                      "--quarantine` shows them",
                      address_of(version), address_of(version)));
  }
  for (const manifest::RemoteSpec& spec : project.manifest().remotes) {
    const auto ledger = remote::known(project.store(), spec.name);
    const bool has =
        ledger && std::any_of(report.versions.begin(), report.versions.end(), [&](const auto& one) {
          const auto pushed = ledger->references.find({one.version.section, one.version.name});
          return pushed != ledger->references.end() &&
                 std::any_of(pushed->second.begin(), pushed->second.end(),
                             [&](const auto& entry) { return entry.digest == one.version.record; });
        });
    if (has)
      invocation.warning(
          fmt::format("'{}' still has the versions as they were: `mlops push` tells it that they are "
                      "forgotten, what lies there is for you to remove",
                      spec.name));
  }
}

/// What nothing keeps any longer leaves the disk now.
void remove_now(const dataset::ForgetReport& report, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  store::CollectOptions options;
  options.forgotten = true;
  options.unnamed = report.unnamed;
  const store::Collected done = store::collect(store, options, invocation.progress());
  if (done.removed.objects > 0)
    invocation.note(fmt::format("{} left the disk ({})", count_of(done.removed.objects, "object"),
                                size_text(done.removed.bytes)));
  if (done.marked.objects == 0 || !done.busy_since) return;
  throw error(Code::busy, "{} ({}) cannot leave the disk yet: a command that began at {} is at work",
              count_of(done.marked.objects, "object"), size_text(done.marked.bytes), done.busy_since->text())
      .with_hint("the rows are in no version any more; the same command again, later, removes them");
}

void tell_made(const dataset::ForgetReport& report, cli::Invocation& invocation) {
  for (const auto& one : report.versions) {
    if (one.dropped) return invocation.next("mlops run " + one.version.address());
  }
}

void forget_rows(const ForgetArgs& args, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  dataset::Workshop shop = data_workshop(invocation);
  dataset::ForgetRequest request{.address = args.address,
                                 .where = args.where,
                                 .why = args.why,
                                 .who = user_of(invocation),
                                 .dry_run = true};
  dataset::ForgetReport report = dataset::forget_rows(project.store(), shop, request);
  const bool dry = invocation.dry_run();
  if (!dry && !report.versions.empty()) {
    confirm(report, args, invocation);
    request.dry_run = false;
    report = dataset::forget_rows(project.store(), shop, request);
  }
  std::vector<ui::Row> rows;
  for (const auto& one : report.versions) rows.push_back(row_of(one, dry));
  invocation.rows("mlops.data-forget/1", rows);
  if (report.versions.empty())
    invocation.note(
        fmt::format("the condition is true of no row of {}", count_of(report.looked_at, "version")));
  tell_models(report, invocation);
  tell_elsewhere(report, invocation);
  if (dry) return;
  remove_now(report, invocation);
  tell_made(report, invocation);
}

}  // namespace

cli::Command forget_rows_spec() {
  const auto args = std::make_shared<ForgetArgs>();
  return {
      .name = "forget",
      .summary = "write versions anew without some rows, for good",
      .options = {{"dataset", "DATASET", "a source: all its versions, or one such as churn@v2",
                   &args->address, cli::Offer::dataset, true},
                  {"--where", "SQL", "a condition over its columns: rows of which it is true go",
                   &args->where, cli::Offer::none, true},
                  {"--why", "TEXT", "the reason, for the journal; it stays, so it names nobody", &args->why},
                  {"--yes", "", "do not ask", &args->yes}},
      .examples = {{"mlops data forget churn --where 'id = 17' -n", "Show which versions have such rows"},
                   {"mlops data forget churn --where 'id = 17' --why 'request 2026-31' --yes",
                    "Remove them from all of them"}},
      .exits = {{Code::not_found, "there is no such dataset"},
                {Code::conflict, "what others forgot came from a remote meanwhile: the same command again"},
                {Code::corrupt, "a version cannot be read"},
                {Code::busy,
                 "a command is at work that began before: what was forgotten leaves the disk later"}},
      .see_also = {"mlops-store-gc(1)", "mlops-store(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { forget_rows(*args, invocation); }};
}

}  // namespace mlops::commands
