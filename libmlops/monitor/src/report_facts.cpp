#include "report_facts.hpp"

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlops::monitor {
namespace {

constexpr std::int64_t whole_day_us = std::int64_t{86'400} * 1'000'000;

bool warns(const WatchResult& result) {
  return result.warn && result.verdict.outcome == expect::Outcome::fail;
}

int urgency(const WatchResult& result) {
  if (result.fails()) return 0;
  if (warns(result)) return 1;
  return result.verdict.outcome == expect::Outcome::skip ? 2 : 3;
}

std::size_t count(const Watch& watch, int urgent) {
  return static_cast<std::size_t>(std::count_if(watch.results.begin(), watch.results.end(),
                                                [&](const auto& one) { return urgency(one) == urgent; }));
}

double order_of(const WatchedColumn& column) {
  if (column.moves_on()) return -2;
  return std::isnan(column.shift.psi) ? -1 : column.shift.psi;
}

bool is_time(std::string_view type) { return type.starts_with("TIMESTAMP") || type.starts_with("DATETIME"); }

/// "12:34:56"
std::string clock_text(double us) {
  const auto seconds = static_cast<std::int64_t>(us / 1e6);
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

}  // namespace

Standing standing_of(const Watch& watch) {
  if (count(watch, 0) > 0) return Standing::fails;
  if (count(watch, 1) > 0) return Standing::warns;
  if (watch.rows == 0) return Standing::unanswered;
  if (count(watch, 3) > 0) return Standing::holds;
  return watch.results.empty() ? Standing::unasserted : Standing::unknown;
}

std::string_view verdict_word(const WatchResult& result) {
  return warns(result) ? "warn" : expect::name_of(result.verdict.outcome);
}

std::string headline(const Watch& watch) {
  static constexpr std::pair<const char*, const char*> verbs[] = {
      {"fails", "fail"}, {"warns", "warn"}, {"is skipped", "are skipped"}, {"holds", "hold"}};
  if (watch.results.empty()) return "nothing is asserted";
  std::string out;
  for (const int urgent : {0, 1, 3, 2}) {
    const std::size_t many = count(watch, urgent);
    if (many == 0) continue;
    const char* verb = many == 1 ? verbs[urgent].first : verbs[urgent].second;
    out += out.empty() ? fmt::format("{} {}", count_of(many, "assertion"), verb)
                       : fmt::format(", {} {}", many, verb);
  }
  return out;
}

Streak streak_of(std::span<const Watch> watches, const WatchResult& result) {
  Streak out;
  for (std::size_t i = watches.size(); i-- > 0;) {
    const auto& results = watches[i].results;
    const bool failed = std::any_of(results.begin(), results.end(), [&](const WatchResult& one) {
      return one.assertion == result.assertion && one.verdict.outcome == expect::Outcome::fail;
    });
    const bool gap = out.windows > 0 && watches[i].window.to != watches[i + 1].window.from;
    if (!failed || gap) break;
    ++out.windows;
    out.since = watches[i].window.from;
  }
  return out;
}

std::vector<const WatchResult*> by_urgency(const Watch& watch) {
  std::vector<const WatchResult*> out;
  for (const WatchResult& one : watch.results) out.push_back(&one);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return urgency(*a) < urgency(*b); });
  return out;
}

std::vector<const WatchedColumn*> by_shift(const Watch& watch) {
  std::vector<const WatchedColumn*> out;
  for (const WatchedColumn& one : watch.columns) out.push_back(&one);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto* a, const auto* b) { return order_of(*a) > order_of(*b); });
  return out;
}

std::string_view shift_word(const WatchedColumn& column) {
  constexpr double seldom = 2.5;  // times what is expected; of 10 bins, 1 in 100 samples
  const double psi = column.shift.psi;
  if (column.moves_on()) return "moves on";
  if (psi > 0.1 && psi < seldom * column.psi_by_chance()) return "few rows";
  return psi > 0.2 ? "large" : psi > 0.1 ? "some" : "";
}

