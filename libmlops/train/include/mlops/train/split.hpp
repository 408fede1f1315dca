#pragma once
/// Which rows train, choose and judge. Deterministic: it depends on the rows' positions and the seed, not on
/// threads or hash tables.

#include <mlops/base/columns.hpp>
#include <mlops/train/target.hpp>

#include <cstdint>
#include <optional>
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

  /// With `time`: instead of the share, the rows of so many microseconds up to the newest row with a label;
  /// the first moment is excluded, so that `30 d` of dates are 30 dates.
  std::optional<std::int64_t> test_last_us = {};
  /// With `time`: instead of the share, the rows of so many microseconds before those that test.
  std::optional<std::int64_t> valid_before_us = {};

  bool operator==(const SplitRequest&) const = default;
};

/// Row numbers of the table, ascending.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> valid;
  std::vector<std::uint32_t> test;
  std::string how;  ///< "stratified by churned, 70/15/15, seed 1"
};

/// Without time, group and part: by hash, within each class (regression: all rows together). Rows are put in
/// the order of mixed(mixed(seed) ^ row), row numbers from 0, mixed() being SplitMix64's step and finaliser
/// (libmlops/train/src/hash.hpp); the first ones test, the next validate, the rest train. Each class is
/// shared in whole numbers by largest remainders (of equal ones train before test before valid); then test
/// and valid get a row of it while train has one to spare.
///
/// By time: in the order of the column (dates, timestamps or whole numbers), cut where moments change,
/// nearest to the shares, or by lengths of time (dates or timestamps): with n the newest moment and t and v
/// the lengths, (n - t, n] tests and (n - t - v, n - t] validates; where a share says what tests and its
/// first moment is m, [m - v, m) validates. With a group too, rows of train whose group comes back in valid
/// or test, and rows of valid whose group comes back in test, are left out. By group (texts, numbers, dates
/// or flags): groups in the order of the hash of their first row, cut likewise; a row without a group is a
/// group of its own.
///
/// Throws Error: usage (no such column, a column that is no time, group or part, two ways at once other than
/// time and group, a length of time that is not positive or has no dates to be measured in, shares
/// that leave nothing), negative (train or test would be empty or of one class; valid may be, then nothing is
/// chosen on it).
Split split(const Columns& table, const Target& target, const SplitRequest& request);

}  // namespace mlops::train
