#include "report_sections.hpp"

#include "report_charts.hpp"
#include "report_facts.hpp"
#include "report_markup.hpp"

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace mlops::monitor {
namespace {

using Watches = std::span<const Watch>;

constexpr std::size_t most_windows = 60;  ///< In the charts over time.
constexpr std::size_t most_lines = 5;
constexpr std::size_t most_pictures = 40;
constexpr std::size_t most_columns = 500;

// ---- columns
// -----------------------------------------------------------------------------------------------------

std::string psi_cell(const WatchedColumn& column) {
  const std::string_view word = shift_word(column);
  const std::string_view verdict = word == "large" ? "fail" : word == "some" ? "warn" : "";
  return fmt::format("<b class=\"{}\">{}</b>{}", verdict, distance_text(column.shift.psi),
                     word.empty() ? "" : fmt::format(" {}", word));
}

std::string mean_of(const std::optional<double>& mean, const WatchedColumn& column) {
  return mean ? escaped(value_text(*mean, column.type)) : "";
}

std::string column_row(const WatchedColumn& column, std::size_t number, bool pictured) {
  const std::string shown =
      pictured ? fmt::format("<a href=\"#c{}\">{}</a>", number, name(column.name)) : name(column.name);
  return fmt::format(
      R"(<tr><th scope="row">{}</th><td class="dim">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td>)"
      R"(<td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td></tr>)"
      "\n",
      shown, escaped(column.kind), psi_cell(column), distance_text(column.psi_by_chance()),
      distance_text(column.shift.drift), column.shift.ks ? distance_text(*column.shift.ks) : "",
      share_text(column.reference.nulls, column.reference.rows),
      share_text(column.shift.nulls, column.shift.rows), mean_of(column.reference.mean, column),
      mean_of(column.shift.mean, column));
}

std::string column_table(std::span<const WatchedColumn* const> sorted) {
  std::string out =
      "<div class=\"scroll\"><table id=\"columns\"><thead><tr><th>column</th><th>kind</th><th "
      "class=\"n\">psi</th><th class=\"n\">by chance</th>"
      "<th class=\"n\">Jensen-Shannon</th><th class=\"n\">KS</th><th class=\"n\">null in training</th>"
      "<th class=\"n\">null now</th><th class=\"n\">mean in training</th><th class=\"n\">mean "
      "now</th></tr></thead><tbody>\n";
  const std::size_t shown = std::min(sorted.size(), most_columns);
  for (std::size_t i = 0; i < shown; ++i) out += column_row(*sorted[i], i, i < most_pictures);
  out += "</tbody></table></div>\n";
  if (shown < sorted.size())
    out += fmt::format("<p class=\"dim\">{}.</p>\n", further_text(sorted.subspan(shown)));
  return out;
}

std::string picture(const WatchedColumn& column, std::size_t number) {
  return fmt::format(
      "<article class=\"card\" id=\"c{}\"><header><h3>{}</h3><span class=\"tag\">psi {}</span></header>"
      "<div class=\"small dim\">{}, {}</div>{}</article>\n",
      number, name(column.name), psi_cell(column), escaped(column.kind), escaped(column.type, 40),
      histogram(column));
}

}  // namespace

std::string columns_section(const Watch& watch) {
  const auto sorted = by_shift(watch);
  if (sorted.empty()) return {};
  std::string out = "<h2>Columns, the most shifted first</h2>\n" + column_table(sorted);
  out +=
      "<h2>Training and now</h2><p class=\"legend\"><span><svg><rect "
      "class=\"train\" "
      "x=\"1\" y=\"1\" width=\"16\" height=\"12\"/></svg> wide bar: rows that were trained on, of answers "
      "those that judged it"
      "</span><span><svg><rect class=\"now\" x=\"5\" y=\"1\" width=\"7\" "
      "height=\"12\"/></svg> narrow "
      "bar: this window</span></p>\n<div class=\"grid\">\n";
  const std::size_t shown = std::min(sorted.size(), most_pictures);
  for (std::size_t i = 0; i < shown; ++i) out += picture(*sorted[i], i);
  out += "</div>\n";
  if (shown < sorted.size())
    out +=
        fmt::format("<p class=\"dim\">No picture: {}.</p>\n", further_text(std::span(sorted).subspan(shown)));
  return out;
}

namespace {

// ---- over time
// ---------------------------------------------------------------------------------------------------

std::vector<Series> worst_columns(Watches watches) {
  std::vector<Series> out;
  for (const WatchedColumn* column : by_shift(watches.back())) {
    if (out.size() == most_lines || column->moves_on()) break;
    Series one{.name = column->name, .values = {}};
    for (const Watch& watch : watches) {
      const auto found = std::find_if(watch.columns.begin(), watch.columns.end(),
                                      [&](const WatchedColumn& other) { return other.name == column->name; });
      one.values.push_back(found == watch.columns.end() ? std::nan("") : found->shift.psi);
    }
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

std::string over_time_section(Watches watches) {
  if (watches.size() < 2) return {};
  const Watches shown = watches.last(std::min(watches.size(), most_windows));
  std::string out =
      fmt::format("<h2>Over time</h2><p class=\"dim\">{}{}.</p>\n", count_of(shown.size(), "window"),
                  shown.size() < watches.size() ? fmt::format(", the newest of {}", watches.size()) : "");
  out += "<p class=\"legend\">";
  for (const auto& [verdict, word] :
       {std::pair{"fail", "fails"}, {"warn", "warns"}, {"pass", "holds"}, {"skip", "not judged"}})
    out += fmt::format("<span>{} {}</span>", sign(verdict), word);
  out += "</p>\n<div class=\"wide\">" + rows_chart(shown) + "</div>\n";
  const auto worst = worst_columns(shown);
  if (!worst.empty())
    out += "<div class=\"wide\"><h3>psi of the columns that are shifted most now</h3>" +
           psi_chart(shown, worst) + "</div>\n";
  return out;
}

namespace {

// ---- performance
// -------------------------------------------------------------------------------------------------

std::string interval(const Measured& one) {
  if (std::isnan(one.low) || std::isnan(one.high)) return {};
  return fmt::format("{} to {}", number_text(one.low), number_text(one.high));
}

const json::Value& released(const Performance& seen, std::string_view metric) {
  static const json::Value none;
  const json::Value* found = seen.released.find(metric);
  return found == nullptr ? none : *found;
}

std::string performance_table(const Performance& seen) {
  std::string out =
      "<div class=\"scroll\"><table id=\"performance\"><thead><tr><th>metric</th><th class=\"n\">now</th>"
      "<th class=\"n\">95 % interval</th><th class=\"n\">at release</th><th "
      "class=\"n\">difference</th></tr></thead><tbody>\n";
  for (const auto& [metric, value] : seen.metrics) {
    const Measured now = measured(value);
    const double promised = measured(released(seen, metric)).value;
    out += fmt::format(
        R"(<tr><th scope="row">{}</th><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td><td class="n">{}</td></tr>)"
        "\n",
        name(metric), number_text(now.value), interval(now), number_text(promised),
        std::isnan(now.value - promised) ? "" : fmt::format("{:+.4f}", now.value - promised));
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string performance_section(Watches watches) {
  if (!watches.back().performance) return {};
  const Performance& seen = *watches.back().performance;
  std::string out =
      fmt::format("<h2>Performance</h2><p>The truth is known of {} of {} that were answered {}.{}</p>\n",
                  count_text(seen.known), count_of(seen.answered, "row"), escaped(window_text(seen.window)),
                  seen.ambiguous == 0 ? "" : fmt::format(" Left out: {}.", escaped(ambiguous_text(seen))));
  if (!seen.unmatched.empty()) out += fmt::format("<p class=\"warn\">{}</p>\n", escaped(seen.unmatched, 400));
  if (seen.metrics.empty()) return out;
  out += performance_table(seen);
  out +=
      "<p class=\"legend\"><span><svg><path class=\"whisker\" d=\"M9 "
      "1v12M6 1h6M6 "
      "13h6\"/><circle class=\"now\" cx=\"9\" cy=\"7\" r=\"3\"/></svg> this window, with its 95 % "
      "interval</span><span><svg><path class=\"promise\" d=\"M0 7H18\"/></svg> at release, on its "
      "test "
      "rows</span></p>\n<div class=\"grid\">\n";
  const Watches shown = watches.last(std::min(watches.size(), most_windows));
  for (const auto& [metric, value] : seen.metrics)
    out += fmt::format(
        "<article class=\"card\"><header><h3>{}</h3><span "
        "class=\"tag\"><b>{}</b></span></header>{}</article>\n",
        name(metric), number_text(measured(value).value), metric_chart(shown, metric));
  return out + "</div><p class=\"small dim\">These axes do not begin at zero.</p>\n";
}

}  // namespace mlops::monitor
