#pragma once
/// Transforms that learn: fitted on the training rows only, kept with the model, and applied to every row
/// alike, offline and online.
///
/// onehot(x, top=20) becomes a column of 0 and 1 (BIGINT) for each of the most frequent values, NAME__VALUE
/// (of equal counts the lesser text first, nulls do not count), and NAME__other for values that training did
/// not see or that were too rare (NAME__other_ where `other` is a value); a null is 0 in all of them.
/// zscore(x) is (x - mean) / standard deviation of the population, 0 where all values are equal.
/// impute(x, mean) and impute(x, median) take the place of nulls. bucket(x, 1, 5) is a BIGINT. NaN and
/// infinite numbers are nulls to all of them, as to a model. Sums are exact, so that a fit does not depend on
/// the order of rows.

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
  std::vector<std::string> categories = {};  ///< onehot, as SQL casts them to text: those with a column.
  std::vector<std::string> rare = {};        ///< onehot: the next 1,000, which training saw as well.
  double mean = 0;                           ///< zscore.
  double deviation = 0;                      ///< zscore.
  std::optional<double> fill = {};           ///< impute; nothing: training had no value, nulls stay nulls.

  bool operator==(const Fit&) const = default;
};

/// `rows` are the training rows. One Fit for each joined column that has a transform, in their order. Throws
/// Error(usage) for values whose mean or deviation is beyond a double.
std::vector<Fit> fit(const JoinResult& join, std::span<const std::uint32_t> rows);

/// The transforms that learn nothing (bucket, impute by a constant), for a join that has no training rows.
std::vector<Fit> fixed(const JoinResult& join);

/// The names of the columns that stand in the place of `fit.column`: one, or of onehot one for each category
/// and that for the others, which is the last.
std::vector<std::string> outputs_of(const Fit& fit);

/// One value, for all transforms but onehot; nothing: null.
std::optional<double> transformed(const Fit& fit, std::optional<double> value);

/// `features` with the columns of `fits` replaced; the others are handed on without a copy. Throws
/// Error(usage) for a column that is not there, and for two columns of one name.
Columns apply(const std::vector<Fit>& fits, const Columns& features);

}  // namespace mlops::feature
