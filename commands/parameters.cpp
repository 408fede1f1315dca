#include "parameters.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/manifest/manifest.hpp>

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

}  // namespace mlops::commands
