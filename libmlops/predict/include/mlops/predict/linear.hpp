#pragma once
/// The design matrix of linear models: how features become columns with a coefficient each. Trainers fit it
/// and solve over it, predictors read it back, so that the two cannot differ.
///
/// A number x becomes (x - mean) / scale, a null the same of `impute`; a category with K codes becomes K
/// columns that are 1 where the row has that code and else 0 (a null and a code never seen: all 0). Where the
/// training rows had nulls, one more column is 1 for a null. The intercept is no column.

#include <mlops/json/value.hpp>
#include <mlops/predict/frame.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mlops::predict {

/// One feature's columns: [first, first + width()).
struct Term {
  std::size_t feature = 0;  ///< Position in features_of().
  std::string name = {};    ///< Of the feature.
  std::size_t first = 0;
  std::size_t categories = 0;  ///< 0: a number.
  bool null = false;           ///< The last column says "is null".
  double mean = 0;
  double scale = 1;
  double impute = 0;

  bool operator==(const Term&) const = default;
  std::size_t width() const { return (categories == 0 ? 1 : categories) + (null ? 1 : 0); }
};

class Design {
 public:
  enum class Impute { mean, median };

  Design() = default;
  /// Means, deviations (of the population, as scikit-learn's StandardScaler; 1 for a constant) and what
  /// stands for nulls, from the values of the training rows, summed in their order. A number that is null in
  /// every row has mean 0 and scale 1. Without `standardise`, mean is 0 and scale 1 throughout.
  static Design fit(const Signature& signature, const Frame& train, Impute impute = Impute::mean,
                    bool standardise = true);
  /// As to_json() wrote it. Throws Error(corrupt) when it is not of this signature.
  static Design from(const json::Array& terms, const Signature& signature);
  /// A list of objects {"feature", "categories", "null", "mean", "scale", "impute"}.
  json::Array to_json() const;

  const std::vector<Term>& terms() const { return terms_; }
  std::size_t columns() const { return columns_; }
  /// "tenure", "tenure is null", "plan = basic", ...
  std::vector<std::string> names(const Signature& signature) const;

  /// Calls visit(column, value) for each column of the row that may not be 0, in ascending order of columns.
  template <typename Visit>
  void visit(const Frame& frame, std::size_t row, Visit&& visit) const {
    for (const Term& term : terms_) {
      const Values& values = frame.features[term.feature];
      if (term.categories == 0) {
        const double value = values.numbers[row];
        const bool null = std::isnan(value);
        visit(term.first, ((null ? term.impute : value) - term.mean) / term.scale);
        if (term.null && null) visit(term.first + 1, 1.0);
        continue;
      }
      const std::int32_t code = values.codes[row];
      if (code >= 0) visit(term.first + static_cast<std::size_t>(code), 1.0);
      if (term.null && code == code_null) visit(term.first + term.categories, 1.0);
    }
  }

  /// Rows [from, from + count) as a dense row-major matrix of count * columns() places.
  void dense(const Frame& frame, std::size_t from, std::size_t count, std::span<double> out) const;

 private:
  std::vector<Term> terms_ = {};
  std::size_t columns_ = 0;
};

/// What "linear" and "logistic" put into Package::fitted: {"terms": Design::to_json(), "intercepts": [...],
/// "coefficients": [[...], ...]}, one intercept and one list of Design::columns() coefficients for each
/// output of the signature. Predictions: regression b + sum of c * x; binary 1 / (1 + exp(-that)); multiclass
/// the softmax. Sums run in the order of the columns, from the intercept on.
struct LinearModel {
  Design design = {};
  std::vector<double> intercepts = {};
  std::vector<double> coefficients = {};  ///< Output after output.

  json::Object to_json() const;
  static LinearModel from(const json::Object& fitted, const Signature& signature);
  /// The sums, before any link: rows * intercepts.size() places, row-major.
  void sums(const Frame& frame, std::span<double> out) const;
};

/// 1 / (1 + exp(-x)) without overflow.
double logistic(double x);
/// In place, over one row.
void softmax(std::span<double> row);

}  // namespace mlops::predict
