/// The answer that looks at nothing: the shares of the classes, or the mean.
#include <mlops/base/error.hpp>

#include <algorithm>

#include "src/fields.hpp"
#include "src/predictors.hpp"

namespace mlops::predict {
namespace {

class Prior final : public Predictor {
 public:
  explicit Prior(std::vector<double> answer) : answer_(std::move(answer)) {}

  void predict(const Frame& frame, std::span<double> out) const override {
    for (std::size_t row = 0; row < frame.rows; ++row)
      std::copy(answer_.begin(), answer_.end(),
                out.begin() + static_cast<std::ptrdiff_t>(row * answer_.size()));
  }

  std::size_t size() const override { return sizeof *this + answer_.size() * sizeof(double); }

 private:
  std::vector<double> answer_;
};

}  // namespace

std::vector<double> prior_answer(const Package& package) {
  const Fields fitted(package.fitted, "the model");
  const Signature& signature = package.signature;
  if (signature.task == Task::regression) return {fitted.number("mean")};
  std::vector<double> shares = fitted.numbers("shares");
  if (shares.size() != signature.classes.size()) fitted.fail("shares", "share for each class in");
  if (signature.task == Task::binary) return {shares[1]};
  return shares;
}

std::unique_ptr<Predictor> open_prior(const Package& package) {
  return std::make_unique<Prior>(prior_answer(package));
}

}  // namespace mlops::predict
