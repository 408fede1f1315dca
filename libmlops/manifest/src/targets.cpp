/// What `run:` of a schedule names.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <array>

namespace mlops::manifest {
namespace {

constexpr std::array<std::string_view, 4> run_sections = {"sources", "data", "release", "monitor"};

/// Addresses of everything that can be brought up to date.
std::vector<std::string> all_targets(const Manifest& manifest) {
  std::vector<std::string> out;
  for (const TableSpec* table : manifest.tables()) out.push_back(manifest.address_of(*table));
  for (const ReleaseSpec& release : manifest.releases) out.push_back("release/" + release.name);
  for (const MonitorSpec& monitor : manifest.monitors) out.push_back("monitor/" + monitor.name);
  return out;
}

/// `delay` may mean `release/delay`, and `data` all of `data/...`.
bool means(std::string_view target, std::string_view address) {
  const std::size_t slash = address.find('/');
  return target == address || target == address.substr(slash + 1);
}

bool is_run_section(std::string_view target) {
  return std::find(run_sections.begin(), run_sections.end(), target) != run_sections.end();
}

class Targets {
 public:
  Targets(const Manifest& manifest, std::vector<yaml::Fault>& faults)
      : addresses_(all_targets(manifest)), reader_(faults) {}

  void check(const ScheduleSpec& schedule, const yaml::Node& entry) {
    const yaml::Node* run = entry.find("run");
    bool release = run == nullptr;
    for (std::size_t i = 0; i < schedule.run.size() && run != nullptr; ++i) {
      const bool list = run->kind == yaml::Kind::sequence && i < run->items.size();
      release = target(schedule.run[i], list ? run->items[i] : *run) || release;
    }
    const yaml::Node* then = entry.find("then");
    const bool moves = schedule.then == "stage" || schedule.then == "promote";
    if (then != nullptr && moves && !release)
      reader_.fault(then->at, fmt::format("'then: {}' is of a release, 'run' names none", schedule.then),
                    "name one: `run: release/delay`");
  }

 private:
  /// Whether it may be a release.
  bool target(const std::string& name, const yaml::Node& place) {
    if (is_run_section(name)) return section(name, place);
    std::vector<std::string> found;
    for (const std::string& address : addresses_) {
      if (means(name, address)) found.push_back(address);
    }
    if (found.empty()) {
      reader_.fault(place.at, fmt::format("nothing called '{}' can be run", name), hint_for(name));
    } else if (found.size() > 1) {
      reader_.fault(place.at, fmt::format("'{}' is {}", name, one_of(found)),
                    "write the section in front of it");
    }
    return found.empty() || found.front().starts_with("release/");
  }

  bool section(const std::string& name, const yaml::Node& place) {
    const bool any = std::any_of(addresses_.begin(), addresses_.end(),
                                 [&](const std::string& address) { return address.starts_with(name + "/"); });
    if (!any) reader_.fault(place.at, fmt::format("'{0}' stands for all of `{0}:`, which is empty", name));
    return name == "release";
  }

  std::string hint_for(const std::string& name) const {
    auto near = near_misses(name, addresses_);
    std::vector<std::string> bare;
    for (const std::string& address : addresses_) bare.push_back(address.substr(address.find('/') + 1));
    const auto similar = near_misses(name.substr(name.rfind('/') + 1), bare);
    for (std::size_t i = 0; i < bare.size() && near.empty(); ++i) {
      if (std::find(similar.begin(), similar.end(), bare[i]) != similar.end()) near.push_back(addresses_[i]);
    }
    if (!near.empty()) return fmt::format("did you mean {}?", one_of(near));
    return addresses_.empty() ? "the file has nothing to run"
                              : fmt::format("it is one of {}", one_of(addresses_));
  }

  std::vector<std::string> addresses_;
  Reader reader_;
};

}  // namespace

void check_targets(const yaml::Node& root, const Manifest& manifest, std::vector<yaml::Fault>& out) {
  const yaml::Node* node = root.find("schedule");
  if (node == nullptr || node->entries.size() != manifest.schedules.size()) return;
  Targets targets(manifest, out);
  for (std::size_t i = 0; i < manifest.schedules.size(); ++i)
    targets.check(manifest.schedules[i], node->entries[i].value);
}

}  // namespace mlops::manifest
