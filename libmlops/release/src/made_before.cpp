#include <mlops/base/error.hpp>
#include <mlops/run/list.hpp>

#include "src/candidate.hpp"

namespace mlops::release {
namespace {

/// The tree of the model that a run has made.
std::optional<Digest> model_of(const json::Value& record) {
  const json::Array* outputs = record["outputs"].as_array();
  if (outputs == nullptr) return std::nullopt;
  for (const json::Value& one : *outputs) {
    if (one["role"].text_or("") == "model") return Digest::parse(one["digest"].text_or(""));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Made> find_made(store::Store& store, const Digest& key) {
  auto run = run::find_done(store, key);
  if (!run || !run->record) return std::nullopt;
  try {
    const auto tree = model_of(json::Value(store.record(*run->record)));
    if (!tree) return std::nullopt;
    predict::Package package = predict::get(store.objects(), *tree);
    return Made{*std::move(run), std::move(package)};
  } catch (const Error& e) {
    // Damaged or gone: it is trained again, which mends it.
    if (e.code() != mlops::Code::corrupt && e.code() != mlops::Code::not_found) throw;
    return std::nullopt;
  }
}

std::vector<std::string> to_be_trained(store::Store& store, const Key& key) {
  const json::Value of(key.of);
  std::vector<std::string> out;
  auto digest = key.candidates.begin();
  for (const json::Value& candidate : *of["candidates"].as_array()) {
    if (!find_made(store, *digest++)) out.push_back(candidate["name"].text_or(""));
  }
  return out;
}

}  // namespace mlops::release
