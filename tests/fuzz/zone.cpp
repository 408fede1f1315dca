/// A file of the time zone database, its rule included.
#include "fuzz.hpp"
#include "src/seconds.hpp"
#include "src/table.hpp"

using namespace mlops;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  std::shared_ptr<const tz::Zone> zone;
  std::vector<std::int64_t> moments = {0, 1'793'491'199, 1'793'491'200, 32'000'000'000};
  const auto read = [&] {
    tz::Table table = tz::read_tzif(input.rest());
    tz::follow_rule(table);
    for (std::size_t i = 0; i < std::min<std::size_t>(table.changes.size(), 8); ++i) {
      const std::int64_t at = table.changes[i].at;
      if (at > -100'000'000'000 && at < 100'000'000'000) moments.insert(moments.end(), {at - 1, at});
    }
    zone = tz::zone_of("X", std::move(table));
  };
  if (!fuzz::taken({Code::corrupt}, read)) return 0;
  for (const std::int64_t moment : moments) {
    const tz::WallSeconds wall = zone->wall(tz::time_of(moment));
    const tz::Instants found = zone->instants(wall);
    fuzz::require(found.kind != tz::Instants::Kind::never, "what is shown was shown");
    fuzz::require(found.first <= tz::time_of(moment) && tz::time_of(moment) <= found.second, "then");
    fuzz::require(zone->wall(found.first) == wall && zone->wall(found.second) == wall, "and both show it");
  }
  return 0;
}
