/// A watch as a record, kept and found again.
#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/store/record_fields.hpp>

#include <algorithm>
#include <limits>
#include <map>

#include "src/counting.hpp"
#include "src/reference_json.hpp"

namespace mlops::monitor {
namespace {

constexpr std::string_view watch_kind = "watch/1";
constexpr std::string_view reference_kind = "watches";

store::ReferenceName reference_of(std::string_view model) {
  return {std::string(reference_kind), std::string(model)};
}

[[noreturn]] void fail(const Digest& digest, std::string_view what) {
  throw error(Code::corrupt, "the record {} has {}", digest.brief(), what).with_id("record.corrupt");
}

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

json::Object window_json(const Window& window) {
  return {{"from", window.from.text()}, {"to", window.to.text()}};
}

Window window_from(const store::RecordFields& fields) {
  const store::RecordFields window = fields.inside("window");
  return {window.time("from"), window.time("to")};
}

std::optional<double> optional_number(const json::Value& value) {
  if (value.is_null()) return std::nullopt;
  return value.number_or(0);
}

double number_or_nan(const json::Value& value) {
  return value.number_or(std::numeric_limits<double>::quiet_NaN());
}

json::Object shift_json(const stats::Shift& shift) {
  return {{"rows", shift.rows},
          {"nulls", shift.nulls},
          {"counts", to_json(shift.counts)},
          {"mean", number_or_null(shift.mean)},
          {"psi", number_or_null(shift.psi)},
          {"drift", number_or_null(shift.drift)},
          {"ks", number_or_null(shift.ks)}};
}

stats::Shift shift_from(const json::Value& value, const Digest& digest) {
  const store::RecordFields fields(value, digest.brief());
  auto counts = counts_from(value["counts"]);
  if (!counts) fail(digest, "a column without counts");
  return {.psi = number_or_nan(value["psi"]),
          .drift = number_or_nan(value["drift"]),
          .ks = optional_number(value["ks"]),
          .counts = *std::move(counts),
          .rows = fields.count("rows"),
          .nulls = fields.count("nulls"),
          .mean = optional_number(value["mean"])};
}

/// Without what the distances need and nobody looks at.
json::Object reference_json(stats::Reference reference) {
  reference.steps.clear();
  return to_json(reference);
}

json::Array columns_json(const std::vector<WatchedColumn>& columns) {
  json::Array out;
  for (const WatchedColumn& one : columns) {
    out.push_back(json::Object{{"name", one.name},
                               {"kind", one.kind},
                               {"type", one.type},
                               {"train", reference_json(one.reference)},
                               {"window", shift_json(one.shift)}});
  }
  return out;
}

std::vector<WatchedColumn> columns_from(const json::Array& columns, const Digest& digest) {
  std::vector<WatchedColumn> out;
  for (const json::Value& one : columns) {
    const store::RecordFields fields(one, digest.brief());
    auto reference = reference_from(one["train"]);
    if (!reference) fail(digest, "a column that cannot be read");
    out.push_back({.name = fields.text("name"),
                   .kind = fields.text("kind"),
                   .type = fields.text("type"),
                   .reference = *std::move(reference),
                   .shift = shift_from(one["window"], digest)});
  }
  return out;
}

json::Object performance_json(const Performance& performance) {
  json::Array versions;
  for (const std::string& one : performance.versions) versions.emplace_back(one);
  return {{"window", window_json(performance.window)},
          {"answered", performance.answered},
          {"known", performance.known},
          {"ambiguous", performance.ambiguous},
          {"unmatched", performance.unmatched.empty() ? json::Value() : json::Value(performance.unmatched)},
          {"metrics", performance.metrics},
          {"released", performance.released},
          {"versions", std::move(versions)}};
}

Performance performance_from(const json::Value& value, const Digest& digest) {
  const store::RecordFields fields(value, digest.brief());
  Performance out = {.window = window_from(fields),
                     .answered = fields.count("answered"),
                     .known = fields.count("known"),
                     .ambiguous = fields.count("ambiguous"),
                     .unmatched = fields.text_or_empty("unmatched"),
                     .metrics = fields.object("metrics"),
                     .released = fields.object("released")};
  for (const json::Value& one : fields.array("versions")) out.versions.push_back(one.text_or(""));
  return out;
}

json::Array results_json(const std::vector<WatchResult>& results) {
  json::Array out;
  for (const WatchResult& one : results) {
    out.push_back(json::Object{{"assertion", one.assertion},
                               {"warn", one.warn},
                               {"outcome", std::string(expect::name_of(one.verdict.outcome))},
                               {"seen", one.verdict.seen}});
  }
  return out;
}

expect::Outcome outcome_of(const std::string& name, const Digest& digest) {
  for (const expect::Outcome one : {expect::Outcome::pass, expect::Outcome::fail, expect::Outcome::skip}) {
    if (expect::name_of(one) == name) return one;
  }
  fail(digest, fmt::format("an outcome '{}'", name));
}

std::vector<WatchResult> results_from(const json::Array& results, const Digest& digest) {
  std::vector<WatchResult> out;
  for (const json::Value& one : results) {
    const store::RecordFields fields(one, digest.brief());
    out.push_back({.assertion = fields.text("assertion"),
                   .warn = fields.flag("warn"),
                   .verdict = {outcome_of(fields.text("outcome"), digest), fields.text("seen")}});
  }
  return out;
}

bool same_but_for_time(json::Object a, json::Object b) {
  a.set("time", nullptr);
  b.set("time", nullptr);
  return json::canonical(a) == json::canonical(b);
}

/// What a line of the reference says of its record, so that nobody has to read them all: "FROM/TO".
std::string why_of(const Window& window) {
  return fmt::format("{}/{}", window.from.text(), window.to.text());
}

std::optional<Window> window_in(std::string_view why) {
  const std::size_t slash = std::min(why.find('/'), why.size());
  const auto from = Time::parse(std::string(why.substr(0, slash)));
  const auto to = Time::parse(std::string(why.substr(std::min(slash + 1, why.size()))));
  if (!from || !to) return std::nullopt;
  return Window{*from, *to};
}

/// Whether the newest record of that window says the same.
bool is_kept(store::Store& store, const std::vector<store::ReferenceEntry>& entries, const Window& window,
             const json::Object& record) {
  const auto newest = std::find_if(entries.rbegin(), entries.rend(), [&](const store::ReferenceEntry& one) {
    return window_in(one.why) == window;
  });
  return newest != entries.rend() && same_but_for_time(store.record(newest->digest), record);
}

}  // namespace

bool WatchedColumn::moves_on() const { return is_moment(type); }

double WatchedColumn::psi_by_chance() const { return stats::psi_by_chance(reference.counts, shift.rows); }

bool is_new(store::Store& store, const Watch& watch) {
  return !is_kept(store, store.references().history(reference_of(watch.model)), watch.window,
                  to_record(watch));
}

bool Watch::fails() const {
  return std::any_of(results.begin(), results.end(), [](const WatchResult& one) { return one.fails(); });
}

std::string Watch::summary() const {
  const auto count = [this](auto holds) {
    return static_cast<std::size_t>(std::count_if(results.begin(), results.end(), holds));
  };
  const auto is = [](expect::Outcome outcome) {
    return [outcome](const WatchResult& one) { return one.verdict.outcome == outcome; };
  };
  const std::size_t failing = count([](const WatchResult& one) { return one.fails(); });
  const std::size_t all = count(is(expect::Outcome::fail));
  const std::size_t skipped = count(is(expect::Outcome::skip));
  std::string out = counted(count(is(expect::Outcome::pass)), "assertion holds", "assertions hold");
  if (failing > 0) out += ", " + counted(failing, "fails", "fail");
  if (all > failing) out += ", " + counted(all - failing, "warns", "warn");
  if (skipped > 0) out += ", " + counted(skipped, "is skipped", "are skipped");
  return out;
}

json::Object to_record(const Watch& watch) {
  json::Array versions;
  for (const auto& [version, rows] : watch.versions)
    versions.push_back(json::Object{{"version", version}, {"rows", rows}});
  return {
      {"kind", std::string(watch_kind)},
      {"model", watch.model},
      {"time", watch.time.text()},
      {"window", window_json(watch.window)},
      {"rows", watch.rows},
      {"requests", watch.requests},
      {"logged", watch.logged ? json::Value(*watch.logged) : json::Value()},
      {"torn", watch.torn},
      {"versions", std::move(versions)},
      {"version", watch.version.empty() ? json::Value() : json::Value(watch.version)},
      {"note", watch.note.empty() ? json::Value() : json::Value(watch.note)},
      {"columns", columns_json(watch.columns)},
      {"performance", watch.performance ? json::Value(performance_json(*watch.performance)) : json::Value()},
      {"results", results_json(watch.results)}};
}

Watch watch_from(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(watch_kind);
  Watch out = {.model = fields.text("model"),
               .time = fields.time("time"),
               .window = window_from(fields),
               .rows = fields.count("rows"),
               .requests = fields.count("requests"),
               .logged = optional_number(value["logged"]),
               .torn = fields.count("torn"),
               .version = fields.text_or_empty("version"),
               .note = fields.text_or_empty("note"),
               .columns = columns_from(fields.array("columns"), digest),
               .results = results_from(fields.array("results"), digest)};
  for (const json::Value& one : fields.array("versions")) {
    const store::RecordFields version(one, digest.brief());
    out.versions.emplace_back(version.text("version"), version.count("rows"));
  }
  if (!value["performance"].is_null()) out.performance = performance_from(value["performance"], digest);
  return out;
}

void keep(store::Store& store, const Watch& watch, std::string_view who) {
  constexpr int most_attempts = 100;
  const json::Object record = to_record(watch);
  for (int attempt = 1;; ++attempt) {
    const auto entries = store.references().history(reference_of(watch.model));
    if (is_kept(store, entries, watch.window, record)) return;
    try {
      store.publish({.name = reference_of(watch.model),
                     .expected = entries.empty() ? std::nullopt : std::optional(entries.back().digest),
                     .record = record,
                     .time = watch.time,
                     .who = std::string(who),
                     .why = why_of(watch.window),
                     .summary = watch.summary()});
      return;
    } catch (const Error& e) {
      if (e.code() != Code::conflict || attempt == most_attempts) throw;
    }
  }
}

std::vector<Watch> watches(store::Store& store, std::string_view model, std::size_t most,
                           std::optional<Time> until) {
  std::map<std::pair<Time, Time>, Digest> newest;
  std::int64_t length = 0;
  for (const store::ReferenceEntry& entry : store.references().history(reference_of(model))) {
    const auto window = window_in(entry.why);
    if (!window || (until && window->to > *until)) continue;
    newest.insert_or_assign({window->from, window->to}, entry.digest);
    length = window->to.us - window->from.us;
  }
  std::erase_if(newest, [&](const auto& one) { return one.first.second.us - one.first.first.us != length; });
  while (newest.size() > most) newest.erase(newest.begin());
  std::vector<Watch> out;
  for (const auto& [window, digest] : newest) out.push_back(watch_from(store.record(digest), digest));
  return out;
}

}  // namespace mlops::monitor
