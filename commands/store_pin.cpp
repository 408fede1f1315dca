/// `mlops store pin` and `unpin`: what is kept whatever `keep:` and `mlops store gc` say.
#include "store_pin.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "store.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/project/project.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace mlops::commands {
namespace {

constexpr const char* pins_kind = "pins";
constexpr std::string_view pin_record_kind = "pin/1";

struct PinArgs {
  std::vector<std::string> what;
  std::string why;
};

/// An address with its section and number, or the digest of an object that is there.
std::string pinnable(store::Store& store, const std::string& word) {
  if (const auto digest = Digest::parse(word)) {
    if (store.objects().has(*digest)) return digest->text();
    throw error(Code::not_found, "the store has no object {}", word).with_id("object.missing");
  }
  const dataset::Version version = dataset::resolve(store, word);
  if (version.forgotten)
    throw error(Code::not_found, "the contents of {}@v{} were forgotten", version.address(), version.number)
        .with_id("data.forgotten");
  return fmt::format("{}@v{}", version.address(), version.number);
}

bool is_pinned(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.text());
  fields.require_kind(pin_record_kind);
  return fields.flag("pinned");
}

/// Whether it was changed.
bool set_pin(store::Store& store, const std::string& what, bool pinned, const PinArgs& args,
             cli::Invocation& invocation) {
  const store::ReferenceName name{pins_kind, what};
  const auto newest = store.references().find(name);
  const bool is = newest && is_pinned(store.record(newest->digest), newest->digest);
  if (is == pinned || invocation.dry_run()) return is != pinned;
  const std::string why = args.why.empty() ? (pinned ? "pinned" : "unpinned") : args.why;
  store.publish({.name = name,
                 .expected = newest ? std::optional(newest->digest) : std::nullopt,
                 .record = {{"kind", std::string(pin_record_kind)},
                            {"of", Digest::parse(what) ? Digest::parse(what)->hex() : what},
                            {"pinned", pinned},
                            {"time", invocation.clock().now().text()},
                            {"previous", newest ? json::Value(newest->digest.text()) : json::Value()}},
                 .time = invocation.clock().now(),
                 .who = user_of(invocation),
                 .why = why,
                 .summary = (pinned ? "pinned" : "unpinned") + std::string(" ") + what});
  return true;
}

void list_pins(cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  for (const StorePin& pin : store_pins(invocation.project().store())) {
    rows.push_back({{"pinned", pin.what}, {"since", pin.time.text()}, {"who", pin.who}, {"why", pin.why}});
  }
  invocation.rows("mlops.store-pin/1", rows);
}

void change_pins(const PinArgs& args, bool pinned, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  std::vector<std::string> names;
  for (const std::string& word : args.what) names.push_back(pinned ? pinnable(store, word) : word);
  if (!pinned) {
    const auto pins = store_pins(store);
    for (std::string& name : names) {
      const auto is = [&](const StorePin& pin) { return pin.what == name || pin.what.ends_with("/" + name); };
      const auto found = std::find_if(pins.begin(), pins.end(), is);
      if (found == pins.end())
        throw error(Code::not_found, "'{}' is not pinned", name)
            .with_id("pin.not_found")
            .with_hint("`mlops store pin` lists what is, by address and version or by digest");
      name = found->what;
    }
  }
  std::vector<ui::Row> rows;
  for (const std::string& name : names) {
    const bool changed = set_pin(store, name, pinned, args, invocation);
    const std::string state = pinned ? "pinned" : "unpinned";
    rows.push_back({{"address", name},
                    {"state", !changed               ? "unchanged"
                              : invocation.dry_run() ? "would be " + state
                                                     : state}});
  }
  invocation.rows("mlops.store-pinned/1", rows);
}

cli::Option what_option(PinArgs& args, bool required) {
  return {"what",     "VERSION|DIGEST",    "a version of a dataset, such as churn@v2, or an object's digest",
          &args.what, cli::Offer::dataset, required};
}

}  // namespace

std::vector<StorePin> store_pins(store::Store& store) {
  std::vector<StorePin> out;
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind != pins_kind) continue;
    const auto newest = store.references().find(name);
    if (!newest || !is_pinned(store.record(newest->digest), newest->digest)) continue;
    out.push_back({.what = name.name, .time = newest->time, .who = newest->who, .why = newest->why});
  }
  return out;
}

cli::Command store_pin() {
  const auto args = std::make_shared<PinArgs>();
  return {.name = "pin",
          .summary =
              "keep versions and objects whatever `keep:` and `mlops store gc` say, or list what is kept so",
          .options = {what_option(*args, false), {"--why", "TEXT", "the reason, for the list", &args->why}},
          .examples = {{"mlops store pin churn@v1 --why 'audit 2026'", "Keep the first version of churn"},
                       {"mlops store pin", "List what is pinned"}},
          .exits = {{Code::not_found, "there is no such version or object"}},
          .see_also = {"mlops-store-gc(1)", "mlops-store-unpin(1)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) {
            if (args->what.empty()) list_pins(invocation);
            else change_pins(*args, true, invocation);
          }};
}

cli::Command store_unpin() {
  const auto args = std::make_shared<PinArgs>();
  return {.name = "unpin",
          .summary = "keep them no longer than the others",
          .options = {what_option(*args, true)},
          .examples = {{"mlops store unpin churn@v1", "Let `keep:` decide about it again"}},
          .exits = {{Code::not_found, "it is not pinned"}},
          .see_also = {"mlops-store-pin(1)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { change_pins(*args, false, invocation); }};
}

}  // namespace mlops::commands
