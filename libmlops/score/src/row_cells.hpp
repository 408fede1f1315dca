#pragma once
/// Values of requests as keys and moments. `column` is what the value stands in, named in faults with its
/// row; values of personal data are masked there.

#include <mlops/feature/live.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mlops::score {

struct CellPlace {
  const predict::Input& column;
  std::size_t row = 0;  ///< From 0.
};

/// Adds a value that is not null. What is plainly the same is taken: a text that spells an integer for an
/// integer, 5.0 for 5, 1 for true. Throws Error(usage, "signature.mismatch").
void add_key(const CellPlace& place, const json::Cell& cell, const feature::Key& key,
             feature::KeyBytes& bytes);

/// Microseconds since 1970 of a text; nothing for null. Throws Error(usage, "signature.mismatch").
std::optional<std::int64_t> moment_in(const CellPlace& place, const json::Cell& cell);

}  // namespace mlops::score
