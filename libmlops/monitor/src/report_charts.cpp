#include "report_charts.hpp"

#include "report_axes.hpp"
#include "report_facts.hpp"
#include "report_markup.hpp"

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace mlops::monitor {
namespace {

constexpr const char* dashes[] = {"none", "7 3", "2 3", "10 3 2 3", "4 2 1 2 1 2"};

std::string_view verdict_of(const Watch& watch) {
  switch (standing_of(watch)) {
    case Standing::fails:
      return "fail";
    case Standing::warns:
      return "warn";
    case Standing::holds:
      return "pass";
    default:
      return "skip";
  }
}

/// Points of a line; it is broken where there is no number.
std::string path_of(std::span<const Watch> watches, const std::vector<double>& values, const Scale& along,
                    const Scale& up) {
  std::string out;
  bool drawing = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      drawing = false;
      continue;
    }
    out += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", middle_of(along, watches[i].window),
                       up.at(values[i]));
    drawing = true;
  }
  return out;
}

double last_number(const std::vector<double>& values) {
  for (std::size_t i = values.size(); i-- > 0;) {
    if (!std::isnan(values[i])) return values[i];
  }
  return std::nan("");
}

/// Names at the ends of lines, moved apart.
std::string end_labels(const Frame& frame, std::span<const Series> series, const Scale& up) {
  std::vector<std::pair<double, std::size_t>> places;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const double last = last_number(series[i].values);
    if (!std::isnan(last)) places.emplace_back(up.at(last), i);
  }
  std::sort(places.rbegin(), places.rend());
  double free_to = frame.inner_bottom() + 4;
  std::string out;
  for (auto& [y, i] : places) {
    const double at = std::min(y, free_to);
    const double x = frame.inner_right();
    out += fmt::format(R"(<line class="line s{}" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", i, x + 4,
                       x + 16, y, at);
    out += text_at(
        x + 20, at + 4, "start",
        fmt::format("{} {}", shortened(series[i].name, 20), distance_text(last_number(series[i].values))),
        "strong");
    free_to = at - 14;
  }
  return out;
}

std::string points(std::span<const Watch> watches, const Series& one, std::size_t number, const Scale& along,
                   const Scale& up) {
  std::string out;
  for (std::size_t i = 0; i < one.values.size(); ++i) {
    if (std::isnan(one.values[i])) continue;
    out += fmt::format(
        R"(<circle class="dot s{}" cx="{:.1f}" cy="{:.1f}" r="2.6"><title>{}, {}: psi {}</title></circle>)",
        number, middle_of(along, watches[i].window), up.at(one.values[i]), escaped(one.name, 60),
        window_text(watches[i].window), distance_text(one.values[i]));
  }
  return out;
}

std::string marks(const Frame& frame, const Scale& up, double most) {
  std::string out;
  for (const auto& [value, name] : {std::pair{0.1, "0.1 some"}, std::pair{0.2, "0.2 large"}}) {
    if (value > most) continue;
    out += fmt::format(R"(<line class="mark" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", frame.left,
                       frame.inner_right(), up.at(value), up.at(value));
    out += text_at(frame.left + 4, up.at(value) - 3, "start", name);
  }
  return out;
}

// ---- a metric
// ----------------------------------------------------------------------------------------------------

struct MetricAt {
  Measured now;
  double promised;
};

MetricAt metric_at(const Watch& watch, std::string_view metric) {
  if (!watch.performance) return {measured({}), std::nan("")};
  const json::Value* now = watch.performance->metrics.find(metric);
  const json::Value* promised = watch.performance->released.find(metric);
  return {measured(now ? *now : json::Value()), measured(promised ? *promised : json::Value()).value};
}

Ticks around(const std::vector<MetricAt>& values) {
  double low = std::nan("");
  double high = low;
  for (const MetricAt& one : values) {
    for (const double value : {one.now.value, one.now.low, one.now.high, one.promised}) {
      low = std::fmin(low, value);
      high = std::fmax(high, value);
    }
  }
  if (std::isnan(low)) return ticks_between(0, 1, 4);
  const double room = high > low ? 0 : std::max(std::abs(high) * 0.2, 1e-3);
  return ticks_between(low - room, high + room, 4);
}

std::string whisker(const Watch& watch, const MetricAt& one, const Scale& along, const Scale& up) {
  if (std::isnan(one.now.value)) return {};
  const double x = middle_of(along, watch.window);
  const bool interval = !std::isnan(one.now.low) && !std::isnan(one.now.high);
  std::string out = fmt::format(
      "<g><title>{}: {}{}{}</title>", window_text(watch.window), number_text(one.now.value),
      interval ? fmt::format(", {} to {}", number_text(one.now.low), number_text(one.now.high)) : "",
      std::isnan(one.promised) ? "" : fmt::format("; at release {}", number_text(one.promised)));
  if (interval) {
    out += fmt::format(
        R"(<path class="whisker" d="M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h6M{3:.1f} {2:.1f}h6"/>)", x,
        up.at(one.now.low), up.at(one.now.high), x - 3);
  }
  return out +
         fmt::format(R"(<circle class="now" cx="{:.1f}" cy="{:.1f}" r="3"/></g>)", x, up.at(one.now.value));
}

