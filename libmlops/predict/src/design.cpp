#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/predict/linear.hpp>

#include <algorithm>
#include <limits>

#include "src/fields.hpp"

namespace mlops::predict {
namespace {

std::vector<double> present(const std::vector<double>& numbers) {
  std::vector<double> out;
  out.reserve(numbers.size());
  for (const double value : numbers) {
    if (!std::isnan(value)) out.push_back(value);
  }
  return out;
}

// The squares of what a double can hold need a wider type.

double mean_of(const std::vector<double>& values) {
  long double sum = 0;
  for (const double value : values) sum += value;
  return static_cast<double>(sum / static_cast<long double>(values.size()));
}

double deviation_of(const std::vector<double>& values, double mean) {
  long double squares = 0;
  for (const double value : values) {
    const long double distance = static_cast<long double>(value) - mean;
    squares += distance * distance;
  }
  return static_cast<double>(std::sqrt(squares / static_cast<long double>(values.size())));
}

/// The mean of the two in the middle when their number is even.
double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

/// Deviations that are nothing but rounding are those of a constant (as scikit-learn's
/// _handle_zeros_in_scale takes them).
bool is_constant(double deviation, double mean) {
  return deviation <= 10 * std::numeric_limits<double>::epsilon() * std::abs(mean);
}

void fit_number(Term& term, const std::vector<double>& numbers, Design::Impute impute, bool standardise) {
  std::vector<double> values = present(numbers);
  term.null = values.size() < numbers.size();
  if (values.empty()) return;
  const double mean = mean_of(values);
  const double deviation = deviation_of(values, mean);
  if (standardise) term.mean = mean;
  if (standardise && !is_constant(deviation, mean)) term.scale = deviation;
  term.impute = impute == Design::Impute::mean ? mean : median_of(std::move(values));
}

Term blank_term(const std::vector<Feature>& features, std::size_t f) {
  return {.feature = f, .name = features[f].name, .categories = features[f].categories};
}

}  // namespace

Design Design::fit(const Signature& signature, const Frame& train, Impute impute, bool standardise) {
  const std::vector<Feature> features = features_of(signature);
  Design design;
  for (std::size_t f = 0; f < features.size(); ++f) {
    Term term = blank_term(features, f);
    const Values& values = train.features[f];
    if (term.categories == 0) fit_number(term, values.numbers, impute, standardise);
    else term.null = std::find(values.codes.begin(), values.codes.end(), code_null) != values.codes.end();
    term.first = design.columns_;
    design.columns_ += term.width();
    design.terms_.push_back(std::move(term));
  }
  return design;
}

Design Design::from(const json::Array& terms, const Signature& signature) {
  const std::vector<Feature> features = features_of(signature);
  if (terms.size() != features.size()) {
    throw error(Code::corrupt, "the model has terms for {}, and its signature {}",
                count_of(terms.size(), "feature"), features.size())
        .with_id("model.damaged");
  }
  Design design;
  for (std::size_t f = 0; f < features.size(); ++f) {
    static const json::Object nothing;
    const json::Object* object = terms[f].as_object();
    const Fields fields(object == nullptr ? nothing : *object, "a term of the model");
    Term term = blank_term(features, f);
    if (fields.text("feature") != term.name || fields.count("categories") != term.categories)
      fields.fail("feature", fmt::format("'{}' as", term.name));
    term.null = fields.flag("null");
    term.mean = fields.number("mean");
    term.scale = fields.number("scale");
    term.impute = fields.number("impute");
    term.first = design.columns_;
    design.columns_ += term.width();
    design.terms_.push_back(std::move(term));
  }
  return design;
}

json::Array Design::to_json() const {
  json::Array out;
  for (const Term& term : terms_) {
    out.push_back(json::Object{{"feature", term.name},
                               {"categories", term.categories},
                               {"null", term.null},
                               {"mean", term.mean},
                               {"scale", term.scale},
                               {"impute", term.impute}});
  }
  return out;
}

std::vector<std::string> Design::names(const Signature& signature) const {
  const std::vector<Feature> features = features_of(signature);
  std::vector<std::string> out;
  for (const Term& term : terms_) {
    const auto& categories = signature.inputs[features[term.feature].input].categories;
    if (term.categories == 0) out.push_back(term.name);
    for (std::size_t code = 0; code < term.categories; ++code)
      out.push_back(fmt::format("{} = {}", term.name, code < categories.size() ? categories[code] : ""));
    if (term.null) out.push_back(term.name + " is null");
  }
  return out;
}

void Design::dense(const Frame& frame, std::size_t from, std::size_t count, std::span<double> out) const {
  if (out.size() != count * columns_)
    throw error(Code::internal, "{} places for {} rows of {} columns", out.size(), count, columns_);
  std::fill(out.begin(), out.end(), 0.0);
  for (std::size_t row = 0; row < count; ++row) {
    double* at = out.data() + row * columns_;
    visit(frame, from + row, [at](std::size_t column, double value) { at[column] = value; });
  }
}

}  // namespace mlops::predict
