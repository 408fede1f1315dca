#include <mlops/release/judgement.hpp>

#include <fmt/format.h>
#include <mlops/store/record_fields.hpp>

#include "src/judgement_parts.hpp"

#include <algorithm>

namespace mlops::release {
namespace {

constexpr std::string_view record_kind = "judgement/1";
constexpr std::string_view reference_kind = "judgements";
constexpr int most_conflicts = 100;

store::ReferenceName reference_of(std::string_view model, std::int64_t number) {
  return {std::string(reference_kind), fmt::format("{}@v{}", model, number)};
}

std::size_t count_of(const std::vector<Gate>& gates, auto holds) {
  return static_cast<std::size_t>(std::count_if(gates.begin(), gates.end(), holds));
}

bool is_fail(const Gate& gate) { return gate.verdict.outcome == expect::Outcome::fail; }

std::string counted(std::size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

/// Without what differs between two trainings of the same model.
std::string said_by(Judgement judgement) {
  judgement.time = {};
  for (Judgee& one : judgement.judged) {
    one.run.clear();
    one.predict_us = 0;
  }
  return json::canonical(to_record(judgement));
}

/// One that is damaged says nothing, and is followed by the new one.
bool says_the_same(store::Store& store, const store::ReferenceEntry& newest, const Judgement& judgement) {
  try {
    return said_by(judgement_from(store.record(newest.digest), newest.digest)) == said_by(judgement);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt && e.code() != Code::not_found) throw;
    return false;
  }
}

}  // namespace

std::string Judgement::address() const { return fmt::format("{}@v{}", model, number); }

bool Judgement::rejects() const {
  return std::any_of(gates.begin(), gates.end(), [](const Gate& gate) { return gate.rejects(); });
}

std::string Judgement::summary() const {
  if (gates.empty()) return "no gates";
  const std::size_t failing = count_of(gates, [](const Gate& gate) { return gate.rejects(); });
  const std::size_t all = count_of(gates, is_fail);
  const std::size_t skipped =
      count_of(gates, [](const Gate& gate) { return gate.verdict.outcome == expect::Outcome::skip; });
  std::string out = counted(gates.size() - all - skipped, "gate holds", "gates hold");
  if (failing > 0) out += ", " + counted(failing, "fails", "fail");
  if (all > failing) out += ", " + counted(all - failing, "warns", "warn");
  if (skipped > 0) out += ", " + counted(skipped, "is skipped", "are skipped");
  return out;
}

std::string Judgement::fault() const {
  const auto rejecting = [](const Gate& gate) { return gate.rejects(); };
  const std::size_t failing = count_of(gates, rejecting);
  const auto first = std::find_if(gates.begin(), gates.end(), rejecting);
  std::string out = fmt::format("{} of {} {}: {}: {}", failing, counted(gates.size(), "gate", "gates"),
                                failing == 1 ? "fails" : "fail", first->assertion, first->verdict.seen);
  return failing == 1 ? out : out + fmt::format("; and {} more", failing - 1);
}

const Judgee* Judgement::champion() const {
  const bool last = !judged.empty() && judged.back().name == champion_name;
  return last ? &judged.back() : nullptr;
}

json::Object to_record(const Judgement& judgement) {
  json::Array judged, gates, slices;
  for (const Judgee& one : judgement.judged) judged.push_back(json_of(one));
  for (const Gate& one : judgement.gates) gates.push_back(json_of(one));
  for (const evaluate::Slice& one : judgement.slices) slices.push_back(json_of(one));
  return {{"kind", record_kind},
          {"model", judgement.model},
          {"number", judgement.number},
          {"version", judgement.version.text()},
          {"time", judgement.time.text()},
          {"data", json::Object{{"address", judgement.data}, {"record", judgement.data_record.text()}}},
          {"rows", json::Object{{"how", judgement.rows_how},
                                {"count", judgement.rows},
                                {"sha256", judgement.rows_digest.hex()}}},
          {"picked", judgement.picked},
          {"metric", judgement.metric},
          {"reason", judgement.reason},
          {"judged", std::move(judged)},
          {"gates", std::move(gates)},
          {"seed", judgement.seed},
          {"resamples", judgement.resamples},
          {"slices", std::move(slices)}};
}

Judgement judgement_from(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(record_kind);
  const store::RecordFields data = fields.inside("data");
  const store::RecordFields rows = fields.inside("rows");
  Judgement out{.record = digest,
                .model = fields.text("model"),
                .number = static_cast<std::int64_t>(fields.count("number")),
                .version = fields.digest("version"),
                .time = fields.time("time"),
                .data = data.text("address"),
                .data_record = data.digest("record"),
                .rows_how = rows.text("how"),
                .rows = rows.count("count"),
                .rows_digest = rows.digest("sha256"),
                .picked = fields.text("picked"),
                .metric = fields.text("metric"),
                .reason = fields.text("reason"),
                .seed = fields.count("seed"),
                .resamples = fields.count("resamples")};
  for (const json::Value& one : fields.array("judged")) out.judged.push_back(judgee_from(one, digest));
  for (const json::Value& one : fields.array("gates")) out.gates.push_back(gate_from(one, digest));
  for (const json::Value& one : fields.array("slices")) out.slices.push_back(slice_from(one, digest));
  return out;
}

std::optional<Judgement> find_judgement(store::Store& store, std::string_view model, std::int64_t number) {
  const auto entry = store.references().find(reference_of(model, number));
  if (!entry) return std::nullopt;
  return judgement_from(store.record(entry->digest), entry->digest);
}

std::optional<Error> refusal(store::Store& store, const model::Version& version) {
  std::optional<Judgement> found;
  try {
    found = find_judgement(store, version.name, version.number);
  } catch (const Error& e) {
    if (e.code() != Code::corrupt && e.code() != Code::not_found) throw;
    return error(e.code(), "the judgement of {} cannot be read: {}", version.address(), e.message())
        .with_id("release.unreadable");
  }
  if (found && found->rejects())
    return error(Code::negative, "{} was not accepted: {}", version.address(), found->fault())
        .with_id("release.rejected");
  if (found || !version.gated) return std::nullopt;
  return error(Code::negative, "{} was never judged by the gates of its release", version.address())
      .with_id("release.unjudged");
}

void keep(store::Store& store, Judgement& judgement, std::string_view who) {
  const store::ReferenceName name = reference_of(judgement.model, judgement.number);
  for (int conflicts = 0;; ++conflicts) {
    const auto newest = store.references().find(name);
    if (newest && says_the_same(store, *newest, judgement)) {
      judgement.record = newest->digest;
      return;
    }
    try {
      judgement.record = store
                             .publish({.name = name,
                                       .expected = newest ? std::optional(newest->digest) : std::nullopt,
                                       .record = to_record(judgement),
                                       .time = judgement.time,
                                       .who = std::string(who),
                                       .why = "judged",
                                       .summary = judgement.summary()})
                             .digest;
      return;
    } catch (const Error& e) {
      if (e.code() != Code::conflict || conflicts == most_conflicts) throw;
    }
  }
}

}  // namespace mlops::release
