#pragma once
/// What a model was trained on and what it answered then, in a few numbers beside it: the file baseline.json
/// in its folder. mlops-store(5) has its fields. Inputs are as callers give them, of the rows that were
/// trained on; the prediction is that for the rows that judged, which training has not seen. Columns that are
/// personal data are not in it.

#include <mlops/base/columns.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/stats/reference.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::monitor {

struct BaselineColumn {
  std::string name;
  std::string type;  ///< SQL type in training.
  stats::Reference reference = {};

  bool operator==(const BaselineColumn&) const = default;
};

struct Baseline {
  std::vector<BaselineColumn> inputs =
      {};  ///< Those of the signature that callers give, features of views included.
  /// "prediction" of texts for classes, of numbers for regression; of two classes also "probability".
  std::vector<BaselineColumn> answers = {};

  bool operator==(const Baseline&) const = default;
  const BaselineColumn* find(std::string_view name) const;
};

inline constexpr std::string_view baseline_file = "baseline.json";

std::string baseline_json(const Baseline& baseline);
/// Throws Error(corrupt).
Baseline baseline_from(std::string_view text);
/// Nothing for a package that has no such file.
std::optional<Baseline> baseline_of(const predict::Package& package);

/// Makes the baselines of models that were trained on the same rows; each column of these is counted once for
/// all of them.
class BaselineMaker {
 public:
  /// `rows` has the inputs as callers give them, of which `train` are the rows that were trained on.
  BaselineMaker(Columns rows, std::span<const std::uint32_t> train)
      : rows_(std::move(rows)), train_(train.begin(), train.end()) {}

  /// `asked` as callers see it; `predictions` as a Predictor gives them.
  Baseline make(const predict::Signature& asked, std::span<const double> predictions);

 private:
  Columns rows_;
  std::vector<std::uint32_t> train_;
  std::map<std::string, BaselineColumn> counted_ = {};
};

}  // namespace mlops::monitor
