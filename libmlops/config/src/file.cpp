/// The user's `config.yaml`: a map of settings.
#include "src/internal.hpp"

#include <mlops/base/text.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/yaml/node.hpp>

#include <algorithm>

namespace mlops::config {
namespace {

using Faults = std::vector<yaml::Fault>;

const Row* find_row(std::string_view key) {
  const auto rows = table();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.key == key; });
  return found == rows.end() ? nullptr : &*found;
}

yaml::Fault unknown(const yaml::Node& key) {
  std::vector<std::string> known;
  for (const Row& row : table()) known.emplace_back(row.key);
  const auto near = near_misses(key.text, known);
  return {key.at, fmt::format("unknown setting '{}'", key.text),
          near.empty() ? "the settings are " + one_of(known) : "similar setting exists: " + one_of(near)};
}

std::optional<std::string> value_of(const Row& row, const yaml::Node& node, Faults& faults) {
  Settings scratch;
  if (node.kind == yaml::Kind::scalar && row.set(scratch, node.text)) return node.text;
  const std::string seen = node.kind == yaml::Kind::scalar ? fmt::format("'{}'", node.text)
                           : node.kind == yaml::Kind::null ? "empty"
                           : node.kind == yaml::Kind::map  ? "a map"
                                                           : "a list";
  faults.push_back({node.at, fmt::format("'{}' is {}, {} is wanted", row.key, seen, row.wanted), ""});
  return std::nullopt;
}

}  // namespace

std::map<std::string, FileValue> read_file(const std::filesystem::path& path) {
  // HOME may still be another user's (su, containers): what is there is not this user's configuration.
  std::error_code fault;
  if (!std::filesystem::exists(path, fault) && fault == std::errc::permission_denied) return {};
  const auto text = fs::find_file(path);
  if (!text) return {};
  const yaml::Document document = yaml::parse(*text, path.string());
  Faults faults = document.faults;
  const yaml::Node& root = document.root;
  if (root.kind != yaml::Kind::map && root.kind != yaml::Kind::null) {
    faults.push_back({root.at, "the file is not a map of settings", "write `threads: 4`"});
  }
  std::map<std::string, FileValue> out;
  for (const yaml::Entry& entry : root.entries) {
    const Row* row = find_row(entry.key.text);
    if (row == nullptr) {
      faults.push_back(unknown(entry.key));
    } else if (auto value = value_of(*row, entry.value, faults)) {
      out[entry.key.text] = {*std::move(value), fmt::format("{}:{}", path.string(), entry.key.at.line)};
    }
  }
  if (!faults.empty()) throw yaml::to_error(document.text, path.string(), std::move(faults));
  return out;
}

}  // namespace mlops::config
