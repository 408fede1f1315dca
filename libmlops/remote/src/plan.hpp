#pragma once
/// Which requests bring what is wanted of packs.

#include <mlops/remote/ledger.hpp>

#include <cstdint>
#include <vector>

#include "src/inventory.hpp"

namespace mlops::remote {

using Packed = Inventory::Packed;

/// One request, and what it brings.
struct Job {
  const PackItem* pack = nullptr;         ///< The whole of it, or
  std::vector<const Packed*> parts = {};  ///< these of it, by their offsets;
  const ObjectItem* object = nullptr;     ///< or a file.
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// Packs of which much is wanted come whole, of others the parts. Jobs point into the ledger and the
/// inventory.
void plan(const Ledger& ledger, std::vector<const Packed*> wanted, std::vector<Job>& jobs);

}  // namespace mlops::remote
