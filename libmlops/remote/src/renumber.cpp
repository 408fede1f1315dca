#include "src/renumber.hpp"

#include <mlops/base/error.hpp>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "src/impl.hpp"

namespace mlops::remote {
namespace {

/// Entries that go behind others get the numbers that come next; what is there already keeps that number.
/// By the old number of each, the new one.
std::map<std::int64_t, std::int64_t> append(Entries& entries, const Entries& ours) {
  std::map<std::int64_t, std::int64_t> numbers;
  for (store::ReferenceEntry entry : ours) {
    const std::int64_t old = entry.seq;
    if (entries.empty() || entries.back().digest != entry.digest) {
      entry.previous.reset();
      if (!entries.empty()) entry.previous = entries.back().digest;
      entry.seq = entries.empty() ? 1 : entries.back().seq + 1;
      entries.push_back(std::move(entry));
    }
    numbers[old] = entries.back().seq;
  }
  return numbers;
}

/// What was said of a version: "judgements/churn@v2", "checks/sources/churn@v2".
std::vector<store::ReferenceName> names_about(store::Store& store, const store::ReferenceName& name,
                                              std::int64_t number) {
  const std::string version = fmt::format("{}@v{}", name.name, number);
  std::vector<store::ReferenceName> out;
  for (const store::ReferenceName& other : store.references().list()) {
    if (is_journal(other) && (other.name == version || other.name == name.kind + "/" + version))
      out.push_back(other);
  }
  return out;
}

/// What the remote has under the old name stays there.
void move_ours(store::Store& store, const Ledger& ledger, const store::ReferenceName& from,
               const store::ReferenceName& to) {
  const Entries here = store.references().history(from);
  const Entries& there = ledger.history(from);
  const auto standing = standing_of(from, here, there);
  if (!standing || standing->state == Standing::State::behind) return;
  const Entries before = store.references().history(to);
  Entries after = before;
  append(after, Entries(here.begin() + standing->common, here.end()));
  store.renumber(to, before, after);
  store.renumber(from, here, there);
}

}  // namespace

std::int64_t renumber(store::Store& store, const Ledger& ledger, const Standing& standing) {
  const Entries here = store.references().history(standing.name);
  Entries entries = ledger.history(standing.name);
  const auto numbers = append(entries, Entries(here.begin() + standing.common, here.end()));
  // From the last on, so that none takes the place of another.
  for (auto moved = numbers.rbegin(); moved != numbers.rend() && !is_journal(standing.name); ++moved) {
    const auto [from, to] = *moved;
    if (from == to) continue;
    for (const store::ReferenceName& about : names_about(store, standing.name, from)) {
      const std::string plain = about.name.substr(0, about.name.rfind('@'));
      move_ours(store, ledger, about, {about.kind, fmt::format("{}@v{}", plain, to)});
    }
  }
  store.renumber(standing.name, here, entries);
  return entries.back().seq;
}

}  // namespace mlops::remote
