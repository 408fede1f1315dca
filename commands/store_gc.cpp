/// `mlops store gc`: what nothing names is marked, and a later run takes it away.
#include "cli/invocation.hpp"
#include "pinned_files.hpp"
#include "retention.hpp"
#include "store.hpp"
#include "store_pin.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/definition.hpp>
#include <mlops/project/project.hpp>
#include <mlops/remote/remote.hpp>
#include <mlops/run/list.hpp>
#include <mlops/store/collect.hpp>

#include <map>
#include <memory>

namespace mlops::commands {
namespace {

constexpr std::int64_t us_per_s = 1'000'000;

struct GcArgs {
  std::string grace = "14d";
  std::string delay = "24h";
  bool columnar = false;
};

std::int64_t seconds_of(const char* flag, const std::string& text) {
  if (text == "0" || text == "0s") return 0;
  if (const auto us = feature::duration_from(text)) return (*us + us_per_s - 1) / us_per_s;
  throw error(Code::usage, "'{}' is '{}', a duration is wanted", flag, text)
      .with_hint("such as `14d` or `12h`; `0` is none");
}

/// What a run that was killed has kept is named by nothing before it is sealed.
void seal_killed(store::Store& store) {
  for (const run::Run& run : run::list(store, {.status = run::Status::lost})) {
    if (run.record) continue;
    throw error(Code::busy,
                "the run {} was killed, and its record cannot be written: nothing is removed before", run.id)
        .with_hint("`mlops doctor` tells how much room there is");
  }
}

std::string text_of(const store::Collected::Amount& amount) {
  return fmt::format("{} ({})", count_of(amount.objects, "object"), size_text(amount.bytes));
}

/// The same command again, as it was typed.
std::string again(const GcArgs& args) {
  const GcArgs defaults;
  std::string out = "mlops store gc";
  if (args.grace != defaults.grace) out += " --grace " + args.grace;
  if (args.delay != defaults.delay) out += " --delay " + args.delay;
  if (args.columnar) out += " --columnar";
  return out;
}

bool is_one(const store::Collected::Amount& amount) { return amount.objects == 1; }

void tell_waiting(const store::Collected& done, const GcArgs& args, cli::Invocation& invocation) {
  const std::string what = text_of(done.marked);
  const char* verb = is_one(done.marked) ? "waits" : "wait";
  if (done.busy_since) {
    return invocation.note(fmt::format("{} {} for a command that began at {} and is still at work", what,
                                       verb, done.busy_since->text()));
  }
  const char* them = is_one(done.marked) ? "it" : "them";
  const bool now = done.due && *done.due <= invocation.clock().now();
  invocation.note(fmt::format("{} {}: `{}` {} takes {} away", what, verb, again(args),
                              now || !done.due ? "once more" : "after " + done.due->text(), them));
}

void tell(const store::Collected& done, const GcArgs& args, cli::Invocation& invocation) {
  const bool dry = invocation.dry_run();
  if (done.removed.objects > 0)
    invocation.note(fmt::format("{} {}", text_of(done.removed), dry ? "would be removed" : "removed"));
  if (done.marked.objects > 0) {
    if (dry) invocation.note(fmt::format("{} would wait", text_of(done.marked)));
    else tell_waiting(done, args, invocation);
  }
  if (done.young.objects > 0) {
    invocation.note(fmt::format("{} {} named by nothing and too young to be marked: `--grace` is {}",
                                text_of(done.young), is_one(done.young) ? "is" : "are", args.grace));
  }
  if (done.removed.objects + done.marked.objects + done.young.objects == 0)
    invocation.note(dry ? "nothing would be removed: everything is named by something"
                        : "nothing to remove: everything is named by something");
}

ui::Row row(const store::Collected& done) {
  const auto text = [](const std::optional<Time>& time) {
    return time ? json::Value(time->text()) : json::Value();
  };
  return {{"kept_objects", done.kept.objects, ui::Show::count},
          {"kept_bytes", done.kept.bytes, ui::Show::bytes},
          {"removed_objects", done.removed.objects, ui::Show::count},
          {"removed_bytes", done.removed.bytes, ui::Show::bytes},
          {"waiting_objects", done.marked.objects, ui::Show::count},
          {"waiting_bytes", done.marked.bytes, ui::Show::bytes},
          {"young_objects", done.young.objects, ui::Show::count},
          {"young_bytes", done.young.bytes, ui::Show::bytes},
          {"packs_merged", done.packs_merged, ui::Show::count},
          {"due", text(done.due)},
          {"busy_since", text(done.busy_since)}};
}

/// By dataset.
std::map<std::string, std::uint64_t> counted(const std::vector<dataset::Version>& versions) {
  std::map<std::string, std::uint64_t> counts;
  for (const dataset::Version& version : versions) ++counts[version.address()];
  return counts;
}

void tell_retention(const std::vector<dataset::Version>& dropped, cli::Invocation& invocation) {
  for (const auto& [address, count] : counted(dropped)) {
    invocation.note(fmt::format("the contents of {} of {} {} by its `keep:`", count_of(count, "version"),
                                address, invocation.dry_run() ? "would be dropped" : "were dropped"));
  }
}

/// Their records.
std::vector<Digest> without_caches(cli::Invocation& invocation) {
  const std::vector<dataset::Version> versions = spare_caches(invocation, invocation.project());
  for (const auto& [address, count] : counted(versions)) {
    const bool one = count == 1;
    const char* verb = invocation.dry_run() ? "would not be" : one ? "is not" : "are not";
    invocation.note(fmt::format(
        "the {} of {} of {} {} kept: asked for, {} made again from the bytes as they came",
        one ? "table" : "tables", count_of(count, "version"), address, verb, one ? "it is" : "they are"));
  }
  std::vector<Digest> out;
  for (const dataset::Version& version : versions) out.push_back(version.standing());
  return out;
}

void gc(const GcArgs& args, cli::Invocation& invocation) {
  store::CollectOptions options = {.grace_s = seconds_of("--grace", args.grace),
                                   .delay_s = seconds_of("--delay", args.delay),
                                   .dry_run = invocation.dry_run()};
  store::Store& store = invocation.project().store();
  tell_retention(apply_retention(invocation, invocation.project()), invocation);
  for (const StorePin& pin : store_pins(store)) {
    if (const auto object = Digest::parse(pin.what)) options.pinned.push_back(*object);
  }
  for (const Pinned& one : pinned_files(invocation.project(), {})) options.pinned.push_back(one.pin.digest);
  for (const manifest::RemoteSpec& spec : invocation.project().manifest().remotes) {
    const auto ledger = remote::known(store, spec.name);  // The project's files that go with pushes.
    for (const auto& [name, digest] : ledger ? ledger->files : std::map<std::string, Digest>())
      options.pinned.push_back(digest);
  }
  if (args.columnar) options.uncached = without_caches(invocation);
  if (!options.dry_run) options.settle = [&store] { seal_killed(store); };
  const store::Collected done = store::collect(store, options, invocation.progress());
  invocation.record("mlops.store-gc/1", row(done));
  tell(done, args, invocation);
}

}  // namespace

cli::Command store_gc() {
  auto args = std::make_shared<GcArgs>();
  return {
      .name = "gc",
      .summary =
          "drop what `keep:` lets go, mark what nothing names, and remove what was marked long enough ago",
      .options = {{"--grace", "DURATION", "spare what is younger than this, 14d unless told", &args->grace},
                  {"--delay", "DURATION", "how long what is marked waits, 24h unless told", &args->delay},
                  {"--columnar", "",
                   "also the tables of older ingests, which are made again when they are asked for",
                   &args->columnar}},
      .examples = {{"mlops store gc", "Mark what can go, and remove what was marked a day ago or earlier"},
                   {"mlops store gc --dry-run", "Show what would happen"},
                   {"mlops store gc --columnar",
                    "Keep the bytes of older ingests, and not their tables beside them"},
                   {"mlops store gc --grace 0 --delay 0",
                    "Wait for nothing: the second run frees the space"}},
      .exits = {{Code::corrupt, "what is still needed cannot be told, so nothing is removed"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { gc(*args, invocation); }};
}

}  // namespace mlops::commands
