#include "report_axes.hpp"
#include "report_charts.hpp"
#include "report_facts.hpp"
#include "report_markup.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>

namespace mlops::monitor {
namespace {

constexpr double label_letter = 6.2;
constexpr std::size_t most_rows = 12;  ///< Of bins that lie, before the smallest are put together.

/// A bin, or several small ones together.
struct Bar {
  std::string name;
  std::uint64_t then = 0;
  std::uint64_t now = 0;
};

struct Shares {
  double then;
  double now;
};

/// Bars and the sums of their counts.
struct Bars {
  std::vector<Bar> bars;
  double then = 0;
  double now = 0;

  Shares of(const Bar& bar) const {
    return {then > 0 ? static_cast<double>(bar.then) / then : 0,
            now > 0 ? static_cast<double>(bar.now) / now : 0};
  }
  double most() const {
    double out = 0;
    for (const Bar& bar : bars) out = std::max({out, of(bar).then, of(bar).now});
    return out > 0 ? out : 1;
  }
};

std::uint64_t count_at(const std::vector<std::uint64_t>& counts, std::size_t bin) {
  return bin < counts.size() ? counts[bin] : 0;
}

Bars bars_of(const WatchedColumn& column) {
  const stats::Bins& bins = column.reference.bins;
  Bars out;
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    Bar bar{bin_text(column, bin), count_at(column.reference.counts, bin),
            count_at(column.shift.counts, bin)};
    out.then += static_cast<double>(bar.then);
    out.now += static_cast<double>(bar.now);
    if (bin < bins.other() || bar.then + bar.now > 0) out.bars.push_back(std::move(bar));
  }
  return out;
}

/// Answers are compared with those for the rows that judged the model.
std::string_view compared_with(const WatchedColumn& column) {
  return column.kind == "answer" ? "test rows" : "training";
}

std::string tooltip(const WatchedColumn& column, const Bar& bar, const Shares& shares) {
  return fmt::format("<title>{}: {} in {} ({} rows), {} now ({} rows)</title>", escaped(bar.name, 120),
                     share_text(shares.then), compared_with(column), bar.then, share_text(shares.now),
                     bar.now);
}

std::string rectangle(std::string_view kind, double x, double y, double width, double height) {
  return fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>)", kind, x, y,
                     std::max(width, 0.0), std::max(height, 0.0));
}

std::string label_of(const WatchedColumn& column) {
  return fmt::format("{}: share of the rows in each bin, in {} and now", column.name, compared_with(column));
}

// ---- numbers: bars that stand
// ------------------------------------------------------------------------------------

/// Labels that do not run into each other; the tooltip has them all.
class Labels {
 public:
  explicit Labels(double y) : y_(y) {}
  void put(double x, const std::string& text) {
    const double half = static_cast<double>(text.size()) * label_letter / 2;
    if (x - half < free_from_) return;
    out_ += text_at(x, y_, "middle", text);
    free_from_ = x + half + 5;
  }
  std::string text() const { return out_; }

 private:
  double y_;
  double free_from_ = 0;
  std::string out_;
};

/// Where ranges meet, else what each bar stands for.
std::string standing_labels(const WatchedColumn& column, const Frame& frame, const Bars& bars, double step) {
  const stats::Bins& bins = column.reference.bins;
  Labels labels(frame.inner_bottom() + 14);
  for (std::size_t i = 0; i < bars.bars.size(); ++i) {
    const double begin = frame.left + static_cast<double>(i) * step;
    if (bins.ranges && i < bins.edges.size())
      labels.put(begin + step, value_text(bins.edges[i], column.type));
    if (!bins.ranges && i < bins.other())
      labels.put(begin + step / 2, value_text(bins.numbers[i], column.type));
    if (i >= bins.other()) labels.put(begin + step / 2, bars.bars[i].name == "null" ? "null" : "other");
  }
  return labels.text();
}

std::string unit_of(std::string_view type) {
  if (type == "DATE" || type.starts_with("TIMESTAMP")) return "day or time, UTC";
  return "value";
}

