#pragma once
/// Which rows train, choose and judge. Deterministic: it depends on the rows' positions and the seed, not on
/// threads or hash tables.

#include <mlops/base/columns.hpp>
#include <mlops/train/target.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace mlops::train {

struct SplitRequest {
  double valid = 0.15;  ///< Shares of the rows.
  double test = 0.15;
  std::uint64_t seed = 1;
  std::string time =
      {};  ///< Column: the latest rows test, those before them validate; rows of one moment stay together.
  std::string group = {};  ///< Column: rows with the same value stay together.
  std::string part = {};  ///< Column that says it: train, valid or test; other values and nulls are left out.

  bool operator==(const SplitRequest&) const = default;
};

/// Row numbers of the table, ascending.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> valid;
  std::vector<std::uint32_t> test;
  std::string how;  ///< "stratified by churned, 70/15/15, seed 1"
};

/// Stratified by class, by a hash of position and seed (regression: by hash alone), unless time, group or
/// part say otherwise. Classes too small to be everywhere are in train first, then test. Throws Error: usage
/// (no such column, a column that is no time, shares that leave nothing), negative (a part would be empty or
/// of one class).
Split split(const Columns& table, const Target& target, const SplitRequest& request);

}  // namespace mlops::train
