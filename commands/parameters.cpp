#include "parameters.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/manifest/manifest.hpp>
#include <mlops/train/trainer.hpp>

#include <algorithm>

namespace mlops::commands {

std::vector<std::pair<std::string, std::string>> assignments_of(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw error(Code::usage, "'{}' is not NAME=VALUE, which '--param' wants", word);
    out.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return out;
}

json::Object project_parameters(const std::vector<std::string>& words, const manifest::Manifest& manifest) {
  json::Object out = manifest.params;
  for (const auto& [name, value] : assignments_of(words)) {
    if (out.find(name) != nullptr) out.set(name, manifest::parameter_value(value));
  }
  return out;
}

json::Object only_project_parameters(const std::vector<std::string>& words,
                                     const manifest::Manifest& manifest) {
  std::vector<std::string> known;
  for (const auto& [name, value] : manifest.params) known.push_back(name);
  for (const auto& [name, value] : assignments_of(words)) {
    if (manifest.params.find(name) != nullptr) continue;
    Error fault = error(Code::usage, "mlops.yaml has no parameter '{}'", name);
    const auto near = near_misses(name, known);
    if (near.empty()) throw std::move(fault).with_hint("declare it: `params: {{{}: ...}}`", name);
    throw std::move(fault).with_hint("a similar one exists: {}", one_of(near));
  }
  return project_parameters(words, manifest);
}

namespace {

/// "eta", and "xgboost.eta" where only one kind is meant.
std::vector<std::string> parameters_of_models(const std::vector<manifest::ReleaseSpec>& releases,
                                              const manifest::Manifest& manifest, bool by_trainer) {
  std::vector<std::string> out;
  for (const manifest::ReleaseSpec& release : releases) {
    for (const std::string& name : release.among) {
      const std::string& trainer = manifest.find_model(name)->train;
      for (const train::ParameterInfo& one : train::trainer(trainer).parameters)
        out.push_back(by_trainer ? trainer + "." + one.name : one.name);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

void require_parameters(const std::vector<std::string>& words,
                        const std::vector<manifest::ReleaseSpec>& releases,
                        const manifest::Manifest& manifest) {
  if (releases.empty()) return (void)only_project_parameters(words, manifest);
  std::vector<std::string> known;
  for (const auto& [name, value] : manifest.params) known.push_back(name);
  const auto of_models = parameters_of_models(releases, manifest, false);
  const auto by_trainer = parameters_of_models(releases, manifest, true);
  known.insert(known.end(), of_models.begin(), of_models.end());
  for (const auto& [name, value] : assignments_of(words)) {
    const auto is_it = [&](const std::vector<std::string>& all) {
      return std::find(all.begin(), all.end(), name) != all.end();
    };
    if (is_it(known) || is_it(by_trainer)) continue;
    Error fault =
        error(Code::usage, "neither `params:` of mlops.yaml nor a model that is trained has a parameter '{}'",
              name);
    const auto near = near_misses(name, known);
    if (!near.empty()) throw std::move(fault).with_hint("similar parameters exist: {}", one_of(near));
    if (known.empty()) throw std::move(fault).with_hint("declare it: `params: {{{}: ...}}`", name);
    throw std::move(fault).with_hint("there are {}", one_of(known));
  }
}

}  // namespace mlops::commands
