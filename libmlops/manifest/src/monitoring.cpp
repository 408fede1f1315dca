/// `monitor:`.
#include "src/internal.hpp"

namespace mlops::manifest {
namespace {

constexpr std::int64_t shortest = 1'000'000;

MonitorSpec read_monitor(const yaml::Entry& entry, std::vector<yaml::Fault>& faults) {
  MonitorSpec monitor;
  monitor.name = entry.key.text;
  Reader reader(faults);
  if (!is_entry(reader, entry, "monitor", "{every: 1d, expect: ['psi(*) < 0.2']}")) return monitor;
  reader.fields(entry.value, monitor, monitor_keys());
  reader.add(problems(monitor), entry.key.at);
  return monitor;
}

}  // namespace

void read_truth(Reader& reader, const yaml::Node& node, MonitorSpec& monitor) {
  TruthSpec& truth = monitor.truth.emplace();
  if (node.kind != yaml::Kind::map)
    return reader.fault(node.at, "'truth' takes a map", "write `truth: {from: outcomes, after: 2d}`");
  const auto seen = reader.fields(node, truth, truth_keys());
  if (std::find(seen.begin(), seen.end(), "from") == seen.end())
    reader.missing(node.at, "'truth' has no 'from'",
                   "name the table where it stands: `truth: {from: outcomes, after: 2d}`");
  truth.from = without_section(truth.from);
}

std::vector<Problem> problems(const MonitorSpec& monitor) {
  std::vector<Problem> out;
  if (auto problem = problem_of_name(monitor.name)) out.push_back(*std::move(problem));
  if (monitor.every_us && *monitor.every_us < shortest)
    out.push_back({"every", 0, "'every' is shorter than a second", "a window has to have rows: `every: 1d`"});
  return out;
}

void read_monitors(Reader& reader, const yaml::Node& node, Manifest& manifest,
                   std::vector<yaml::Fault>& out) {
  if (!is_section(reader, node, "name: {every: 1d}")) return;
  for (const yaml::Entry& entry : node.entries) manifest.monitors.push_back(read_monitor(entry, out));
}

}  // namespace mlops::manifest
