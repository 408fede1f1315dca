#include "src/watched_version.hpp"

#include <mlops/predict/spelling.hpp>
#include <mlops/score/features.hpp>

#include <charconv>
#include <cstdlib>

namespace mlops::monitor {
namespace {

using CellKind = json::Node::Kind;

std::optional<model::Version> version_at(store::Store& store, std::string_view address,
                                         std::string_view digest) {
  const std::size_t at = address.rfind("@v");
  if (at == std::string_view::npos) return std::nullopt;
  std::int64_t number = 0;
  const char* const end = address.data() + address.size();
  if (std::from_chars(address.data() + at + 2, end, number).ptr != end) return std::nullopt;
  auto found = model::Registry(store).find(address.substr(0, at), number);
  if (!found || found->record.text() != digest || !found->runs_here()) return std::nullopt;
  return found;
}

std::optional<double> metric_number(const json::Node& node) {
  if (node.is(CellKind::integer)) return static_cast<double>(node.integer());
  if (node.is(CellKind::large)) return static_cast<double>(node.large());
  if (node.is(CellKind::number)) return node.number();
  return std::nullopt;
}

std::string spelled(const json::Node& node) {
  std::string out;
  if (node.is(CellKind::text)) out = node.text();
  else if (node.is(CellKind::flag)) out = node.flag() ? "true" : "false";
  else if (node.is(CellKind::integer)) predict::spell(node.integer(), out);
  else if (node.is(CellKind::large)) predict::spell(node.large(), out);
  else if (node.is(CellKind::number)) predict::spell(node.number(), out);
  return out;
}

}  // namespace

std::optional<std::size_t> WatchedVersion::class_of(const json::Node& prediction) const {
  const std::string text = spelled(prediction);
  for (std::size_t i = 0; i < signature.classes.size(); ++i) {
    if (signature.classes[i] == text) return i;
  }
  const auto number = metric_number(prediction);
  for (std::size_t i = 0; number && i < signature.classes.size(); ++i) {
    if (std::strtod(signature.classes[i].c_str(), nullptr) == *number) return i;
  }
  return std::nullopt;
}

WatchedVersion watched(store::Store& store, const model::Version& version) {
  WatchedVersion out = {.address = version.address(), .known = version.runs_here()};
  if (!out.known) return out;
  const predict::Package package = predict::get(store.objects(), version.package);
  const score::ModelFeatures features = score::features_of(package);
  out.signature = package.asked();
  for (const predict::Input& input : out.signature.inputs) {
    if (!input.pii) out.inputs.push_back({input, features.has(input.name)});
  }
  out.baseline = baseline_of(package);
  out.metrics = version.metrics;
  return out;
}

WatchedVersion find_watched(store::Store& store, std::string_view address, std::string_view digest) {
  if (const auto found = version_at(store, address, digest)) return watched(store, *found);
  return {.address = std::string(address)};
}

}  // namespace mlops::monitor
