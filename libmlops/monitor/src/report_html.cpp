#include "report_charts.hpp"
#include "report_facts.hpp"
#include "report_markup.hpp"
#include "report_sections.hpp"

#include <mlops/base/text.hpp>
#include <mlops/monitor/report.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace mlops::monitor {
namespace {

constexpr std::size_t most_results = 200;
constexpr std::size_t most_grievances = 20;
constexpr std::size_t most_versions = 20;
constexpr std::size_t text_characters = 400;

using Watches = std::span<const Watch>;

std::string code(std::string_view text) {
  return "<code><bdi>" + escaped(text, text_characters) + "</bdi></code>";
}

std::string_view sign_of(Standing standing) {
  if (standing == Standing::fails) return "fail";
  if (standing == Standing::warns) return "warn";
  return standing == Standing::holds ? "pass" : "skip";
}

// ---- the verdict
// -------------------------------------------------------------------------------------------------

std::string since(Watches watches, const WatchResult& result) {
  const Streak streak = streak_of(watches, result);
  if (streak.windows == 0) return {};
  if (streak.windows == 1) return "in this window only";
  return fmt::format("since {} UTC, {} in a row", time_text(streak.since),
                     count_of(streak.windows, "window"));
}

/// What fails or warns, with what was seen.
std::string grievances(Watches watches) {
  std::string out;
  std::size_t told = 0;
  for (const WatchResult* one : by_urgency(watches.back())) {
    if (one->verdict.outcome != expect::Outcome::fail || told++ == most_grievances) break;
    const std::string_view verdict = verdict_word(*one);
    out += fmt::format(
        R"(<li>{} <b class="{}">{}</b> <span class="plain">{}<br/>{}<br/><span class="dim">{}</span></span></li>)",
        sign(verdict), verdict, verdict, code(one->assertion), escaped(one->verdict.seen, text_characters),
        since(watches, *one));
  }
  return out.empty() ? out : "<ul>" + out + "</ul>";
}

std::string verdict_line(const Watch& watch) {
  const std::string told = headline(watch);
  return watch.rows == 0 ? "nothing was answered in this window: " + told : told;
}

std::string banner(Watches watches) {
  const Watch& newest = watches.back();
  const std::string_view verdict = sign_of(standing_of(newest));
  std::string out =
      fmt::format(R"(<section class="banner {0}" id="verdict" data-verdict="{0}">{1} <strong>{2}</strong>)",
                  verdict, sign(verdict), escaped(verdict_line(newest)));
  if (!newest.note.empty())
    out += fmt::format(R"(<p class="plain">{}</p>)", escaped(newest.note, text_characters));
  return out + grievances(watches) + "</section>\n";
}

// ---- the window
// --------------------------------------------------------------------------------------------------

std::string fact(std::string_view term, const std::string& value, const std::string& more = {}) {
  return fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>", term, value,
                     more.empty() ? "" : "<small class=\"dim\">" + more + "</small>");
}

std::string versions_of(const Watch& watch) {
  std::string out;
  for (std::size_t i = 0; i < std::min(watch.versions.size(), most_versions); ++i) {
    const auto& [address, rows] = watch.versions[i];
    out += fmt::format("{}{} answered {}", out.empty() ? "" : "<br/>", name(address), count_of(rows, "row"));
  }
  if (watch.versions.size() > most_versions)
    out += fmt::format("<br/>and {} more", watch.versions.size() - most_versions);
  return out;
}

std::string window_facts(const Watch& watch) {
  std::string out = "<dl class=\"facts\">";
  out += fact("window", escaped(window_text(watch.window)));
  out += fact("rows answered", count_text(watch.rows),
              "in " + count_of(watch.requests, "request") +
                  (watch.logged ? fmt::format("; {}", logged_text(*watch.logged)) : ""));
  out +=
      fact("compared with training", watch.version.empty() ? "-" : name(watch.version), versions_of(watch));
  if (watch.torn > 0) out += fact("lines lost", count_text(watch.torn), "of the log, cannot be read");
  if (watch.performance) {
    const Performance& seen = *watch.performance;
    out += fact("truth known", share_text(seen.known, seen.answered),
                fmt::format("{} of {}", count_text(seen.known), count_of(seen.answered, "row")));
  }
  out += fact("judged", escaped(time_text({watch.time.us / 1'000'000 * 1'000'000})) + " UTC");
  return out + "</dl>\n";
}

// ---- assertions
// --------------------------------------------------------------------------------------------------

std::string results(Watches watches) {
  const auto sorted = by_urgency(watches.back());
  if (sorted.empty()) return {};
  std::string out =
      "<h2>Assertions</h2><div class=\"scroll\"><table "
      "id=\"assertions\"><thead><tr><th>verdict</th><th>assertion</th>"
      "<th>seen</th><th>for how long</th></tr></thead><tbody>\n";
  for (const WatchResult* one : std::span(sorted).first(std::min(sorted.size(), most_results))) {
    const std::string_view verdict = verdict_word(*one);
    out += fmt::format(
        R"(<tr><td class="w {0}">{1} {0}</td><td>{2}</td><td>{3}</td><td class="dim">{4}</td></tr>)", verdict,
        sign(verdict), code(one->assertion), escaped(one->verdict.seen, text_characters),
        since(watches, *one));
    out += '\n';
  }
  out += "</tbody></table></div>\n";
  if (sorted.size() > most_results)
    out += fmt::format("<p class=\"dim\">{} not shown.</p>\n",
                       count_of(sorted.size() - most_results, "further assertion"));
  return out;
}

std::string head(const Watch& watch) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
      "charset=\"utf-8\"/>"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"/>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><meta name=\"robots\" "
      "content=\"noindex\"/>"
      "<title>{0}: {1}</title><style>{2}</style></head>\n<body>{3}<main>\n<h1>{4}</h1><p class=\"dim\">live "
      "traffic, {5}</p>\n",
      escaped(watch.model, 120), escaped(verdict_line(watch)), style_sheet(), sign_shapes(),
      name(watch.model), escaped(window_text(watch.window)));
}

constexpr std::string_view foot =
    "<footer><p><b>psi</b>: population stability index; 0 is the same as in training, over 0.1 is some "
    "shift, over 0.2 a "
    "large one; by chance: what is to be expected of so few rows without any shift. <b>Jensen-Shannon</b>: "
    "distance of the two histograms, from 0 to 1. <b>KS</b>: the greatest "
    "difference of the "
    "two cumulative shares, of numbers. Bins are made of training alone: tenths of its rows, or a bin for "
    "each value that is "
    "one in a hundred or more. Dates and time stamps <b>move on</b> by nature and stand last: no window has "
    "those of training. All times are UTC.</p></footer></main></body></html>\n";

}  // namespace

std::string html_report(Watches watches) {
  const Watch& newest = watches.back();
  return head(newest) + banner(watches) + window_facts(newest) + results(watches) +
         performance_section(watches) + over_time_section(watches) + columns_section(newest) +
         std::string(foot);
}

}  // namespace mlops::monitor
