#pragma once
/// Time zones: what the clocks of a place show, and when. UTC needs nothing; every other zone is read from
/// the time zone database of the machine, one file of TZif (RFC 8536).

#include <mlops/base/clock.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mlops::tz {

/// What a clock on the wall shows: seconds since 1970-01-01 00:00 of its own reckoning.
struct WallSeconds {
  std::int64_t s = 0;

  auto operator<=>(const WallSeconds&) const = default;
};

/// When a clock shows a time. Where it was put forward over it: both are the moment of the change. Where it
/// was put back and shows it twice: `first` and, later, `second`. Else both are the same moment.
struct Instants {
  enum class Kind { once, never, twice };
  Kind kind = Kind::once;
  Time first = {};
  Time second = {};
};

class Zone {
 public:
  virtual ~Zone() = default;
  virtual const std::string& name() const = 0;
  virtual WallSeconds wall(Time time) const = 0;
  virtual Instants instants(WallSeconds wall) const = 0;
};

std::shared_ptr<const Zone> utc();

/// Where Linux has the database.
inline constexpr std::string_view database_folder = "/usr/share/zoneinfo";

/// "UTC", "America/Argentina/Buenos_Aires". Throws Error: usage (no such zone, with near misses), failed
/// ("tz.no_database": there is none; says which package brings it), corrupt (a file that is no zone's).
std::shared_ptr<const Zone> find_zone(std::string_view name,
                                      const std::filesystem::path& database = database_folder);

}  // namespace mlops::tz
