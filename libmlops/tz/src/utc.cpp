#include "src/seconds.hpp"

#include <mlops/tz/zone.hpp>

namespace mlops::tz {
namespace {

class Utc final : public Zone {
 public:
  const std::string& name() const override { return name_; }
  WallSeconds wall(Time time) const override { return {seconds_of(time)}; }
  Instants instants(WallSeconds wall) const override {
    return {Instants::Kind::once, time_of(wall.s), time_of(wall.s)};
  }

 private:
  std::string name_ = "UTC";
};

}  // namespace

std::shared_ptr<const Zone> utc() {
  static const auto zone = std::make_shared<const Utc>();
  return zone;
}

}  // namespace mlops::tz
