#include "report_axes.hpp"

#include "report_facts.hpp"
#include "report_markup.hpp"

#include <fmt/core.h>

#include <cmath>

namespace mlops::monitor {
namespace {

constexpr double letter = 6.2;  ///< Of small text, in pixels.

/// 1, 2 or 5 times a power of ten.
double round_step(double rough) {
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double part = rough / power;
  return power * (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10);
}

/// Without the year where all windows are of one.
std::string tick_text(const Window& window, bool of_one_year) {
  const std::string text = time_text(window.from);
  return of_one_year && text.size() > 10 ? text.substr(5, 11) : text;
}

}  // namespace

Ticks ticks_between(double low, double high, int wanted) {
  const double span = high > low ? high - low : std::max(std::abs(high), 1.0);
  const double step = round_step(span / wanted);
  Ticks out;
  const double first = std::floor(low / step + 1e-9);
  const double last = std::max(std::ceil(high / step - 1e-9), first + 1);
  for (double k = first; k <= last; ++k) out.at.push_back(k * step);
  out.low = out.at.front();
  out.high = out.at.back();
  return out;
}

std::string svg_begin(const Frame& frame, std::string_view label) {
  return fmt::format(R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}">)", frame.width, frame.height,
                     escaped(label, 200));
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text,
                    std::string_view classes) {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}"{}>{}</text>)", x, y, anchor,
                     classes.empty() ? "" : fmt::format(R"( class="{}")", classes), escaped(text, 60));
}

std::string upright_axis(const Frame& frame, const Ticks& ticks, bool percent, std::string_view unit) {
  const Scale scale = frame.up(ticks);
  std::string out = text_at(2, frame.top - 11, "start", unit);
  for (const double tick : ticks.at) {
    const double y = scale.at(tick);
    out += fmt::format(R"(<line class="{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
                       tick == ticks.low ? "axis" : "rule", frame.left, frame.inner_right(), y, y);
    out += text_at(
        frame.left - 5, y + 4, "end",
        percent ? fmt::format("{:.4g} %", tick * 100) : number_text(std::abs(tick) < 1e-12 ? 0 : tick));
  }
  return out;
}

Scale time_scale(const Frame& frame, std::span<const Watch> watches) {
  return {static_cast<double>(watches.front().window.from.us),
          static_cast<double>(watches.back().window.to.us), frame.left, frame.inner_right()};
}

std::string time_axis(const Frame& frame, const Scale& scale, std::span<const Watch> watches) {
  const bool of_one_year =
      watches.front().window.from.text().substr(0, 4) == watches.back().window.from.text().substr(0, 4);
  std::string out, last;
  double free_from = 0;
  for (const Watch& watch : watches) {
    const double x = scale.at(static_cast<double>(watch.window.from.us));
    const std::string text = tick_text(watch.window, of_one_year);
    const double half = static_cast<double>(text.size()) * letter / 2;
    const double place = std::min(std::max(x, half), frame.width - half);
    if (place - half < free_from || text == last) continue;
    out += fmt::format(R"(<line class="axis" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)", x,
                       frame.inner_bottom(), frame.inner_bottom() + 4);
    out += text_at(place, frame.inner_bottom() + 18, "middle", text);
    free_from = place + half + 24;
    last = text;
  }
  return out + text_at((frame.left + frame.inner_right()) / 2, frame.height - 4, "middle",
                       "begin of the window, UTC");
}

double middle_of(const Scale& scale, const Window& window) {
  return scale.at((static_cast<double>(window.from.us) + static_cast<double>(window.to.us)) / 2);
}

}  // namespace mlops::monitor
