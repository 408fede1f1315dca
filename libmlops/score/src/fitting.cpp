#include "src/fitting.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlops::score {
namespace {

/// Where the features of an input of that name begin, and how many there are.
std::pair<std::size_t, std::size_t> features_in(const predict::Signature& signature,
                                                const std::string& name) {
  const std::vector<predict::Feature> features = predict::features_of(signature);
  const auto is_of = [&](const predict::Feature& one) { return signature.inputs[one.input].name == name; };
  const auto begin = std::find_if(features.begin(), features.end(), is_of);
  const auto end = std::find_if_not(begin, features.end(), is_of);
  return {static_cast<std::size_t>(begin - features.begin()), static_cast<std::size_t>(end - begin)};
}

double flag_of(std::int32_t code, std::int32_t wanted, std::int32_t categories) {
  if (code == predict::code_null) return 0;
  const bool other = code < 0 || code >= categories;
  return (other ? wanted == categories : wanted == code) ? 1 : 0;
}

double number_after(const feature::Fit& fit, double value) {
  const auto after =
      feature::transformed(fit, std::isnan(value) ? std::nullopt : std::optional<double>(value));
  const bool finite = after && std::isfinite(*after);
  return finite ? *after : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Fitting::Fitting(const predict::Package& package, std::vector<feature::Fit> fits) : fits_(std::move(fits)) {
  for (const predict::Input& input : package.signature.inputs) add(package, input);
}

void Fitting::add(const predict::Package& package, const predict::Input& input) {
  const predict::Signature asked = package.asked();
  for (std::size_t i = 0; i < fits_.size(); ++i) {
    const auto outputs = feature::outputs_of(fits_[i]);
    const auto found = std::find(outputs.begin(), outputs.end(), input.name);
    if (found == outputs.end()) continue;
    const auto [from, count] = features_in(asked, fits_[i].column);
    const bool sorts = fits_[i].transform.kind == feature::Transform::Kind::onehot;
    const predict::Input* given = asked.find(fits_[i].column);
    if (count != 1 || (given->encoding == predict::Encoding::category) != sorts) break;
    steps_.push_back({from, i, static_cast<std::int32_t>(found - outputs.begin())});
    return;
  }
  const auto [from, count] = features_in(asked, input.name);
  if (count == 0 || count != features_in(package.signature, input.name).second)
    throw error(Code::corrupt, "the model takes '{}', which is neither given nor made from what is",
                input.name)
        .with_id("model.damaged");
  for (std::size_t i = 0; i < count; ++i) steps_.push_back({from + i, std::nullopt});
}

void Fitting::apply(const predict::Frame& given, predict::Frame& taken) const {
  taken.rows = given.rows;
  taken.first_row = given.first_row;
  taken.features.resize(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i)
    fill(steps_[i], given.features[steps_[i].from], taken.features[i]);
}

void Fitting::fill(const Step& step, const predict::Values& given, predict::Values& taken) const {
  if (!step.fit) {
    taken = given;
    return;
  }
  const feature::Fit& fit = fits_[*step.fit];
  const bool sorts = fit.transform.kind == feature::Transform::Kind::onehot;
  const auto categories = static_cast<std::int32_t>(fit.categories.size());
  taken.numbers.clear();
  for (const std::int32_t code : given.codes)
    taken.numbers.push_back(flag_of(code, step.category, categories));
  for (const double value : given.numbers) taken.numbers.push_back(sorts ? 0 : number_after(fit, value));
}

}  // namespace mlops::score
