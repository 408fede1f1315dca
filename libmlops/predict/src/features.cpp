#include <mlops/predict/frame.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace mlops::predict {
namespace {

struct NamedPart {
  Feature::Part part;
  const char* name;
};

constexpr std::array parts{
    NamedPart{Feature::Part::days, " days"},       NamedPart{Feature::Part::year, " year"},
    NamedPart{Feature::Part::month, " month"},     NamedPart{Feature::Part::day, " day"},
    NamedPart{Feature::Part::weekday, " weekday"}, NamedPart{Feature::Part::hour, " hour"}};

}  // namespace

std::vector<Feature> features_of(const Signature& signature) {
  std::vector<Feature> features;
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    const Input& input = signature.inputs[i];
    const bool date = input.encoding == Encoding::date;
    if (!date && input.encoding != Encoding::timestamp) {
      const std::size_t categories =
          input.encoding == Encoding::category ? std::max<std::size_t>(1, input.categories.size()) : 0;
      features.push_back({.name = input.name, .input = i, .categories = categories});
      continue;
    }
    for (const NamedPart& part : std::span(parts).first(date ? parts.size() - 1 : parts.size()))
      features.push_back({.name = input.name + part.name, .input = i, .part = part.part});
  }
  return features;
}

}  // namespace mlops::predict
