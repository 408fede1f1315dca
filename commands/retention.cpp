#include "retention.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "store.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/forget.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace mlops::commands {
namespace {

constexpr const char* pins_kind = "pins";
constexpr std::string_view pin_record_kind = "pin/1";

/// Their records, and those of what they were made from.
class Needed {
 public:
  explicit Needed(store::Store& store) {
    for (const store::ReferenceName& name : store.references().list()) {
      if (name.kind != "sources" && name.kind != "data") continue;
      for (dataset::Version& version : dataset::history(store, name))
        versions_.emplace(version.record, std::move(version));
    }
  }

  void add(const Digest& record) {
    const auto found = versions_.find(record);
    if (found == versions_.end() || !records_.insert(record).second || !found->second.made) return;
    for (const dataset::MadeInput& input : found->second.made->inputs) add(input.record);
  }

  void add_if(const auto& wanted) {
    for (const auto& [record, version] : versions_) {
      if (wanted(version)) add(record);
    }
  }

  const std::set<Digest>& records() const { return records_; }

 private:
  std::map<Digest, dataset::Version> versions_;
  std::set<Digest> records_;
};

bool is_in_lock(const manifest::Lock& lock, const dataset::Version& version) {
  const auto entry = lock.entries.find(version.address());
  if (entry == lock.entries.end()) return false;
  const json::Value pinned(entry->second);
  return pinned["raw"].text_or("") == version.raw.text() ||
         pinned["digest"].text_or("") == version.table.text();
}

std::set<Digest> needed_records(project::Project& project) {
  store::Store& store = project.store();
  Needed needed(store);
  needed.add_if([&](const dataset::Version& version) { return is_in_lock(project.lock(), version); });
  std::set<std::string> pinned;
  for (const StorePin& pin : store_pins(store)) pinned.insert(pin.what);
  needed.add_if([&](const dataset::Version& version) {
    return pinned.contains(fmt::format("{}@v{}", version.address(), version.number));
  });
  const model::Registry registry(store);
  for (const model::Version& newest : registry.list()) {
    for (const model::Version& version : registry.list(newest.name)) {
      if (!version.aliases.empty() && version.data_record) needed.add(*version.data_record);
    }
  }
  return needed.records();
}

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
    for (std::string& name : names) {
      const auto pins = store_pins(store);
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

std::vector<dataset::Version> apply_retention(cli::Invocation& invocation, project::Project& project) {
  std::vector<dataset::Version> out;
  std::optional<std::set<Digest>> needed;
  const Time now = invocation.clock().now();
  for (const manifest::TableSpec* table : project.manifest().tables()) {
    if (table->keep.empty()) continue;
    if (!needed) needed = needed_records(project);
    const std::string address = project.manifest().address_of(*table);
    const store::ReferenceName name{address.substr(0, address.find('/')), table->name};
    const auto versions = dataset::expired(project.store(), name, table->keep, *needed, now);
    if (!invocation.dry_run())
      dataset::drop(project.store(), versions, now, user_of(invocation), "keep: " + table->keep.text());
    out.insert(out.end(), versions.begin(), versions.end());
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
