#include <gtest/gtest.h>
#include <mlops/base/error.hpp>
#include <mlops/tz/zone.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "error_of.hpp"

namespace mlops::tz {
namespace {

using test::error_of;
using Kind = Instants::Kind;

const std::filesystem::path data = TEST_DATA "/tz";

std::shared_ptr<const Zone> known_zone(const std::string& name) { return find_zone(name, data / "zoneinfo"); }

Time at(std::string_view text) { return Time::parse(text).value(); }

/// What a clock shows that shows `text`.
WallSeconds shows(std::string_view text) { return {at(text).us / 1'000'000}; }

/// Each read once.
class Zones {
 public:
  const Zone& get(const std::string& name) {
    auto& zone = zones_[name];
    if (zone == nullptr) zone = known_zone(name);
    return *zone;
  }

 private:
  std::map<std::string, std::shared_ptr<const Zone>> zones_;
};

struct Moment {
  std::string zone;
  std::int64_t utc = 0;
  std::int64_t wall = 0;
};

/// Of Python's zoneinfo, from the same files, around changes and anywhere from 1893 to 2477.
std::vector<Moment> moments() {
  std::ifstream file(data / "moments.tsv");
  std::vector<Moment> out;
  for (Moment one; file >> one.zone >> one.utc >> one.wall;) out.push_back(one);
  return out;
}

TEST(Zone, ClocksShowWhatPythonSays) {
  Zones zones;
  const auto all = moments();
  ASSERT_EQ(all.size(), 2488u);
  for (const Moment& moment : all) {
    ASSERT_EQ(zones.get(moment.zone).wall({moment.utc * 1'000'000}).s, moment.wall)
        << moment.zone << " " << moment.utc;
  }
}

TEST(Zone, EveryMomentIsFoundByWhatTheClockShows) {
  Zones zones;
  for (const Moment& moment : moments()) {
    const Zone& zone = zones.get(moment.zone);
    const Instants found = zone.instants({moment.wall});
    ASSERT_NE(found.kind, Kind::never) << moment.zone << " " << moment.utc;
    const Time time = {moment.utc * 1'000'000};
    ASSERT_TRUE(found.first == time || found.second == time) << moment.zone << " " << moment.utc;
    ASSERT_EQ(zone.wall(found.first).s, moment.wall);
    ASSERT_EQ(zone.wall(found.second).s, moment.wall);
    ASSERT_EQ(found.kind == Kind::twice, found.first < found.second);
  }
}

TEST(Zone, WhatIsJumpedOverIsTheMomentOfTheJump) {
  const auto berlin = known_zone("Europe/Berlin");
  for (const char* wall : {"2026-03-29T02:00:00", "2026-03-29T02:30:00", "2026-03-29T02:59:59"}) {
    const Instants found = berlin->instants(shows(wall));
    EXPECT_EQ(found.kind, Kind::never) << wall;
    EXPECT_EQ(found.first, at("2026-03-29T01:00:00Z"));
    EXPECT_EQ(found.second, found.first);
  }
  EXPECT_EQ(berlin->instants(shows("2026-03-29T03:00:00")).first, at("2026-03-29T01:00:00Z"));
  EXPECT_EQ(berlin->instants(shows("2026-03-29T03:00:00")).kind, Kind::once);
  const auto apia = known_zone("Pacific/Apia");
  const Instants day = apia->instants(shows("2011-12-30T12:00:00"));
  EXPECT_EQ(day.kind, Kind::never);
  EXPECT_EQ(day.first, at("2011-12-30T10:00:00Z"));
}

TEST(Zone, WhatIsShownTwiceIsTwoMoments) {
  const auto berlin = known_zone("Europe/Berlin");
  const Instants found = berlin->instants(shows("2026-10-25T02:30:00"));
  EXPECT_EQ(found.kind, Kind::twice);
  EXPECT_EQ(found.first, at("2026-10-25T00:30:00Z"));
  EXPECT_EQ(found.second, at("2026-10-25T01:30:00Z"));
  const Instants half = known_zone("Australia/Lord_Howe")->instants(shows("2026-04-05T01:45:00"));
  EXPECT_EQ(half.kind, Kind::twice);
  EXPECT_EQ(half.second.us - half.first.us, 30LL * 60 * 1'000'000);
}

TEST(Zone, RulesHoldForEver) {
  const auto york = known_zone("America/New_York");
  EXPECT_EQ(york->wall(at("9998-07-01T12:00:00Z")).s, shows("9998-07-01T08:00:00").s);
  EXPECT_EQ(york->wall(at("9998-12-01T12:00:00Z")).s, shows("9998-12-01T07:00:00").s);
  EXPECT_EQ(york->instants(shows("9998-07-01T08:00:00")).first, at("9998-07-01T12:00:00Z"));
}

TEST(Zone, PartsOfSecondsAreCutDownwards) {
  EXPECT_EQ(utc()->wall({-1}).s, -1);
  EXPECT_EQ(utc()->wall({1'999'999}).s, 1);
  EXPECT_EQ(known_zone("Europe/Berlin")->wall({-1}).s, 3599);
}

TEST(FindZone, UtcNeedsNoDatabase) {
  EXPECT_EQ(find_zone("UTC", "/nowhere")->name(), "UTC");
  const Error missing = error_of([] { find_zone("Europe/Berlin", "/nowhere"); });
  EXPECT_EQ(missing.code(), Code::failed);
  EXPECT_EQ(missing.id(), "tz.no_database");
  EXPECT_EQ(missing.message(), "there is no time zone database at '/nowhere'");
  EXPECT_EQ(missing.hint(), "install the package `tzdata`, or write `tz: UTC`");
}

TEST(FindZone, NamesWhatIsSimilar) {
  const auto hint_for = [](std::string_view name) {
    const Error fault = error_of([&] { find_zone(name, data / "zoneinfo"); });
    EXPECT_EQ(fault.code(), Code::usage) << name;
    EXPECT_EQ(fault.message(), "there is no time zone '" + std::string(name) + "'");
    return fault.hint();
  };
  EXPECT_EQ(hint_for("Europe/Berln"), "did you mean `Europe/Berlin` or `Europe/Dublin`?");
  EXPECT_EQ(hint_for("australia/lord_howe"), "did you mean `Australia/Lord_Howe`?");
  EXPECT_EQ(hint_for("Berlin"), "did you mean `Europe/Berlin`?");
  EXPECT_EQ(hint_for("America/Buenos_Aires"), "did you mean `America/Argentina/Buenos_Aires`?");
  EXPECT_EQ(hint_for("Xyzzy"), "write it as the time zone database does, such as `Europe/Berlin`");
  for (const char* name :
       {"", "Europe", "../tz/moments.tsv", "/etc/passwd", "Europe//../Berlin", "Europe/Berlin\n"})
    EXPECT_EQ(error_of([&] { find_zone(name, data / "zoneinfo"); }).code(), Code::usage) << name;
}

TEST(FindZone, FilesThatAreDamagedAreRefused) {
  std::ifstream file(data / "zoneinfo/America/New_York", std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  const std::string whole = text.str();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "zones";
  std::filesystem::create_directories(folder);
  const auto put = [&](const std::string& bytes) {
    std::ofstream(folder / "X", std::ios::binary) << bytes;
    return [&folder] { find_zone("X", folder); };
  };
  EXPECT_NO_THROW(put(whole)());
  for (std::size_t size = 0; size < whole.size(); size += 17)
    ASSERT_EQ(error_of(put(whole.substr(0, size))).code(), Code::corrupt) << size;
  for (std::size_t i = 0; i < whole.size(); i += 5) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    try {
      put(damaged)();
    } catch (const Error& fault) {
      ASSERT_EQ(fault.code(), Code::corrupt) << i;
    }
  }
  const Error rule = error_of(put(whole.substr(0, whole.rfind("EST5")) + "EST5EDT,M13.2.0,M11.1.0\n"));
  EXPECT_EQ(rule.message(), "the time zone file '" + (folder / "X").native() +
                                "' is damaged: its rule 'EST5EDT,M13.2.0,M11.1.0' is none");
  std::filesystem::remove_all(folder);
}

TEST(FindZone, OfThisMachine) {
  if (!std::filesystem::exists(database_folder)) GTEST_SKIP() << "there is no database here";
  EXPECT_EQ(find_zone("Europe/Berlin")->wall(at("2026-07-01T12:00:00Z")).s, shows("2026-07-01T14:00:00").s);
}

}  // namespace
}  // namespace mlops::tz
