#include "online_views.hpp"

#include "cli/invocation.hpp"
#include "features.hpp"
#include "model_features.hpp"
#include "up_to_date.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace mlops::commands {
namespace {

void add_definition(std::vector<Defined>& out, const feature::View& view, const std::string& user) {
  const auto same = std::find_if(out.begin(), out.end(), [&](const Defined& one) {
    return one.view.name == view.name && feature::changes(one.view, view).empty();
  });
  if (same == out.end()) return out.push_back({view, {user}});
  const auto& users = same->used_by;
  if (std::find(users.begin(), users.end(), user) == users.end()) same->used_by.push_back(user);
}

/// The table as it is; whether it lags behind is told by who reads it.
score::ViewUse use_as_it_is(const std::string& name, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const manifest::FeatureSpec& view = declared_view(name, invocation);
  const manifest::TableSpec& table = *project.manifest().find_table(view.from);
  const std::string address = project.manifest().address_of(table);
  const bool made = project.manifest().find_data(table.name) == &table && project.has_store();
  return {.use = {.use = name},
          .view = view,
          .table = table,
          .version =
              made ? made_or(invocation, address, [&] { return dataset::resolve(project.store(), address); })
                   : known_version(address, invocation)};
}

/// Compiled together, so that all faults are told.
void add_declared(const std::vector<std::string>& names, cli::Invocation& invocation,
                  std::vector<Defined>& out) {
  std::vector<score::ViewUse> uses;
  for (const std::string& name : names) uses.push_back(use_as_it_is(name, invocation));
  if (uses.empty()) return;
  for (const feature::View& view : score::compile_views(enrich_place(invocation), uses))
    add_definition(out, view, "mlops.yaml");
}

void add_model(const model::Version& version, cli::Invocation& invocation, std::vector<Defined>& out) {
  store::Store& store = invocation.project().store();
  const auto features = features_in(store, store::get_tree(store.objects(), version.package));
  for (const score::ModelView& view : features.views) add_definition(out, view.view, version.address());
}

std::vector<std::string> declared_names(cli::Invocation& invocation) {
  std::vector<std::string> out;
  for (const manifest::FeatureSpec& view : invocation.project().manifest().features) out.push_back(view.name);
  return out;
}

void add_champions(cli::Invocation& invocation, std::vector<Defined>& out) {
  if (!invocation.project().has_store()) return;
  const model::Registry registry(invocation.project().store());
  for (const model::Version& newest : registry.list()) {
    const auto champion = registry.current(newest.name, "champion");
    if (champion) add_model(*registry.find(newest.name, *champion), invocation, out);
  }
}

/// In mlops.yaml or online, in the order of the alphabet.
std::vector<std::string> view_names(cli::Invocation& invocation) {
  const auto declared = declared_names(invocation);
  std::set<std::string> names(declared.begin(), declared.end());
  for (const feature::OnlineView& one : online_views(invocation)) names.insert(one.view.name);
  return {names.begin(), names.end()};
}

/// "airport@v1": what is online goes by the view's name, whatever was applied.
void refuse_view_version(const std::string& word, cli::Invocation& invocation) {
  const std::size_t at = word.find('@');
  if (at == std::string::npos) return;
  const std::string name = view_name(word.substr(0, at));
  const auto known = view_names(invocation);
  if (std::find(known.begin(), known.end(), name) == known.end()) return;
  throw error(Code::usage, "'{}' is a version of a view, and a view is asked for by its name here", word)
      .with_hint("`{}` is the view; of a model, a version such as `delay@v2` is taken where models are",
                 name);
}

/// Neither a view nor a model: both are told of.
[[noreturn]] void fail_unknown_name(const std::string& word, cli::Invocation& invocation) {
  std::vector<std::string> known = view_names(invocation);
  if (invocation.project().has_store()) {
    for (const model::Version& one : model::Registry(invocation.project().store()).list())
      known.push_back(one.name);
  }
  Error fault =
      error(Code::not_found, "there is no view and no model '{}'", word).with_id("features.not_found");
  const auto near = near_misses(word, known);
  if (known.empty()) throw fault;
  throw std::move(fault).with_hint("{}: {}", near.empty() ? "there are" : "similar",
                                   one_of(near.empty() ? known : near));
}

bool names_model(const std::string& word, cli::Invocation& invocation) {
  if (word.starts_with("models/") || word.starts_with("models:") || word.find('@') != std::string::npos)
    return true;
  return invocation.project().has_store() &&
         invocation.project().store().references().find({"models", word}).has_value();
}

}  // namespace

