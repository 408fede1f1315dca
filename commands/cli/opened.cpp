/// The project around an Invocation, opened when a command first asks for it.
#include "invocation_impl.hpp"

#include <mlops/project/project.hpp>

#include <filesystem>

namespace mlops::cli {
namespace {

void close(project::Project* project) { delete project; }

}  // namespace

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
