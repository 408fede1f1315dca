#include "src/table.hpp"

#include <algorithm>
#include <iterator>

#include "src/seconds.hpp"

namespace mlops::tz {
namespace {

constexpr std::int64_t calendar = 146'097LL * 86'400;  // 400 years
constexpr std::int64_t day = 86'400;
/// No clock is farther from UTC, nor was ever put forward or back by more.
constexpr std::int64_t farthest = 2 * day;

class TableZone final : public Zone {
 public:
  TableZone(std::string name, Table table) : name_(std::move(name)), table_(std::move(table)) {}

  const std::string& name() const override { return name_; }
  WallSeconds wall(Time time) const override {
    const std::int64_t s = seconds_of(time);
    return {s + ahead(s - cycles(s))};
  }
  Instants instants(WallSeconds wall) const override;

 private:
  using Place = std::vector<Change>::const_iterator;

  /// What lies beyond the table is as it was 400 years before.
  std::int64_t cycles(std::int64_t s) const {
    if (table_.rule.empty() || table_.changes.empty()) return 0;
    const std::int64_t end = table_.changes.back().at - farthest;
    return s < end ? 0 : ((s - end) / calendar + 1) * calendar;
  }
  std::int64_t ahead(std::int64_t s) const { return ahead_before(after(s)); }
  Place after(std::int64_t s) const {
    return std::upper_bound(table_.changes.begin(), table_.changes.end(), s,
                            [](std::int64_t value, const Change& change) { return value < change.at; });
  }
  std::int64_t ahead_before(Place place) const {
    return place == table_.changes.begin() ? table_.ahead : std::prev(place)->ahead;
  }

  std::string name_;
  Table table_;
};

Instants TableZone::instants(WallSeconds wall) const {
  const std::int64_t shift = cycles(wall.s);
  const std::int64_t shown = wall.s - shift;
  std::vector<std::int64_t> found;
  std::int64_t jump = 0;
  for (Place next = after(shown - farthest);; ++next) {
    const std::int64_t at = shown - ahead_before(next);
    const bool begun = next == table_.changes.begin() || at >= std::prev(next)->at;
    const bool last = next == table_.changes.end();
    if (begun && (last || at < next->at)) found.push_back(at + shift);
    if (last || next->at > shown + farthest) break;
    if (at >= next->at && shown - next->ahead < next->at) jump = next->at + shift;
  }
  if (found.empty()) return {Instants::Kind::never, time_of(jump), time_of(jump)};
  const auto kind = found.size() == 1 ? Instants::Kind::once : Instants::Kind::twice;
  return {kind, time_of(found.front()), time_of(found.back())};
}

}  // namespace

std::shared_ptr<const Zone> zone_of(std::string name, Table table) {
  return std::make_shared<const TableZone>(std::move(name), std::move(table));
}

}  // namespace mlops::tz
