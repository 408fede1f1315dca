/// Maps of settings in files.
#include <mlops/config/file.hpp>

#include "src/internal.hpp"

#include <mlops/fs/file.hpp>

namespace mlops::config {
namespace {

using Faults = std::vector<yaml::Fault>;

std::string seen_in(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Kind::scalar:
      return fmt::format("'{}'", node.text);
    case yaml::Kind::null:
      return "empty";
    case yaml::Kind::map:
      return "a map";
    case yaml::Kind::sequence:
      return "a list";
  }
  return "";
}

yaml::Fault not_by_project(const Row& row, const yaml::Node& key) {
  return {key.at, fmt::format("a project may not set '{}': {}", key.text, row.setting.not_by_project),
          fmt::format("the user may, in config.yaml (`mlops config set {} VALUE`) or with {}", key.text,
                      row.setting.environment)};
}

std::optional<yaml::Fault> fault_of(const Row& row, const yaml::Entry& entry, Author author) {
  if (author == Author::project && !row.setting.not_by_project.empty()) return not_by_project(row, entry.key);
  Settings scratch;
  const yaml::Node& node = entry.value;
  if (node.kind == yaml::Kind::scalar && row.set(scratch, node.text)) return std::nullopt;
  return yaml::Fault{
      node.at, fmt::format("'{}' is {}, {} is wanted", entry.key.text, seen_in(node), row.setting.wanted),
      ""};
}

/// HOME may still be another user's (su, containers): what is there is not this user's configuration.
bool is_closed(const std::filesystem::path& path) {
  std::error_code fault;
  return !std::filesystem::exists(path, fault) && fault == std::errc::permission_denied;
}

}  // namespace

std::vector<Said> read_settings(const yaml::Node& node, Author author, std::string_view file,
                                Faults& faults) {
  if (node.kind != yaml::Kind::map && node.kind != yaml::Kind::null) {
    faults.push_back({node.at, "this is not a map of settings", "write `threads: 4`"});
  }
  std::vector<Said> out;
  for (const yaml::Entry& entry : node.entries) {
    const yaml::Node& key = entry.key;
    const Row* row = find_row(key.text);
    if (row == nullptr) {
      faults.push_back({key.at, fmt::format("unknown setting '{}'", key.text), hint_for_unknown(key.text)});
    } else if (auto fault = fault_of(*row, entry, author)) {
      faults.push_back(*std::move(fault));
    } else {
      out.push_back({key.text, entry.value.text, fmt::format("{}:{}", file, key.at.line)});
    }
  }
  return out;
}

std::vector<Said> read_file(const std::filesystem::path& path) {
  const auto text = is_closed(path) ? std::nullopt : fs::find_file(path);
  if (!text) return {};
  const yaml::Document document = yaml::parse(*text, path.string());
  Faults faults = document.faults;
  auto out = read_settings(document.root, Author::user, path.string(), faults);
  if (!faults.empty()) throw yaml::to_error(document.text, path.string(), std::move(faults));
  return out;
}

}  // namespace mlops::config
