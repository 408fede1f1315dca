#include <mlops/dataset/checks.hpp>

#include <fmt/format.h>
#include <mlops/base/text.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <array>

namespace mlops::dataset {
namespace {

constexpr std::string_view check_kind = "check/1";
constexpr std::string_view reference_kind = "checks";

store::ReferenceName reference_of(std::string_view address, std::int64_t number) {
  return {std::string(reference_kind), fmt::format("{}@v{}", address, number)};
}

expect::Outcome outcome_of(const std::string& name, const Digest& record) {
  for (const expect::Outcome one : {expect::Outcome::pass, expect::Outcome::fail, expect::Outcome::skip}) {
    if (expect::name_of(one) == name) return one;
  }
  throw error(Code::corrupt, "the record {} has an outcome '{}'", record.brief(), name)
      .with_id("record.corrupt");
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// But for its time. A record that cannot be read says nothing.
bool says_the_same(const store::Store& store, const store::ReferenceEntry& kept, const Check& check) {
  try {
    Check before = check_from_record(store.record(kept.digest), kept.digest);
    before.time = check.time;
    return before == check;
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    return false;
  }
}

}  // namespace

bool Check::refuses() const {
  return std::any_of(results.begin(), results.end(), [](const Checked& one) { return one.refuses(); });
}

std::string Check::summary() const {
  const auto count = [this](auto holds) {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), holds));
  };
  const auto is = [](expect::Outcome outcome) {
    return [outcome](const Checked& one) { return one.verdict.outcome == outcome; };
  };
  const std::size_t holding = count(is(expect::Outcome::pass));
  const std::size_t failing = count([](const Checked& one) { return one.refuses(); });
  const std::size_t all = count(is(expect::Outcome::fail));
  const std::size_t skipped = count(is(expect::Outcome::skip));
  std::string out = counted(holding, "assertion holds", "assertions hold");
  if (failing > 0) out += ", " + counted(failing, "fails", "fail");
  if (all > failing) out += ", " + counted(all - failing, "warns", "warn");
  if (skipped > 0) out += ", " + counted(skipped, "is skipped", "are skipped");
  return out;
}

json::Object to_record(const Check& check) {
  json::Array results;
  for (const Checked& one : check.results) {
    results.push_back(json::Object{{"assertion", one.assertion},
                                   {"warn", one.warn},
                                   {"outcome", std::string(expect::name_of(one.verdict.outcome))},
                                   {"seen", one.verdict.seen}});
  }
  return {{"kind", std::string(check_kind)},
          {"thing", check.address},
          {"number", check.number},
          {"version", check.version.text()},
          {"last", check.last ? json::Value(check.last->text()) : json::Value()},
          {"time", check.time.text()},
          {"training", check.training.empty() ? json::Value() : json::Value(check.training)},
          {"results", std::move(results)}};
}

Check check_from_record(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(check_kind);
  Check check{.address = fields.text("thing"),
              .number = static_cast<std::int64_t>(fields.count("number")),
              .version = fields.digest("version"),
              .last = fields.optional_digest("last"),
              .time = fields.time("time"),
              .training = fields.text_or_empty("training")};
  for (const json::Value& one : fields.array("results")) {
    const store::RecordFields result(one, digest.brief());
    check.results.push_back({.assertion = result.text("assertion"),
                             .warn = result.flag("warn"),
                             .verdict = {outcome_of(result.text("outcome"), digest), result.text("seen")}});
  }
  return check;
}

std::optional<Check> find_check(store::Store& store, const Version& version) {
  const auto entry = store.references().find(reference_of(version.address(), version.number));
  if (!entry) return std::nullopt;
  return check_from_record(store.record(entry->digest), entry->digest);
}

bool is_refused(store::Store& store, const Version& version) {
  try {
    const auto check = find_check(store, version);
    return check && check->refuses();
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    return true;
  }
}

std::optional<Version> last_accepted(store::Store& store, const Version& version) {
  const store::ReferenceName name{version.section, version.name};
  const auto entries = store.references().history(name);
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->seq >= version.number) continue;
    Version found = load(store, name, *entry);
    if (!found.forgotten && !is_refused(store, found)) return found;
  }
  return std::nullopt;
}

void keep(store::Store& store, const Check& check, std::string_view who) {
  const store::ReferenceName name = reference_of(check.address, check.number);
  const auto newest = store.references().find(name);
  if (newest && says_the_same(store, *newest, check)) return;
  store.publish({.name = name,
                 .expected = newest ? std::optional(newest->digest) : std::nullopt,
                 .record = to_record(check),
                 .time = check.time,
                 .who = std::string(who),
                 .why = "check",
                 .summary = check.summary()});
}

std::vector<store::Event> check_events(store::Store& store, std::string_view address) {
  std::vector<store::Event> out;
  for (const store::ReferenceName& name : store.references().list()) {
    if (name.kind != reference_kind || !name.name.starts_with(std::string(address) + "@v")) continue;
    const auto events = store.catalogue().events(name.kind + "/" + name.name);
    out.insert(out.end(), events.begin(), events.end());
  }
  return out;
}

}  // namespace mlops::dataset
