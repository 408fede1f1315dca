#pragma once
/// Definitions of views that are or may be in the online store: those of mlops.yaml, and those that models
/// were trained on, which may be others of the same name.

#include <mlops/dataset/version.hpp>
#include <mlops/feature/online.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/score/features.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// A definition, and who uses it: "mlops.yaml", "delay@v2".
struct Defined {
  feature::View view;
  std::vector<std::string> used_by = {};
};

/// Each once, whoever uses it. A word is a view of mlops.yaml (`airport`, `features/airport`) or a model
/// (`delay`, `delay@v2`, `models/delay`); what is both is the view. No words: the views of mlops.yaml and
/// those of all champions. Throws Error: not_found (with near misses), usage (a definition that cannot be
/// used, a model without views).
std::vector<Defined> definitions_named(const std::vector<std::string>& words, cli::Invocation& invocation);

/// Those of mlops.yaml and of every registered version.
std::vector<Defined> definitions_in_use(cli::Invocation& invocation);

/// Whether a word is a view to whoever takes views and models: of mlops.yaml, or in the online store.
bool names_view(std::string_view word, cli::Invocation& invocation);

/// Of a word that is no view. Throws Error: not_found (with near misses among views and models), usage (it is
/// a version of a view, which nothing that is online goes by).
void require_model(const std::string& word, cli::Invocation& invocation);

/// A model with the views that it was trained on. Throws Error: not_found, usage (it has none).
struct ModelWithViews {
  model::Version version;
  score::ModelFeatures features;
};
ModelWithViews model_with_views(const std::string& address, cli::Invocation& invocation);

/// "airport" of "features/airport" and of "airport".
std::string view_name(std::string_view word);

/// "airport@v2": the newest version that was applied and means the same; nothing: there is none.
std::optional<std::string> applied_as(const feature::View& view, cli::Invocation& invocation);

/// The store, to be read. Throws Error(not_found, "features.not_online") with the command that fills it.
feature::OnlineStore online_store(cli::Invocation& invocation);
/// Those in it; empty where there is no store yet.
std::vector<feature::OnlineView> online_views(cli::Invocation& invocation);
/// The definitions of that name, the newest first. Throws Error: not_found (with near misses among those that
/// are online or in mlops.yaml), usage (it is a version of a view).
std::vector<feature::OnlineView> online_views_of(const std::string& view, cli::Invocation& invocation);

}  // namespace mlops::commands