std::string standing(const WatchedColumn& column) {
  const Bars bars = bars_of(column);
  const Frame frame{.width = 360, .height = 180, .top = 24};
  const Ticks ticks = ticks_between(0, bars.most(), 4);
  const Scale up = frame.up(ticks);
  const double step = (frame.inner_right() - frame.left) / static_cast<double>(bars.bars.size());
  std::string out =
      svg_begin(frame, label_of(column)) + upright_axis(frame, ticks, true, "share of the rows");
  for (std::size_t i = 0; i < bars.bars.size(); ++i) {
    const Shares shares = bars.of(bars.bars[i]);
    const double x = frame.left + static_cast<double>(i) * step;
    const double then = up.at(shares.then);
    const double now = up.at(shares.now);
    out += "<g>" + tooltip(column, bars.bars[i], shares);
    out += rectangle("train", x + step * 0.08, then, step * 0.84, frame.inner_bottom() - then);
    out += rectangle("now", x + step * 0.32, now, step * 0.36, frame.inner_bottom() - now) + "</g>";
  }
  out += standing_labels(column, frame, bars, step);
  return out +
         text_at((frame.left + frame.inner_right()) / 2, frame.height - 3, "middle", unit_of(column.type)) +
         "</svg>";
}

// ---- texts: bars that lie
// ----------------------------------------------------------------------------------------

/// The largest first, what is other and null last; the smallest together.
Bars sorted(const WatchedColumn& column) {
  Bars all = bars_of(column);
  const auto values = static_cast<std::ptrdiff_t>(column.reference.bins.other());
  const auto first_other = all.bars.begin() + values;
  std::stable_sort(all.bars.begin(), first_other, [&](const Bar& a, const Bar& b) {
    return std::max(all.of(a).then, all.of(a).now) > std::max(all.of(b).then, all.of(b).now);
  });
  if (static_cast<std::size_t>(values) <= most_rows) return all;
  const auto cut = all.bars.begin() + static_cast<std::ptrdiff_t>(most_rows) - 1;
  Bar rest{fmt::format("{} smaller ones", first_other - cut)};
  for (auto bar = cut; bar != first_other; ++bar) rest.then += bar->then, rest.now += bar->now;
  *cut = rest;
  all.bars.erase(cut + 1, first_other);
  return all;
}

std::string lying_axis(const Frame& frame, const Ticks& ticks, const Scale& along) {
  std::string out;
  for (const double tick : ticks.at) {
    const double x = along.at(tick);
    out += fmt::format(R"(<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>)",
                       tick == 0 ? "axis" : "rule", x, x, frame.top, frame.inner_bottom());
    out += text_at(x, frame.inner_bottom() + 14, "middle", fmt::format("{:.4g} %", tick * 100));
  }
  return out +
         text_at((frame.left + frame.inner_right()) / 2, frame.height - 3, "middle", "share of the rows");
}

std::string lying(const WatchedColumn& column) {
  const Bars bars = sorted(column);
  constexpr double row = 19;
  const Frame frame{.width = 360,
                    .height = 44 + row * static_cast<double>(bars.bars.size()),
                    .left = 116,
                    .right = 20,
                    .top = 8,
                    .bottom = 36};
  const Ticks ticks = ticks_between(0, bars.most(), 3);
  const Scale along{0, ticks.high, frame.left, frame.inner_right()};
  std::string out = svg_begin(frame, label_of(column)) + lying_axis(frame, ticks, along);
  double y = frame.top;
  for (const Bar& bar : bars.bars) {
    const Shares shares = bars.of(bar);
    out += "<g>" + tooltip(column, bar, shares);
    out += text_at(frame.left - 6, y + 13, "end", shortened(bar.name, 17), "strong");
    out += rectangle("train", frame.left, y + 2, along.at(shares.then) - frame.left, row - 4);
    out += rectangle("now", frame.left, y + 6.5, along.at(shares.now) - frame.left, row - 13) + "</g>";
    y += row;
  }
  return out + "</svg>";
}

}  // namespace

std::string histogram(const WatchedColumn& column) {
  return column.reference.of_numbers() ? standing(column) : lying(column);
}

}  // namespace mlops::monitor
