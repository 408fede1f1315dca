#include <mlops/base/error.hpp>
#include <mlops/predict/frame.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlops::predict {
namespace {

template <typename T>
std::vector<T> chosen(const std::vector<T>& values, std::span<const std::uint32_t> rows) {
  std::vector<T> out;
  if (values.empty()) return out;
  out.reserve(rows.size());
  for (const std::uint32_t row : rows) out.push_back(values[row]);
  return out;
}

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

}  // namespace

Frame Frame::select(std::span<const std::uint32_t> chosen_rows) const {
  Frame out{.rows = chosen_rows.size()};
  out.features.reserve(features.size());
  for (const Values& values : features)
    out.features.push_back({chosen(values.numbers, chosen_rows), chosen(values.codes, chosen_rows)});
  return out;
}

namespace {

/// What is beyond a float is the greatest one: the order stays, and trees take no infinities.
float as_float(double number) {
  constexpr double most = std::numeric_limits<float>::max();
  return std::isnan(number) ? missing : static_cast<float>(std::clamp(number, -most, most));
}

}  // namespace

void Frame::to_floats(std::span<float> out) const {
  const std::size_t width = features.size();
  if (out.size() != rows * width)
    throw error(Code::internal, "{} places for {} rows of {} features", out.size(), rows, width);
  for (std::size_t f = 0; f < width; ++f) {
    const Values& values = features[f];
    float* at = out.data() + f;
    for (const double number : values.numbers) {
      *at = as_float(number);
      at += width;
    }
    for (const std::int32_t code : values.codes) {
      *at = code < 0 ? missing : static_cast<float>(code);
      at += width;
    }
  }
}

}  // namespace mlops::predict
