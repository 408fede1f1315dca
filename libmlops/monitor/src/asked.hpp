#pragma once
/// What assertions about a window ask for beside its rows.

#include <mlops/dataset/validate.hpp>
#include <mlops/monitor/watch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "src/watched_version.hpp"

namespace mlops::monitor {

class Asked final : public dataset::Monitored {
 public:
  /// Both must outlive it.
  Asked(const Watch& watch, const WatchedVersion& version) : watch_(watch), version_(version) {}

  std::uint64_t answered() const override { return watch_.rows; }
  std::vector<std::string> ids() const override;
  std::vector<std::string> compared() const override;
  std::vector<std::string> metrics() const override;
  dataset::Answer distance(std::string_view function, const std::string& column) override;
  dataset::Answer metric(std::string_view of, std::string_view name) override;

 private:
  dataset::Answer known_metric(std::string_view name) const;

  const Watch& watch_;
  const WatchedVersion& version_;
};

}  // namespace mlops::monitor