/// A step for each window: versions differ in what they promised.
std::string promise(std::span<const Watch> watches, const std::vector<MetricAt>& values, const Scale& along,
                    const Scale& up) {
  std::string path;
  bool drawing = false;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool known = !std::isnan(values[i].promised);
    if (known) {
      path += fmt::format("{}{:.1f} {:.1f}H{:.1f}", drawing ? "L" : "M",
                          along.at(static_cast<double>(watches[i].window.from.us)), up.at(values[i].promised),
                          along.at(static_cast<double>(watches[i].window.to.us)));
    }
    drawing = known;
  }
  return path.empty() ? path : fmt::format(R"(<path class="promise" d="{}"/>)", path);
}

}  // namespace

std::string psi_chart(std::span<const Watch> watches, std::span<const Series> series) {
  const Frame frame{.width = 1060, .height = 270, .right = 200, .top = 30};
  double most = 0.2;
  for (const Series& one : series) {
    for (const double value : one.values) most = std::fmax(most, value);
  }
  const Ticks ticks = ticks_between(0, most, 5);
  const Scale up = frame.up(ticks);
  const Scale along = time_scale(frame, watches);
  std::string out = svg_begin(frame, "psi of the most shifted columns over the windows");
  out += upright_axis(frame, ticks, false, "psi against training") + marks(frame, up, ticks.high);
  for (std::size_t i = 0; i < series.size(); ++i) {
    out += fmt::format(R"(<path class="line s{}" stroke-dasharray="{}" d="{}"/>)", i,
                       dashes[i % std::size(dashes)], path_of(watches, series[i].values, along, up));
    out += points(watches, series[i], i, along, up);
  }
  return out + end_labels(frame, series, up) + time_axis(frame, along, watches) + "</svg>";
}

std::string rows_chart(std::span<const Watch> watches) {
  const Frame frame{.width = 1060, .height = 180, .left = 60, .right = 12, .top = 40};
  double most = 1;
  for (const Watch& watch : watches) most = std::max(most, static_cast<double>(watch.rows));
  const Ticks ticks = ticks_between(0, most, 3);
  const Scale up = frame.up(ticks);
  const Scale along = time_scale(frame, watches);
  std::string out = svg_begin(frame, "rows answered and verdict of each window");
  out += upright_axis(frame, ticks, false, "") + text_at(2, 12, "start", "verdict, and rows answered");
  for (const Watch& watch : watches) {
    const double from = along.at(static_cast<double>(watch.window.from.us));
    const double width = std::max(along.at(static_cast<double>(watch.window.to.us)) - from, 2.0);
    const double y = up.at(static_cast<double>(watch.rows));
    out += fmt::format("<g><title>{}: {}; {}</title>", window_text(watch.window), count_of(watch.rows, "row"),
                       escaped(headline(watch)));
    out += fmt::format(R"(<rect class="now" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)",
                       from + width * 0.12, y, width * 0.76, frame.inner_bottom() - y);
    out +=
        fmt::format(R"(<use href="#v-{0}" class="sign {0}" x="{1:.1f}" y="18" width="11" height="11"/></g>)",
                    verdict_of(watch), from + width / 2 - 5.5);
  }
  return out + time_axis(frame, along, watches) + "</svg>";
}

std::string metric_chart(std::span<const Watch> watches, std::string_view metric) {
  const Frame frame{.width = 360, .height = 186, .top = 12};
  std::vector<MetricAt> values;
  for (const Watch& watch : watches) values.push_back(metric_at(watch, metric));
  const Ticks ticks = around(values);
  const Scale up = frame.up(ticks);
  const Scale along = time_scale(frame, watches);
  std::string out =
      svg_begin(frame, fmt::format("{} over the windows, beside what was measured at release", metric));
  out += upright_axis(frame, ticks, false, "") + promise(watches, values, along, up);
  for (std::size_t i = 0; i < values.size(); ++i) out += whisker(watches[i], values[i], along, up);
  return out + time_axis(frame, along, watches) + "</svg>";
}

std::string sign(std::string_view verdict) {
  return fmt::format(R"(<svg class="sign {0}" aria-hidden="true"><use href="#v-{0}"/></svg>)", verdict);
}

std::string sign_shapes() {
  return R"(<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>)"
         R"(<symbol id="v-fail" viewBox="0 0 12 12"><path d="M2.4 0.6 6 4.2 9.6 0.6 11.4 2.4 7.8 6 11.4 9.6 9.6 11.4 6 7.8 2.4 11.4 0.6 9.6 4.2 6 0.6 2.4z"/></symbol>)"
         R"(<symbol id="v-warn" viewBox="0 0 12 12"><path fill-rule="evenodd" d="M6 0.4 11.8 11.4H0.2zM5.3 4.2v3.6h1.4V4.2zM5.3 8.6v1.5h1.4V8.6z"/></symbol>)"
         R"(<symbol id="v-pass" viewBox="0 0 12 12"><path d="M4.6 10.6 0.4 6.4 2 4.8 4.6 7.4 10 1.6 11.6 3.2z"/></symbol>)"
         R"(<symbol id="v-skip" viewBox="0 0 12 12"><path d="M1 5h10v2H1z"/></symbol></defs></svg>)";
}

}  // namespace mlops::monitor
