#pragma once
/// Versions whose contents need not, or must not, be kept any longer. References and records stay, so that
/// what was made of them can still be told; what was forgotten of `sources/churn` is the journal
/// `forgotten/sources/churn`, whose records are of the kind "forget/1" (mlops-store(5)). A record that was
/// forgotten keeps nothing but the records it names: no check misses its contents, and garbage collection
/// takes them away.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mlops::store {

/// One version.
struct Forget {
  std::int64_t version = 0;
  Digest record = {};                  ///< That its reference names.
  Digest before = {};                  ///< What stood for it: `record`, or another record that was put there.
  std::optional<Digest> instead = {};  ///< A record in its place, which has to be there; nothing: none.
  std::uint64_t rows = 0;              ///< That are not in it any more.
};

struct Forgetting {
  ReferenceName name;  ///< Of the versions.
  std::vector<Forget> versions = {};
  Time time = {};
  std::string who = {};
  std::string why = {};  ///< One line for people.
};

/// Durable when it returns. Throws as Store::publish() does, and conflict ("forget.conflict": something else
/// stands for a version by now than what it was made from).
void forget(Store& store, const Forgetting& forgetting);

/// What stands for each record that was forgotten: another record, or nothing. Of two that stores
/// which did not know of each other have put in its place neither counts. Throws Error(corrupt).
std::map<Digest, std::optional<Digest>> forgotten(Store& store, const ReferenceName& name);

}  // namespace mlops::store
