#include "cli/invocation.hpp"
#include "schedule.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

Error no_schedule(const std::string& name, const manifest::Manifest& manifest) {
  std::vector<std::string> known;
  for (const manifest::ScheduleSpec& one : manifest.schedules) known.push_back(one.name);
  Error out = error(Code::not_found, "mlops.yaml has no schedule '{}'", name).with_id("schedule.not_found");
  const auto near = near_misses(name, known);
  if (!near.empty()) return std::move(out).with_hint("similar: {}", one_of(near));
  return std::move(out).with_hint("{}", known.empty() ? "it has no `schedule:`" : "it has " + one_of(known));
}

std::string schedule_name(const std::string& word) {
  constexpr std::string_view section = "schedule/";
  return word.starts_with(section) ? word.substr(section.size()) : word;
}

/// Zones are not looked up before they are wanted.
pipeline::Timetable times_of(const manifest::ScheduleSpec& spec, project::Project& project) {
  try {
    return pipeline::timetable_of(spec);
  } catch (const Error& fault) {
    const manifest::Place place = spec.places.at("tz");
    if (fault.code() != Code::usage || place.line == 0) throw;
    const manifest::ExpectSpec text{.text = spec.tz, .line = place.line, .column = place.column};
    throw project.error_of({{text, {.message = fault.message(), .hint = fault.hint()}}});
  }
}

}  // namespace

project::Project& project_to_schedule(cli::Invocation& invocation) {
  project::Project& project = invocation.project_or_create();
  if (!project.has_manifest())
    throw error(Code::not_found, "there is no mlops.yaml in '{}'", project.root().native())
        .with_id("project.not_found")
        .with_hint("`cd` into the project, or name it with `-C FOLDER`");
  return project;
}

std::vector<manifest::ScheduleSpec> schedules_named(project::Project& project,
                                                    const std::vector<std::string>& names) {
  const manifest::Manifest& manifest = project.manifest();
  std::vector<manifest::ScheduleSpec> out;
  for (const std::string& word : names) {
    const manifest::ScheduleSpec* found = manifest.find_schedule(schedule_name(word));
    if (found == nullptr) throw no_schedule(schedule_name(word), manifest);
    if (std::find(out.begin(), out.end(), *found) == out.end()) out.push_back(*found);
  }
  return names.empty() ? manifest.schedules : out;
}

Scheduled scheduled(const manifest::ScheduleSpec& spec, cli::Invocation& invocation) {
  return {.spec = spec,
          .times = times_of(spec, invocation.project()),
          .journal = pipeline::Journal(invocation.project().schedules(), spec.name)};
}

}  // namespace mlops::commands
