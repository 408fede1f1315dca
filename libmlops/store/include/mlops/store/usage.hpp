#pragma once
/// What a store takes, by what names it.

#include <mlops/store/store.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::store {

struct NameUsage {
  std::string name;                 ///< "sources/churn"; of journals their kind, all together: "runs".
  std::uint64_t versions = 0;       ///< Entries.
  std::uint64_t logical_bytes = 0;  ///< As its versions name it, each for itself.
  std::uint64_t stored_bytes = 0;   ///< On disk, of all that it names.
  std::uint64_t own_bytes = 0;      ///< Of that, what nothing else in the list names.
};

/// Sorted by name. Records that records name count for those whose versions they are.
std::vector<NameUsage> usage_by_name(Store& store);

}  // namespace mlops::store
