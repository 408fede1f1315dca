#pragma once
/// Some rows of some columns.

#include <mlops/base/columns.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace mlops {

/// The columns and rows of these numbers, in this order: a copy, with dictionaries decoded.
Columns select(const Columns& table, std::span<const std::size_t> columns,
               std::span<const std::uint32_t> rows);

}  // namespace mlops
