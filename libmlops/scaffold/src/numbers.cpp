#include "src/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mlops::scaffold {
namespace {

constexpr double room = 0.1;

/// To `digits` decimal places, without zeros at the end, in groups of three where they are many.
std::string spelled(double value, int digits) {
  const double shown = value == 0 ? 0 : value;  // no -0
  std::string text = fmt::format("{:.{}f}", std::fabs(shown), digits);
  if (digits > 0) text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  const std::size_t whole = std::min(text.find('.'), text.size());
  for (std::size_t i = whole; whole > 4 && i > 3; i -= 3) text.insert(i - 3, "_");
  return (shown < 0 ? "-" : "") + text;
}

/// Shares, marks and percentages end where they end by their nature.
double natural_top(double low, double high, double wanted) {
  for (const double top : {1.0, 10.0, 100.0}) {
    if (low >= 0 && high <= top && wanted > top) return top;
  }
  return high <= 0 ? std::min(wanted, 0.0) : wanted;
}

}  // namespace

std::string grouped(std::uint64_t count) {
  std::string text = fmt::format("{}", count);
  for (std::size_t i = text.size(); text.size() > 4 && i > 3; i -= 3) text.insert(i - 3, "_");
  return text;
}

std::string about(double value) {
  return std::fabs(value) >= 1e4 ? spelled(value, 0) : fmt::format("{:.5g}", value);
}

std::uint64_t at_least(std::uint64_t count) {
  const std::uint64_t some = count - count / 5;
  std::uint64_t step = 1;
  while (some / step >= 100) step *= 10;
  return std::max<std::uint64_t>(some / step * step, 1);
}

std::optional<int> share_limit(double share) {
  constexpr std::array limits = {1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90};
  const double wanted = 125 * share + 0.5;
  const auto found = std::find_if(limits.begin(), limits.end(), [&](int limit) { return limit >= wanted; });
  return found == limits.end() ? std::nullopt : std::optional(*found);
}

Bounds wider(double low, double high, bool whole) {
  const double span = high - low;
  int power = static_cast<int>(std::floor(std::log10(span))) - 1;
  if (whole) power = std::max(power, 0);
  const double step = std::pow(10.0, power);
  double from = std::floor((low - room * span) / step) * step;
  const double to = natural_top(low, high, std::ceil((high + room * span) / step) * step);
  if (low >= 0) from = std::max(from, 0.0);
  const int digits = std::max(0, -power);
  return {spelled(from, digits), spelled(to, digits)};
}

}  // namespace mlops::scaffold
