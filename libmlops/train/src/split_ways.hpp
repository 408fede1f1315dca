#pragma once
/// The ways in which train::split() parts the rows of a table, and what they share.

#include <mlops/train/split.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::train {

using Rows = std::vector<std::uint32_t>;

/// "70/15/15"
std::string percentages(const SplitRequest& request);

/// ", 3 rows without a time left out"; empty for none.
std::string rows_without(std::size_t missing, std::string_view what);

/// Where to cut `starts` (first positions of pieces that stay whole, ascending, the last one is the end) so
/// that the cut is nearest to `wanted`; of two equally near ones the earlier.
std::size_t nearest_cut(const std::vector<std::size_t>& starts, double wanted);

Split split_by_hash(const Target& target, const SplitRequest& request);
Split split_by_time(const Columns& table, const Target& target, const SplitRequest& request);
Split split_by_group(const Columns& table, const Target& target, const SplitRequest& request);

/// Leaves out what a later part would give away: rows of groups that come back there.
void purge_groups(Split& split, const Columns& table, const SplitRequest& request);

}  // namespace mlops::train