std::string further_text(std::span<const WatchedColumn* const> columns) {
  const auto moving = static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const auto* one) { return one->moves_on(); }));
  const std::string all = count_of(columns.size(), "further column");
  if (moving == 0) return all + " shifted less";
  return fmt::format("{} shifted less or {} on by nature", all, columns.size() == 1 ? "moves" : "move");
}

std::string time_text(Time time) {
  std::string text = time.text();
  text.pop_back();  // Z
  text[text.find('T')] = ' ';
  const std::size_t seconds = text.find(":00", 16);
  if (text.size() == 19 && seconds == 16) text.resize(16);
  if (text.ends_with(" 00:00")) text.resize(10);
  return text;
}

std::string window_text(const Window& window) {
  const bool whole_days = window.from.us % whole_day_us == 0 && window.to.us % whole_day_us == 0;
  if (whole_days && window.to.us - window.from.us == whole_day_us) return time_text(window.from) + " (UTC)";
  const std::string from = time_text(window.from);
  const std::string to = time_text(window.to);
  const bool same_day = to.size() > 10 && from.compare(0, 10, to, 0, 10) == 0;
  const std::string begin = same_day && from.size() == 10 ? from + " 00:00" : from;
  return fmt::format("{} to {} UTC", begin, same_day ? to.substr(11) : to);
}

std::string number_text(double number) {
  if (!std::isfinite(number)) return std::isnan(number) ? "-" : number > 0 ? "inf" : "-inf";
  const double size = std::abs(number);
  if (size < 1e4 || size >= 1e9) return fmt::format("{:.4g}", number);
  return (number < 0 ? "-" : "") + count_text(static_cast<std::uint64_t>(std::llround(size)));
}

std::string distance_text(double distance) {
  return std::isfinite(distance) ? fmt::format("{:.3f}", distance) : number_text(distance);
}

std::string value_text(double value, std::string_view type) {
  if (!std::isfinite(value) || std::abs(value) > 9e17) return number_text(value);
  if (type == "DATE") return time_text({static_cast<std::int64_t>(value)}).substr(0, 10);
  if (is_time(type)) return time_text({static_cast<std::int64_t>(value / 1e6) * 1'000'000});
  return type == "TIME" ? clock_text(value) : number_text(value);
}

std::string share_text(double share) {
  if (!std::isfinite(share)) return "-";
  const double percent = share * 100;
  if (percent > 0 && percent < 0.01) return "under 0.01 %";
  return fmt::format("{:.{}f} %", percent, percent > 0 && percent < 1 ? 2 : 1);
}

std::string share_text(std::uint64_t part, std::uint64_t rows) {
  return rows == 0 ? "-" : share_text(static_cast<double>(part) / static_cast<double>(rows));
}

std::string bin_text(const WatchedColumn& column, std::size_t bin) {
  const stats::Bins& bins = column.reference.bins;
  if (bin == bins.null()) return "null";
  if (bin == bins.other()) return "other values";
  if (!bins.texts.empty()) return bins.texts[bin];
  if (!bins.ranges) return value_text(bins.numbers[bin], column.type);
  const auto edge = [&](std::size_t i) { return value_text(bins.edges[i], column.type); };
  if (bins.edges.empty()) return "any number";
  if (bin == 0) return "under " + edge(0);
  if (bin == bins.edges.size()) return edge(bin - 1) + " or more";
  return edge(bin - 1) + " to " + edge(bin);
}

std::string shortened(std::string_view text, std::size_t most) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && ++characters > most) return std::string(text.substr(0, i)) + "…";
  }
  return std::string(text);
}

Measured measured(const json::Value& value) {
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  if (value.as_object() == nullptr) return {value.number_or(unknown), unknown, unknown};
  return {value["value"].number_or(unknown), value["low"].number_or(unknown),
          value["high"].number_or(unknown)};
}

}  // namespace mlops::monitor