std::string view_name(std::string_view word) {
  constexpr std::string_view section = "features/";
  return std::string(word.substr(word.starts_with(section) ? section.size() : 0));
}

void require_model(const std::string& word, cli::Invocation& invocation) {
  if (!names_model(word.substr(0, word.find('@')), invocation)) refuse_view_version(word, invocation);
  if (!names_model(word, invocation)) fail_unknown_name(word, invocation);
}

bool names_view(std::string_view word, cli::Invocation& invocation) {
  if (word.starts_with("features/")) return true;
  if (invocation.project().manifest().find_feature(std::string(word)) != nullptr) return true;
  const auto there = online_views(invocation);
  return std::any_of(there.begin(), there.end(), [&](const auto& one) { return one.view.name == word; });
}

ModelWithViews model_with_views(const std::string& address, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  ModelWithViews out{.version = model::Registry(store).get(address), .features = {}};
  out.features = features_in(store, store::get_tree(store.objects(), out.version.package));
  if (!out.features.empty()) return out;
  throw error(Code::usage, "{} was trained on no view", out.version.address())
      .with_hint("`mlops model show {}` has its inputs: rows bring all of them", out.version.address());
}

std::vector<Defined> definitions_named(const std::vector<std::string>& words, cli::Invocation& invocation) {
  std::vector<Defined> out;
  if (words.empty()) {
    add_declared(declared_names(invocation), invocation, out);
    add_champions(invocation, out);
    return out;
  }
  std::vector<std::string> views;
  std::vector<std::string> models;
  for (const std::string& word : words) {
    const bool view =
        word.starts_with("features/") || invocation.project().manifest().find_feature(word) != nullptr;
    if (!view) require_model(word, invocation);
    if (view) refuse_view_version(word, invocation);
    if (view) (void)declared_view(view_name(word), invocation);
    (view ? views : models).push_back(view ? view_name(word) : word);
  }
  add_declared(views, invocation, out);
  for (const std::string& word : models)
    add_model(model_with_views(word, invocation).version, invocation, out);
  return out;
}

std::vector<Defined> definitions_in_use(cli::Invocation& invocation) {
  std::vector<Defined> out;
  add_declared(declared_names(invocation), invocation, out);
  const model::Registry registry(invocation.project().store());
  for (const model::Version& newest : registry.list()) {
    for (const model::Version& one : registry.list(newest.name)) add_model(one, invocation, out);
  }
  return out;
}

std::optional<std::string> applied_as(const feature::View& view, cli::Invocation& invocation) {
  if (!invocation.project().has_store()) return std::nullopt;
  const auto versions = feature::history(invocation.project().store(), view.name);
  const auto same = std::find_if(versions.rbegin(), versions.rend(), [&](const feature::ViewVersion& one) {
    return feature::changes(one.view, view).empty();
  });
  if (same == versions.rend()) return std::nullopt;
  return fmt::format("{}@v{}", view.name, same->number);
}

feature::OnlineStore online_store(cli::Invocation& invocation) {
  return {invocation.project().online_file(), feature::OnlineStore::Mode::read};
}

std::vector<feature::OnlineView> online_views(cli::Invocation& invocation) {
  std::error_code ignored;
  if (!std::filesystem::exists(invocation.project().online_file(), ignored)) return {};
  return online_store(invocation).views();
}

std::vector<feature::OnlineView> online_views_of(const std::string& view, cli::Invocation& invocation) {
  std::vector<feature::OnlineView> out;
  for (feature::OnlineView& one : online_views(invocation)) {
    if (one.view.name == view) out.push_back(std::move(one));
  }
  if (!out.empty()) return out;
  refuse_view_version(view, invocation);
  Error fault = error(Code::not_found, "the view '{}' is not online", view).with_id("features.not_online");
  if (invocation.project().manifest().find_feature(view) != nullptr)
    throw std::move(fault).with_hint("`mlops features materialize {}` brings it there", view);
  const auto known = view_names(invocation);
  if (known.empty())
    throw std::move(fault).with_hint("no view is, and mlops.yaml has none; mlops.yaml(5) shows one");
  const auto near = near_misses(view, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar one is: {}", one_of(near));
  throw std::move(fault).with_hint("nor is it in mlops.yaml; there are {}", one_of(known));
}

}  // namespace mlops::commands
