/// Aliases: where they point, how they move, and where they were.
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <algorithm>

#include "src/internal.hpp"

namespace mlops::model {
namespace {

constexpr std::string_view rollback_mark = "rolled back";

/// The numbers of a model's versions, by record.
class Numbers {
 public:
  Numbers(const store::References& references, std::string_view name) : name_(name) {
    for (const auto& entry : versions(references, name)) numbers_.emplace(entry.digest, entry.seq);
  }
  std::int64_t at(const Digest& record) const {
    const auto found = numbers_.find(record);
    if (found != numbers_.end()) return found->second;
    throw error(Code::corrupt, "an alias of '{}' points at {}, which is no version of it", name_,
                record.text())
        .with_hint("`mlops store fsck` looks for more");
  }
  std::int64_t at(const std::optional<Digest>& record) const { return record ? at(*record) : 0; }

 private:
  std::string name_;
  std::map<Digest, std::int64_t> numbers_;
};

std::string spelled(std::int64_t number) { return number == 0 ? "nothing" : fmt::format("v{}", number); }

std::string summary_of(std::int64_t from, std::int64_t to) {
  return from == 0 ? fmt::format("set to v{}", to) : fmt::format("v{} -> v{}", from, to);
}

std::vector<store::ReferenceEntry> moves(const store::References& references, std::string_view name,
                                         std::string_view alias) {
  versions(references, name);
  auto entries = references.history(alias_of(name, alias));
  if (!entries.empty()) return entries;
  Error fault = error(Code::not_found, "'{}' has no alias '{}'", name, alias).with_id("model.not_found");
  const auto known = aliases_of(references, name);
  if (known.empty()) throw std::move(fault).with_hint("`mlops model promote {}` sets one", name);
  throw std::move(fault).with_hint("it has {}", one_of(known));
}

/// What the alias points at after its last move is taken back. A move that took one back brought the state
/// before that one, so that two rollbacks take back two moves.
std::optional<Digest> before_last(const std::vector<store::ReferenceEntry>& entries) {
  std::vector<Digest> states;
  for (const store::ReferenceEntry& entry : entries) {
    const auto earlier = std::find(states.rbegin(), states.rend(), entry.digest);
    if (is_rollback(entry) && earlier != states.rend()) states.erase(earlier.base(), states.end());
    else if (states.empty() || states.back() != entry.digest) states.push_back(entry.digest);
  }
  if (states.size() < 2) return std::nullopt;
  return states[states.size() - 2];
}

Digest rollback_target(const std::vector<store::ReferenceEntry>& entries, const Numbers& numbers,
                       std::string_view name, std::string_view alias) {
  if (const auto target = before_last(entries)) return *target;
  throw error(Code::not_found, "{}@{} was {} from the start: there is no move to take back", name, alias,
              spelled(numbers.at(entries.back().digest)))
      .with_id("model.not_found")
      .with_hint("`mlops model promote {}@VERSION --to {}` points it at any version", name, alias);
}

Registry::Move move_of(const store::ReferenceEntry& entry, const Numbers& numbers, std::string_view name,
                       std::string_view alias) {
  return {.name = std::string(name),
          .alias = std::string(alias),
          .from = numbers.at(entry.previous),
          .to = numbers.at(entry.digest),
          .time = entry.time,
          .who = entry.who,
          .why = entry.why};
}

void move_alias(store::Store& store, const Registry::Move& move, const std::optional<Digest>& expected,
                const Digest& record, std::string_view summary) {
  store.publish({.name = alias_of(move.name, move.alias),
                 .expected = expected,
                 .record = store.record(record),
                 .time = move.time,
                 .who = move.who,
                 .why = move.why,
                 .summary = std::string(summary)});
}

/// Fails unless the alias is where the caller believes it to be.
void expect(const Registry::Move& now, const std::optional<std::int64_t>& expected) {
  if (!expected || *expected == now.from) return;
  throw error(Code::conflict, "{}@{} points at {}, expected was {}", now.name, now.alias, spelled(now.from),
              spelled(*expected))
      .with_id("model.conflict")
      .with_hint("`mlops model history {}` shows who moved it", now.name);
}

}  // namespace

bool is_rollback(const store::ReferenceEntry& entry) { return entry.summary.starts_with(rollback_mark); }

Registry::Move Registry::promote(const Version& version, std::string_view alias, std::string_view why,
                                 std::string_view who, Time time, std::optional<std::int64_t> expected) {
  check_alias(alias);
  const Numbers numbers(store_.references(), version.name);
  Move move = {.name = version.name,
               .alias = std::string(alias),
               .to = numbers.at(version.record),
               .time = time,
               .who = std::string(who),
               .why = std::string(why)};
  for (int conflicts = 0;; ++conflicts) {
    const auto now = store_.references().find(alias_of(version.name, alias));
    move.from = now ? Numbers(store_.references(), version.name).at(now->digest) : 0;
    expect(move, expected);
    if (move.from == move.to) return move;
    try {
      move_alias(store_, move, now ? std::optional(now->digest) : std::nullopt, version.record,
                 summary_of(move.from, move.to));
      return move;
    } catch (const Error& e) {
      if (!is_conflict(e) || conflicts == most_conflicts) throw;
    }
  }
}

Registry::Move Registry::rollback(std::string_view name, std::string_view alias, std::string_view why,
                                  std::string_view who, Time time) {
  const auto entries = moves(store_.references(), name, alias);
  const Numbers numbers(store_.references(), name);
  const Digest target = rollback_target(entries, numbers, name, alias);
  const Digest now = entries.back().digest;
  Move move = {.name = std::string(name),
               .alias = std::string(alias),
               .from = numbers.at(now),
               .to = numbers.at(target),
               .time = time,
               .who = std::string(who),
               .why = std::string(why)};
  move_alias(store_, move, now, target, fmt::format("{} from v{} to v{}", rollback_mark, move.from, move.to));
  return move;
}

std::optional<std::int64_t> Registry::current(std::string_view name, std::string_view alias) const {
  const auto now = store_.references().find(alias_of(name, alias));
  if (!now) return std::nullopt;
  return Numbers(store_.references(), name).at(now->digest);
}

std::int64_t Registry::before(std::string_view name, std::string_view alias) const {
  const auto entries = moves(store_.references(), name, alias);
  const Numbers numbers(store_.references(), name);
  return numbers.at(rollback_target(entries, numbers, name, alias));
}

std::vector<Registry::Move> Registry::history(std::string_view name, std::string_view alias) const {
  const store::References& references = store_.references();
  const Numbers numbers(references, name);
  if (!alias.empty()) moves(references, name, alias);
  std::vector<Move> out;
  for (const std::string& each :
       alias.empty() ? aliases_of(references, name) : std::vector<std::string>{std::string(alias)}) {
    const auto entries = references.history(alias_of(name, each));
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      out.push_back(move_of(*entry, numbers, name, each));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const Move& a, const Move& b) { return a.time > b.time; });
  return out;
}

}  // namespace mlops::model
