/// What a rule adds to a table.
#include "src/rule.hpp"

#include <algorithm>
#include <chrono>

#include "src/table.hpp"

namespace mlops::tz {
namespace {

constexpr int cycle = 400;  // years
constexpr int first_year = 1900;

int year_of(std::int64_t seconds) {
  const auto day =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

}  // namespace

void follow_rule(Table& table) {
  if (table.rule.empty()) return;
  const Rule rule = read_rule(table.rule);
  // Without a summer the clocks stay as the last change left them.
  if (!rule.has_summer) return table.rule.clear();
  const int year = table.changes.empty() ? first_year : year_of(table.changes.back().at);
  std::vector<Change> changes;
  for (int next = year; next <= year + cycle + 1; ++next) {
    changes.push_back({rule.summer_begins.in(next)-rule.winter, rule.summer});
    changes.push_back({rule.summer_ends.in(next)-rule.summer, rule.winter});
  }
  // Where the next summer begins as one ends, there is no winter.
  std::sort(changes.begin(), changes.end(), [&](const Change& a, const Change& b) {
    return a.at != b.at ? a.at < b.at : a.ahead == rule.winter && b.ahead != rule.winter;
  });
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (i + 1 < changes.size() && changes[i + 1].at == change.at) continue;
    const std::int64_t ahead = table.changes.empty() ? table.ahead : table.changes.back().ahead;
    const bool later = table.changes.empty() || change.at > table.changes.back().at;
    if (later && change.ahead != ahead) table.changes.push_back(change);
  }
}

}  // namespace mlops::tz
