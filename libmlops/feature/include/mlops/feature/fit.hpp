#pragma once
/// Transforms that learn: fitted on the training rows only, stored with the training set and the model, and
/// applied to every row alike, offline and online.
///
/// onehot(x, top=20) becomes a column of 0 and 1 (BIGINT) for each of the most frequent values, NAME__VALUE
/// (of equal counts the lesser text first, nulls do not count), and NAME__other for values that training did
/// not see or that were too rare; a null is 0 in all of them. zscore(x) is (x - mean) / standard deviation of
/// the population, 0 where all values are equal. impute(x, mean) and impute(x, median) take the place of
/// nulls. Sums are exact, so that a fit does not depend on the order of rows.

#include <mlops/base/columns.hpp>
#include <mlops/feature/join.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlops::feature {

/// What one column of a join becomes.
struct Fit {
  std::string column;  ///< Name in the join, such as "customer__tenure".
  Transform transform = {};
  std::vector<std::string> categories = {};  ///< onehot, as SQL casts them to text.
  double mean = 0;                           ///< zscore.
  double deviation = 0;                      ///< zscore.
  std::optional<double> fill = {};           ///< impute; nothing: training had no value, nulls stay nulls.

  bool operator==(const Fit&) const = default;
};

/// `rows` are the training rows. One Fit for each joined column that has a transform, in their order.
std::vector<Fit> fit(const JoinResult& join, std::span<const std::uint32_t> rows);

/// The transforms that learn nothing (bucket, impute by a constant), for a join that has no training rows.
std::vector<Fit> fixed(const JoinResult& join);

/// `features` with the columns of `fits` replaced; the others are handed on. Throws Error(usage) for a column
/// that is not there.
Columns apply(const std::vector<Fit>& fits, const Columns& features);

}  // namespace mlops::feature
