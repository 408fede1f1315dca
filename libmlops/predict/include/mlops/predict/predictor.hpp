#pragma once
/// One interface over every kind of model. A Predictor is immutable and safe for many threads at once.

#include <mlops/base/engines.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/package.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mlops::predict {

class Predictor {
 public:
  virtual ~Predictor() = default;

  /// `out` has frame.rows * signature.outputs() places, row-major: the probability of the positive class
  /// (binary), of each class (multiclass), or the value (regression). The answer for a row does not depend on
  /// the rows around it.
  virtual void predict(const Frame& frame, std::span<double> out) const = 0;

  /// How many of the rows it has no answer of its own for and gives the prior's: where a rule is null.
  virtual std::uint64_t unanswered(const Frame&) const { return 0; }

  /// Bytes that it takes in memory, about.
  virtual std::size_t size() const = 0;
};

/// Throws Error: corrupt (the package does not hold together), failed (an engine it needs is not installed).
std::unique_ptr<Predictor> open(const Package& package, Engines& engines);

/// The answer in words: the class for each row, or nothing for regression.
std::vector<std::uint32_t> decide(const Signature& signature, std::span<const double> predictions);
/// The same into `classes`, whose memory is used again.
void decide(const Signature& signature, std::span<const double> predictions,
            std::vector<std::uint32_t>& classes);

}  // namespace mlops::predict
