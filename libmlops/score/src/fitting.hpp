#pragma once
/// Rows as callers give them become rows as the algorithm takes them: what transforms learnt is applied to
/// numbers and codes, one row or a million, in the arithmetic of feature::apply().

#include <mlops/feature/fit.hpp>
#include <mlops/predict/frame.hpp>
#include <mlops/predict/package.hpp>

#include <optional>
#include <vector>

namespace mlops::score {

class Fitting {
 public:
  /// Throws Error(corrupt) where an input of the algorithm is neither given nor made by a fit.
  Fitting(const predict::Package& package, std::vector<feature::Fit> fits);

  void apply(const predict::Frame& given, predict::Frame& taken) const;

 private:
  struct Step {
    std::size_t from = 0;            ///< Position in the frame given.
    std::optional<std::size_t> fit;  ///< Nothing: handed on.
    std::int32_t category = 0;       ///< onehot: the code whose flag it is; as many as there are: all others.
  };

  void add(const predict::Package& package, const predict::Input& input);
  void fill(const Step& step, const predict::Values& given, predict::Values& taken) const;

  std::vector<feature::Fit> fits_;
  std::vector<Step> steps_;  ///< One for each feature taken.
};

}  // namespace mlops::score
