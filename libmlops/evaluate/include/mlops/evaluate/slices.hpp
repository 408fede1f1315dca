#pragma once
/// Rows in groups by the value of a column: where a model is weaker than its average says. Pure.

#include <mlops/base/columns.hpp>
#include <mlops/evaluate/evaluation.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlops::evaluate {

/// How rows are grouped: by each value of `column`, or by ranges [k by, (k + 1) by) of its numbers.
struct SliceBy {
  std::string column;
  std::optional<double> by = {};  ///< Greater than 0.
};

/// The rows with one value, as numbers into those that were given.
struct SliceRows {
  std::string value;    ///< "ORD", "500..1000", "null"; of a text that is blank or says so "''", "'null'".
  bool masked = false;  ///< The value is personal data: `value` is "***" and a number, "*** 1".
  std::vector<std::uint32_t> rows = {};
};

/// The slices of `rows` of `table`: ranges in their order, the null last; values by falling size. Not a
/// number is a range of its own, behind all others. Throws Error(usage): no such column (near misses), `by`
/// of what is no number, more than 10,000 different values or ranges, a fraction without `by`, values that
/// have no text.
std::vector<SliceRows> slices_of(const Columns& table, std::span<const std::uint32_t> rows, const SliceBy& by,
                                 bool masked = false);

/// What a model does on one slice.
struct Slice {
  std::string column;
  std::string value;
  std::uint64_t rows = 0;
  std::vector<Metric> metrics;  ///< As evaluate() has them; undefined where the slice does not tell.
};

/// Of slices with fewer rows nothing is said by `worst`.
inline constexpr std::uint64_t least_slice_rows = 100;

/// Every metric of each slice. `slices` as slices_of() numbers them: positions in the truth's labels.
std::vector<Slice> evaluate_slices(const Truth& truth, std::span<const double> predictions,
                                   const std::string& column, std::span<const SliceRows> slices,
                                   double threshold = 0.5);

/// The slice with the worst value of the metric among those of at least `least_rows` rows in which it is
/// defined; nothing: there is none.
const Slice* worst(std::span<const Slice> slices, std::string_view metric, bool greater_is_better,
                   std::uint64_t least_rows = least_slice_rows);

}  // namespace mlops::evaluate
