#include "report_facts.hpp"

#include <mlops/base/text.hpp>
#include <mlops/monitor/report.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace mlops::monitor {
namespace {

constexpr std::size_t most_shifted = 10;
constexpr std::size_t most_ticks = 30;  ///< Of a sparkline.
constexpr std::size_t most_verdicts = 40;
constexpr std::size_t most_characters = 200;

std::string_view emoji_of(std::string_view verdict) {
  if (verdict == "fail") return "❌";
  if (verdict == "warn") return "⚠️";
  return verdict == "pass" ? "✅" : "➖";
}

std::string_view emoji_of(Standing standing) {
  if (standing == Standing::fails) return emoji_of("fail");
  if (standing == Standing::warns) return emoji_of("warn");
  return emoji_of(standing == Standing::holds ? "pass" : "skip");
}

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) longest = std::max(longest, run = c == of ? run + 1 : 0);
  return longest;
}

/// A code span that fits a cell of a table: nothing in it is markup, a link or calls anybody.
std::string span_of(std::string_view text) {
  std::string inner;
  for (const char c : shortened(text, most_characters)) {
    if (c == '|') inner += "\\|";
    else inner += static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  }
  if (inner.empty()) return {};
  const std::string fence(longest_run(inner, '`') + 1, '`');
  const bool apart = inner.front() == '`' || inner.back() == '`';
  return fmt::format("{0}{1}{2}{1}{0}", fence, apart ? " " : "", inner);
}

/// Blocks from 0 to `most`; a blank where there is no number.
std::string sparkline(std::span<const double> values, double most) {
  static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  for (const double value : values) {
    const double part = most > 0 ? std::clamp(value / most, 0.0, 1.0) : 0;
    out += std::isnan(value) ? "·" : blocks[static_cast<std::size_t>(std::lround(part * 7))];
  }
  return out;
}

double psi_of(const Watch& watch, const std::string& column) {
  for (const WatchedColumn& one : watch.columns) {
    if (one.name == column) return one.shift.psi;
  }
  return std::nan("");
}

/// From 0 to a shift that is large, whatever the others are.
std::string psi_line(std::span<const Watch> watches, const std::string& column) {
  constexpr double large = 0.2;
  std::vector<double> values;
  for (const Watch& watch : watches.last(std::min(watches.size(), most_ticks)))
    values.push_back(psi_of(watch, column));
  return sparkline(values, large);
}

std::string since_text(std::span<const Watch> watches, const WatchResult& result) {
  const Streak streak = streak_of(watches, result);
  if (streak.windows == 0) return {};
  return fmt::format("{} ({})", time_text(streak.since), count_of(streak.windows, "window"));
}

std::string assertions(std::span<const Watch> watches) {
  if (watches.back().results.empty()) return {};
  std::string out = "\n| | assertion | seen | since |\n|---|---|---|---|\n";
  const auto sorted = by_urgency(watches.back());
  for (const WatchResult* one : std::span(sorted).first(std::min(sorted.size(), most_verdicts))) {
    const std::string_view verdict = verdict_word(*one);
    out += fmt::format("| {} {} | {} | {} | {} |\n", emoji_of(verdict), verdict, span_of(one->assertion),
                       span_of(one->verdict.seen), since_text(watches, *one));
  }
  if (sorted.size() > most_verdicts)
    out += fmt::format("\n{} not shown.\n", count_of(sorted.size() - most_verdicts, "further assertion"));
  return out;
}

std::string means(const WatchedColumn& column) {
  const auto text = [&](const std::optional<double>& mean) {
    return mean ? value_text(*mean, column.type) : std::string("-");
  };
  if (!column.reference.mean && !column.shift.mean) return {};
  return fmt::format("{} → {}", text(column.reference.mean), text(column.shift.mean));
}

std::string columns(std::span<const Watch> watches) {
  const auto sorted = by_shift(watches.back());
  if (sorted.empty()) return {};
  const bool lines = watches.size() > 1;
  std::string out = fmt::format(
      "\n| column | psi | by chance | | Jensen-Shannon | KS | nulls | mean |{0}\n"
      "|---|--:|--:|---|--:|--:|---|---|{1}\n",
      lines ? " psi over time (█: 0.2 or more) |" : "", lines ? "---|" : "");
  for (const WatchedColumn* one : std::span(sorted).first(std::min(sorted.size(), most_shifted))) {
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} → {} | {} |", span_of(one->name),
                       distance_text(one->shift.psi), distance_text(one->psi_by_chance()), shift_word(*one),
                       distance_text(one->shift.drift), one->shift.ks ? distance_text(*one->shift.ks) : "",
                       share_text(one->reference.nulls, one->reference.rows),
                       share_text(one->shift.nulls, one->shift.rows), means(*one));
    out += lines ? fmt::format(" {} |\n", psi_line(watches, one->name)) : "\n";
  }
  if (sorted.size() > most_shifted)
    out += fmt::format("\n{}.\n", further_text(std::span(sorted).subspan(most_shifted)));
  return out;
}

std::string range_text(const Measured& one) {
  if (std::isnan(one.low) || std::isnan(one.high)) return {};
  return fmt::format("{} to {}", number_text(one.low), number_text(one.high));
}

std::string performance(const Watch& watch) {
  if (!watch.performance) return {};
  const Performance& seen = *watch.performance;
  std::string out = fmt::format("\nThe truth is known of {} of {} answered {}.\n", count_text(seen.known),
                                count_of(seen.answered, "row"), window_text(seen.window));
  if (seen.ambiguous > 0) out += fmt::format("Left out: {}.\n", ambiguous_text(seen));
  if (!seen.unmatched.empty()) out += fmt::format("Beware: {}.\n", span_of(seen.unmatched));
  if (seen.metrics.empty()) return out;
  out += "\n| metric | now | 95 % interval | at release |\n|---|--:|---|--:|\n";
  for (const auto& [name, value] : seen.metrics) {
    const Measured now = measured(value);
    const Measured promised = measured(seen.released.find(name) ? *seen.released.find(name) : json::Value());
    out += fmt::format("| {} | {} | {} | {} |\n", span_of(name), number_text(now.value), range_text(now),
                       number_text(promised.value));
  }
  return out;
}

std::string versions(const Watch& watch) {
  std::string out;
  for (const auto& [address, rows] : watch.versions)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", span_of(address), count_text(rows));
  return out;
}

}  // namespace

std::string markdown_report(std::span<const Watch> watches) {
  const Watch& newest = watches.back();
  std::string out =
      fmt::format("### {} {}: {}\n\n", emoji_of(standing_of(newest)), span_of(newest.model),
                  newest.rows == 0 ? "nothing was answered, " + headline(newest) : headline(newest));
  out += fmt::format("{} in {}, {}", count_of(newest.rows, "row"), count_of(newest.requests, "request"),
                     window_text(newest.window));
  if (!newest.versions.empty()) out += fmt::format("; rows by version: {}", versions(newest));
  if (newest.torn > 0) out += fmt::format("; {} of the log cannot be read", count_of(newest.torn, "line"));
  out += ".\n";
  if (newest.logged) out += fmt::format("\n{}.\n", logged_text(*newest.logged));
  if (!newest.note.empty()) out += fmt::format("\nNote: {}\n", span_of(newest.note));
  return out + assertions(watches) + columns(watches) + performance(newest);
}

}  // namespace mlops::monitor
