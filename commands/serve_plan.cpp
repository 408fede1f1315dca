#include "serve_plan.hpp"

#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {

ServePlan::ServePlan(const project::Project& project)
    : folder_(project.predictions()), entries_(project.serve()) {}

const manifest::ServeSpec* ServePlan::find(std::string_view name) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const manifest::ServeSpec& entry) { return entry.name == name; });
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<std::string> ServePlan::only() const {
  return entries_.size() == 1 ? std::optional(entries_.front().name) : std::nullopt;
}

manifest::ServeSpec ServePlan::listening(const std::vector<serve::Serving>& models) const {
  const manifest::ServeSpec* entry = find(models.front().version.name);
  return entry == nullptr ? manifest::ServeSpec{.name = models.front().version.name} : *entry;
}

monitor::LogOptions ServePlan::logging(const std::vector<serve::Serving>& models,
                                       std::optional<double> flag) const {
  monitor::LogOptions options = {.folder = folder_};
  for (const serve::Serving& one : models) {
    const manifest::ServeSpec* entry = find(one.version.name);
    const manifest::ServeSpec said = entry == nullptr ? manifest::ServeSpec{} : *entry;
    monitor::LogPolicy policy = {.share = flag ? *flag : said.log.value_or(0)};
    policy.keep.us = said.keep_us.value_or(policy.keep.us);
    policy.keep.bytes = said.keep_bytes.value_or(policy.keep.bytes);
    if (policy.share > 0) options.models[one.version.name] = policy;
  }
  return options;
}

}  // namespace mlops::commands
