#pragma once
/// Scales of charts.

#include <mlops/monitor/watch.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

/// Where numbers stand on a line of pixels.
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;  ///< Pixel of `low`.
  double to = 1;    ///< Pixel of `high`.

  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// Ends on round numbers; about `wanted` steps.
struct Ticks {
  double low = 0;
  double high = 1;
  std::vector<double> at = {};
};
Ticks ticks_between(double low, double high, int wanted);

/// Of a chart: what is inside of its axes.
struct Frame {
  double width = 0;
  double height = 0;
  double left = 44;
  double right = 12;
  double top = 14;
  double bottom = 38;

  double inner_right() const { return width - right; }
  double inner_bottom() const { return height - bottom; }
  Scale up(const Ticks& ticks) const { return {ticks.low, ticks.high, inner_bottom(), top}; }
};

/// `<svg ...>` with what it shows, for those who do not see it.
std::string svg_begin(const Frame& frame, std::string_view label);
/// Text at a place; `anchor` is start, middle or end.
std::string text_at(double x, double y, std::string_view anchor, std::string_view text,
                    std::string_view classes = {});
/// Rules and numbers of a vertical axis, and its unit above it.
std::string upright_axis(const Frame& frame, const Ticks& ticks, bool percent, std::string_view unit);

/// The time that the windows span, and a few of their beginnings below.
Scale time_scale(const Frame& frame, std::span<const Watch> watches);
std::string time_axis(const Frame& frame, const Scale& scale, std::span<const Watch> watches);
/// The middle of a window.
double middle_of(const Scale& scale, const Window& window);

}  // namespace mlops::monitor
