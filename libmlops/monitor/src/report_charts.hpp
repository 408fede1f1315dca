#pragma once
/// Pictures of a report, as inline SVG. Bars begin at zero; every axis says what it counts; whatever is drawn
/// tells its numbers in a <title>.

#include <mlops/monitor/watch.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

/// Training and now, bin by bin, as shares of the rows.
std::string histogram(const WatchedColumn& column);

/// A value by window, NaN where there is none.
struct Series {
  std::string name;
  std::vector<double> values;
};

/// Some columns' psi over the windows, from zero.
std::string psi_chart(std::span<const Watch> watches, std::span<const Series> series);

/// The rows of each window, with its verdict above.
std::string rows_chart(std::span<const Watch> watches);

/// A metric with its interval in each window, beside what was measured at release.
std::string metric_chart(std::span<const Watch> watches, std::string_view metric);

/// "fail", "warn", "pass" or "skip" as a shape of its own: <use> of what sign_shapes() defines.
std::string sign(std::string_view verdict);
std::string sign_shapes();

}  // namespace mlops::monitor
