#include <mlops/release/conclusion.hpp>

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/store/record_fields.hpp>

namespace mlops::release {
namespace {

constexpr std::string_view conclusion_kind = "release/1";
constexpr int most_moves = 100;

store::ReferenceName conclusions_of(std::string_view model) { return {"releases", std::string(model)}; }

bool is_unreadable(const Error& e) { return e.code() == Code::corrupt || e.code() == Code::not_found; }

json::Array json_of_tables(const Key& key) {
  json::Array out;
  for (const auto& [address, number] : key.tables)
    out.push_back(json::Object{{"address", address}, {"number", number}});
  return out;
}

std::string conclusion_text(Conclusion conclusion) {
  conclusion.time = {};
  return json::canonical(to_record(conclusion));
}

std::string summary_of(const Conclusion& conclusion) {
  return fmt::format("v{}, key {}", conclusion.number, conclusion.key.digest.hex().substr(0, 12));
}

}  // namespace

json::Object to_record(const Conclusion& conclusion) {
  const auto& judgement = conclusion.judgement;
  return {{"kind", conclusion_kind},
          {"model", conclusion.model},
          {"key", conclusion.key.digest.hex()},
          {"of", conclusion.key.of},
          {"tables", json_of_tables(conclusion.key)},
          {"number", conclusion.number},
          {"version", conclusion.version.text()},
          {"judgement", judgement ? json::Value(judgement->text()) : json::Value()},
          {"champion", conclusion.champion},
          {"rows", conclusion.rows},
          {"reason", conclusion.reason},
          {"time", conclusion.time.text()}};
}

Conclusion conclusion_from(const json::Object& record, const Digest& digest) {
  const json::Value value(record);
  const store::RecordFields fields(value, digest.brief());
  fields.require_kind(conclusion_kind);
  Conclusion out;
  out.model = fields.text("model");
  out.key.digest = fields.digest("key");
  out.key.of = fields.object("of");
  out.number = static_cast<std::int64_t>(fields.count("number"));
  out.version = fields.digest("version");
  out.judgement = fields.optional_digest("judgement");
  out.champion = static_cast<std::int64_t>(fields.count("champion"));
  out.rows = fields.count("rows");
  out.reason = fields.text("reason");
  out.time = fields.time("time");
  for (const json::Value& one : fields.array("tables"))
    out.key.tables.emplace_back(one["address"].text_or(""), one["number"].int_or(0));
  return out;
}

std::optional<Conclusion> find_conclusion(store::Store& store, std::string_view model) {
  const auto entry = store.references().find(conclusions_of(model));
  if (!entry) return std::nullopt;
  try {
    return conclusion_from(store.record(entry->digest), entry->digest);
  } catch (const Error& e) {
    if (!is_unreadable(e)) throw;
    return std::nullopt;
  }
}

std::optional<StillTrue> still_true(store::Store& store, const Conclusion& conclusion) {
  try {
    StillTrue out;
    out.version = model::Registry(store).get(conclusion.model + "@latest");
    if (out.version.record != conclusion.version || !store.objects().has(out.version.package))
      return std::nullopt;
    // Where nothing judged, one of before, with other gates, is nothing to compare with.
    if (!conclusion.judgement) return out;
    out.judgement = find_judgement(store, conclusion.model, conclusion.number);
    const bool same = out.judgement && conclusion.judgement == out.judgement->record;
    return same ? std::optional(std::move(out)) : std::nullopt;
  } catch (const Error& e) {
    if (!is_unreadable(e)) throw;
    return std::nullopt;
  }
}

void keep(store::Store& store, const Conclusion& conclusion, std::string_view who) {
  const store::ReferenceName name = conclusions_of(conclusion.model);
  for (int moves = 0;; ++moves) {
    const auto now = store.references().find(name);
    const auto newest = find_conclusion(store, conclusion.model);
    if (newest && conclusion_text(*newest) == conclusion_text(conclusion)) return;
    try {
      store.publish({.name = name,
                     .expected = now ? std::optional(now->digest) : std::nullopt,
                     .record = to_record(conclusion),
                     .time = conclusion.time,
                     .who = std::string(who),
                     .why = conclusion.reason,
                     .summary = summary_of(conclusion)});
      return;
    } catch (const Error& e) {
      if (e.code() != Code::conflict || moves == most_moves) throw;
    }
  }
}

}  // namespace mlops::release
