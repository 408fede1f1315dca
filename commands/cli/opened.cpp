/// The project around an Invocation, opened when a command first asks for it, and the settings, which it has
/// a say in.
#include "invocation_impl.hpp"

#include <mlops/project/project.hpp>

#include <filesystem>

namespace mlops::cli {
namespace {

void close(project::Project* project) { delete project; }

std::vector<config::Said> said_by(const Globals& globals) {
  std::vector<config::Said> out;
  if (globals.no_progress) out.push_back({"progress", "false", "flag --no-progress"});
  if (globals.no_pager) out.push_back({"pager", "", "flag --no-pager"});
  return out;
}

}  // namespace

const config::Settings& Invocation::settings() {
  if (!impl_->settings) {
    impl_->settings =
        config::load(environment(), {.flags = said_by(impl_->globals),
                                     .project = project::find_settings(std::filesystem::current_path())});
  }
  return *impl_->settings;
}

config::Settings Invocation::settings_or_defaults() {
  try {
    return settings();
  } catch (const std::exception&) {
    config::Environment without_files;
    for (const char* name : {"MLOPS_PAGER", "PAGER", "MLOPS_NO_PROGRESS"}) {
      if (const auto found = environment().find(name); found != environment().end())
        without_files.insert(*found);
    }
    return config::load(without_files, {.flags = said_by(impl_->globals)});
  }
}

project::Project& Invocation::project() {
  if (!impl_->project) {
    using project::Project;
    impl_->project = {new Project(std::filesystem::current_path(), Project::Mode::open), close};
  }
  return *impl_->project;
}

project::Project& Invocation::project_or_create() {
  if (!impl_->project) {
    using project::Project;
    impl_->project = {new Project(std::filesystem::current_path(), Project::Mode::create), close};
  }
  return *impl_->project;
}

}  // namespace mlops::cli
