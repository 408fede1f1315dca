#include "src/renumber.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "src/impl.hpp"

namespace mlops::remote {
namespace {

/// Gives versions that were made here numbers behind those that were made there.
class Renumbering {
 public:
  Renumbering(store::Store& store, const Ledger& ledger) : store_(store), ledger_(ledger) {}

  /// The newest number.
  std::int64_t put_behind(const Standing& standing) {
    const Entries here = store_.references().history(standing.name);
    Entries entries = there(standing.name);
    const Entries ours(here.begin() + standing.common, here.end());
    append(entries, ours);
    store_.renumber(standing.name, here, entries);
    return entries.back().seq;
  }

  /// What was said of a version ("judgements/churn@v2", "checks/sources/churn@v2") is said of its new number,
  /// from the last on, so that none takes the place of another.
  void follow(const Standing& standing) {
    const auto behind = there(standing.name).size();
    const std::int64_t by = static_cast<std::int64_t>(behind) - standing.common;
    for (std::int64_t number = standing.here; number > standing.common; --number) {
      for (const store::ReferenceName& about : names_about(standing.name, number))
        rename(about, {about.kind, with_number(about.name, number + by)});
    }
  }

 private:
  static void append(Entries& entries, const Entries& ours) {
    for (store::ReferenceEntry entry : ours) {
      if (!entries.empty() && entry.digest == entries.back().digest) continue;
      entry.previous.reset();
      if (!entries.empty()) entry.previous = entries.back().digest;
      entry.seq = entries.empty() ? 1 : entries.back().seq + 1;
      entries.push_back(std::move(entry));
    }
  }

  Entries there(const store::ReferenceName& name) const {
    const auto found = ledger_.references.find(name);
    return found == ledger_.references.end() ? Entries() : found->second;
  }

  std::vector<store::ReferenceName> names_about(const store::ReferenceName& name, std::int64_t number) const {
    const std::string version = fmt::format("@v{}", number);
    std::vector<store::ReferenceName> out;
    for (const store::ReferenceName& other : store_.references().list()) {
      if (is_journal(other) &&
          (other.name == name.name + version || other.name == name.kind + "/" + name.name + version))
        out.push_back(other);
    }
    return out;
  }

  static std::string with_number(const std::string& name, std::int64_t number) {
    return fmt::format("{}v{}", name.substr(0, name.rfind('@') + 1), number);
  }

  /// What the remote has under the old name stays there.
  void rename(const store::ReferenceName& from, const store::ReferenceName& to) {
    const Entries here = store_.references().history(from);
    const Entries theirs = there(from);
    std::size_t common = 0;
    while (common < std::min(here.size(), theirs.size()) && here[common].digest == theirs[common].digest)
      ++common;
    if (common == here.size()) return;
    const Entries before = store_.references().history(to);
    Entries after = before;
    append(after, Entries(here.begin() + static_cast<std::ptrdiff_t>(common), here.end()));
    store_.renumber(to, before, after);
    store_.renumber(from, here, theirs);
  }

  store::Store& store_;
  const Ledger& ledger_;
};

}  // namespace

std::int64_t renumber(store::Store& store, const Ledger& ledger, const Standing& standing) {
  Renumbering renumbering(store, ledger);
  if (!is_journal(standing.name)) renumbering.follow(standing);
  return renumbering.put_behind(standing);
}

}  // namespace mlops::remote
