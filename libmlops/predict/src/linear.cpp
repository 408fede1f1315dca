#include <mlops/base/error.hpp>
#include <mlops/predict/linear.hpp>

#include <algorithm>

#include "src/fields.hpp"
#include "src/predictors.hpp"

namespace mlops::predict {
namespace {

class Linear final : public Predictor {
 public:
  Linear(LinearModel model, Task task) : model_(std::move(model)), task_(task) {}

  void predict(const Frame& frame, std::span<double> out) const override {
    model_.sums(frame, out);
    if (task_ == Task::binary) {
      for (double& value : out) value = logistic(value);
    } else if (task_ == Task::multiclass) {
      const std::size_t width = model_.intercepts.size();
      for (std::size_t at = 0; at < out.size(); at += width) softmax(out.subspan(at, width));
    }
  }

  std::size_t size() const override {
    return sizeof *this + model_.coefficients.size() * sizeof(double) +
           model_.design.terms().size() * sizeof(Term);
  }

 private:
  LinearModel model_;
  Task task_;
};

void add_coefficients(std::vector<double>& out, const json::Value& list, std::size_t columns,
                      const Fields& fields) {
  const json::Array* values = list.as_array();
  if (values == nullptr || values->size() != columns)
    fields.fail("coefficients", "coefficient for each column in");
  for (const json::Value& value : *values) {
    if (value.as_int() == nullptr && value.as_double() == nullptr)
      fields.fail("coefficients", "list of numbers");
    out.push_back(value.number_or(0));
  }
}

}  // namespace

json::Object LinearModel::to_json() const {
  json::Array outputs;
  const std::size_t columns = design.columns();
  for (std::size_t k = 0; k < intercepts.size(); ++k) {
    const auto first = coefficients.begin() + static_cast<std::ptrdiff_t>(k * columns);
    outputs.push_back(json::Array(first, first + static_cast<std::ptrdiff_t>(columns)));
  }
  return {{"terms", design.to_json()},
          {"intercepts", json::Array(intercepts.begin(), intercepts.end())},
          {"coefficients", std::move(outputs)}};
}

LinearModel LinearModel::from(const json::Object& fitted, const Signature& signature) {
  const Fields fields(fitted, "the model");
  LinearModel model{.design = Design::from(fields.array("terms"), signature)};
  model.intercepts = fields.numbers("intercepts");
  const json::Array& outputs = fields.array("coefficients");
  if (model.intercepts.size() != signature.outputs()) fields.fail("intercepts", "number for each output in");
  if (outputs.size() != signature.outputs()) fields.fail("coefficients", "list for each output in");
  for (const json::Value& output : outputs)
    add_coefficients(model.coefficients, output, model.design.columns(), fields);
  return model;
}

void LinearModel::sums(const Frame& frame, std::span<double> out) const {
  const std::size_t width = intercepts.size();
  const std::size_t columns = design.columns();
  if (out.size() != frame.rows * width)
    throw error(Code::internal, "{} places for {} rows of {}", out.size(), frame.rows, width);
  for (std::size_t row = 0; row < frame.rows; ++row) {
    double* sum = out.data() + row * width;
    std::copy(intercepts.begin(), intercepts.end(), sum);
    design.visit(frame, row, [&](std::size_t column, double value) {
      for (std::size_t k = 0; k < width; ++k) sum[k] += coefficients[k * columns + column] * value;
    });
  }
}

double logistic(double x) {
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

void softmax(std::span<double> row) {
  const double greatest = *std::max_element(row.begin(), row.end());
  double sum = 0;
  for (double& value : row) sum += value = std::exp(value - greatest);
  for (double& value : row) value /= sum;
}

std::unique_ptr<Predictor> open_linear(const Package& package) {
  return std::make_unique<Linear>(LinearModel::from(package.fitted, package.signature),
                                  package.signature.task);
}

}  // namespace mlops::predict
