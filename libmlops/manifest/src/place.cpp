#include <mlops/manifest/place.hpp>

#include <mlops/base/error.hpp>

#include "src/internal.hpp"

namespace mlops::manifest {
namespace {

bool says(const yaml::Node& node, std::string_view word) {
  return node.kind == yaml::Kind::scalar && node.text == word;
}

/// `distance by 500` speaks of `distance`.
bool begins_with(const yaml::Node& node, std::string_view word) {
  return node.kind == yaml::Kind::scalar && node.text.starts_with(std::string(word) + " ");
}

const yaml::Node* find_word(const yaml::Node& node, std::string_view word) {
  if (says(node, word) || begins_with(node, word)) return &node;
  for (const yaml::Node& item : node.items) {
    if (const yaml::Node* found = find_word(item, word)) return found;
  }
  for (const yaml::Entry& entry : node.entries) {
    if (says(entry.key, word)) return &entry.key;
    if (says(entry.value, word)) return &entry.value;
  }
  return nullptr;
}

}  // namespace

std::optional<Place> find_place(std::string_view text, const std::vector<std::string>& path,
                                std::string_view word) try {
  const yaml::Document document = yaml::parse(text, "mlops.yaml");
  const yaml::Node* node = &document.root;
  for (const std::string& key : path) {
    node = node->find(key);
    if (node == nullptr) return std::nullopt;
  }
  const yaml::Node* found = find_word(*node, word);
  return place_of(found == nullptr ? *node : *found);
} catch (const Error&) {
  return std::nullopt;
}

}  // namespace mlops::manifest
