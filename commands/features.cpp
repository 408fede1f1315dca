/// `mlops features`: views of data as of a moment, as versions and as training sets.
#include "features.hpp"

#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "online_views.hpp"
#include "up_to_date.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace mlops::commands {
namespace {

json::Value text_or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Value duration_or_null(const std::optional<std::int64_t>& us) {
  return us && *us > 0 ? json::Value(feature::duration_text(*us)) : json::Value();
}

// ---- list
// -------------------------------------------------------------------------------------------------------

/// Since when the online store answers for this definition.
json::Value online_from(const feature::View& view, const std::vector<feature::OnlineView>& online) {
  for (const feature::OnlineView& one : online) {
    if (one.view.name == view.name && feature::changes(one.view, view).empty())
      return Time{one.complete_from_us}.text();
  }
  return nullptr;
}

ui::Row view_row(const feature::ViewVersion& version, const std::vector<feature::OnlineView>& online) {
  json::Array entities;
  for (const feature::Key& key : version.view.key) entities.emplace_back(key.entity);
  return {{"name", version.view.name},
          {"version", version.number},
          {"entities", std::move(entities)},
          {"from", version.view.from},
          {"columns", version.view.columns.size(), ui::Show::count},
          {"time", version.time.text()},
          {"digest", version.record.text(), ui::Show::digest},
          {"online_from", online_from(version.view, online)}};
}

/// Of a view that mlops.yaml defines and nobody has applied yet.
ui::Row declared_row(const manifest::FeatureSpec& view) {
  json::Array entities;
  for (const auto& [entity, column] : view.key) entities.emplace_back(entity);
  return {{"name", view.name},
          {"version", nullptr},
          {"entities", std::move(entities)},
          {"from", view.from},
          {"columns", view.columns.size(), ui::Show::count},
          {"time", nullptr},
          {"digest", nullptr, ui::Show::digest},
          {"online_from", nullptr}};
}

std::vector<ui::Row> all_views(cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  std::map<std::string, ui::Row> rows;
  for (const manifest::FeatureSpec& view : project.manifest().features) rows[view.name] = declared_row(view);
  if (project.has_store()) {
    const auto online = online_views(invocation);
    for (const auto& version : feature::latest(project.store()))
      rows[version.view.name] = view_row(version, online);
  }
  std::vector<ui::Row> out;
  for (auto& [name, row] : rows) out.push_back(std::move(row));
  return out;
}

/// A name that nobody has defined gets to know those that there are.
[[noreturn]] void tell_views(const Error& fault, const std::string& name, cli::Invocation& invocation) {
  std::set<std::string> names;
  for (const manifest::FeatureSpec& view : invocation.project().manifest().features) names.insert(view.name);
  for (const auto& version : feature::latest(invocation.project().store())) names.insert(version.view.name);
  const std::vector<std::string> known(names.begin(), names.end());
  if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) throw fault;
  const auto near = near_misses(name, known);
  throw Error(fault).with_hint(
      "{} {}", near.empty() ? "there are" : "a similar one exists:", one_of(near.empty() ? known : near));
}

/// What there is of a view that was never applied is told where it is looked for.
feature::ViewVersion applied_view(const std::string& address, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const std::string name = address.substr(address.starts_with("features/") ? 9 : 0);
  const bool declared = project.manifest().find_feature(name) != nullptr;
  const auto never = [&] {
    return error(Code::not_found, "the view '{}' was never applied", name)
        .with_id("features.not_found")
        .with_hint("`mlops features apply` records it, `mlops features plan` says what that would do");
  };
  if (declared && !project.has_store()) throw never();
  if (declared && !project.store().references().find({"features", name})) throw never();
  try {
    return feature::resolve(project.store(), address);
  } catch (const Error& fault) {
    if (fault.id() != "features.not_found") throw;
    tell_views(fault, name.substr(0, name.find('@')), invocation);
  }
}

struct ViewListArgs {
  std::optional<std::string> view;
};

void list_views(const ViewListArgs& args, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  if (args.view) {
    const std::string name = applied_view(*args.view, invocation).view.name;
    const auto online = online_views(invocation);
    for (const auto& version : feature::history(invocation.project().store(), name))
      rows.push_back(view_row(version, online));
  } else {
    rows = all_views(invocation);
  }
  invocation.rows("mlops.view-version/1", rows);
}

cli::Command list_views_spec() {
  const auto args = std::make_shared<ViewListArgs>();
  return {.name = "list",
          .summary = "list views, or the versions of one",
          .options = {{"view", "VIEW", "list the versions of this one", &args->view, cli::Offer::view}},
          .examples = {{"mlops features list", "List every view with its newest version"},
                       {"mlops features list airport", "List the versions of one, oldest first"}},
          .exits = {{Code::not_found, "there is no such view, or it was never applied"}},
          .see_also = {"mlops-features-show(1)"},
          .run = [args](cli::Invocation& invocation) { list_views(*args, invocation); }};
}

// ---- show
// -------------------------------------------------------------------------------------------------------

json::Array key_list(const feature::View& view) {
  constexpr std::array<std::string_view, 5> kinds = {"integer", "text", "boolean", "date", "timestamp"};
  json::Array out;
  for (const feature::Key& key : view.key) {
    out.push_back(json::Object{
        {"entity", key.entity}, {"column", key.column}, {"kind", kinds[static_cast<std::size_t>(key.kind)]}});
  }
  return out;
}

json::Array column_list(const feature::View& view) {
  json::Array out;
  for (const feature::ViewColumn& column : view.columns) {
    const auto& transform = column.definition.transform;
    out.push_back(json::Object{
        {"column", column.name},
        {"type", column.type},
        {"window", duration_or_null(column.definition.window_us)},
        {"transform", transform ? json::Value(feature::name_of(transform->kind)) : json::Value()},
        {"definition", column.text}});
  }
  return out;
}

/// The models of mlops.yaml that take the view, with the names that its columns begin with there.
json::Array model_list(const std::string& view, const manifest::Manifest& manifest) {
  json::Array out;
  for (const manifest::ModelSpec& model : manifest.models) {
    for (const manifest::FeatureUse& use : model.features) {
      if (use.use == view) out.push_back(json::Object{{"model", model.name}, {"as", score::prefix_of(use)}});
    }
  }
  return out;
}

std::string change_text(const feature::Change& change) {
  if (change.before.empty()) return fmt::format("{} is new: {}", change.what, change.after);
  if (change.after.empty()) return fmt::format("{} is gone: {}", change.what, change.before);
  return fmt::format("{}: {} -> {}", change.what, change.before, change.after);
}

json::Array version_list(const std::vector<feature::ViewVersion>& versions) {
  json::Array out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    json::Array changed;
    if (i > 0) {
      for (const auto& change : feature::changes(versions[i - 1].view, versions[i].view))
        changed.emplace_back(change_text(change));
    }
    out.push_back(json::Object{{"version", versions[i].number},
                               {"time", versions[i].time.text()},
                               {"who", versions[i].who},
                               {"changes", std::move(changed)}});
  }
  return out;
}

/// The definitions of that name that are online, the newest first.
json::Array online_list(const std::string& view, cli::Invocation& invocation) {
  json::Array out;
  for (const feature::OnlineView& one : online_views(invocation)) {
    if (one.view.name != view) continue;
    const auto applied = applied_as(one.view, invocation);
    out.push_back(
        json::Object{{"definition", applied ? json::Value(*applied) : json::Value()},
                     {"complete_from", Time{one.complete_from_us}.text()},
                     {"newest", one.newest_us ? json::Value(Time{*one.newest_us}.text()) : json::Value()},
                     {"events", one.events},
                     {"pushed", one.pushed},
                     {"keys", one.keys}});
  }
  return out;
}

ui::Row applied_view_record(const feature::ViewVersion& version, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const feature::View& view = version.view;
  const manifest::FeatureSpec* declared = project.manifest().find_feature(view.name);
  return {{"name", view.name},
          {"version", version.number},
          {"doc", declared == nullptr ? json::Value() : text_or_null(declared->doc)},
          {"from", view.from},
          {"at", view.at},
          {"known", text_or_null(view.known)},
          {"ttl", duration_or_null(view.ttl_us)},
          {"time", version.time.text()},
          {"who", version.who},
          {"digest", version.record.text()},
          {"previous", version.previous ? json::Value(version.previous->text()) : json::Value(),
           ui::Show::hidden},
          {"key", key_list(view)},
          {"columns", column_list(view)},
          {"models", model_list(view.name, project.manifest())},
          {"versions", version_list(feature::history(project.store(), view.name))},
          {"online", online_list(view.name, invocation)}};
}

cli::Command show_view_spec() {
  const auto args = std::make_shared<std::string>();
  return {.name = "show",
          .summary = "show the definition of a view, its columns, its versions and who takes it",
          .options = {{"view", "VIEW", "a view, or a version of it such as airport@v2", args.get(),
                       cli::Offer::view, true}},
          .examples = {{"mlops features show airport", "Show the newest version of a view"},
                       {"mlops features show airport@v1 --json", "Show its first version, for a program"}},
          .exits = {{Code::not_found, "there is no such view, or it was never applied"}},
          .see_also = {"mlops-features-list(1)", "mlops-log(1)"},
          .run = [args](cli::Invocation& invocation) {
            invocation.record("mlops.view/1",
                              applied_view_record(applied_view(*args, invocation), invocation));
          }};
}

}  // namespace

void show_view(const std::string& address, cli::Invocation& invocation) {
  invocation.record("mlops.view/1",
                    applied_view_record(feature::resolve(invocation.project().store(), address), invocation));
}

const manifest::FeatureSpec& declared_view(const std::string& name, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  if (const manifest::FeatureSpec* view = manifest.find_feature(name)) return *view;
  std::vector<std::string> known;
  for (const manifest::FeatureSpec& one : manifest.features) known.push_back(one.name);
  Error fault = error(Code::not_found, "mlops.yaml has no view '{}'", name).with_id("features.not_found");
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar view exists: {}", one_of(near));
  throw std::move(fault).with_hint(
      "{}", known.empty() ? "it has no `features:`; mlops.yaml(5) shows one" : "it has " + one_of(known));
}

score::ViewUse known_use(const manifest::FeatureUse& use, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  const manifest::FeatureSpec& view = declared_view(use.use, invocation);
  const manifest::TableSpec& table = *manifest.find_table(view.from);
  return {.use = use,
          .view = view,
          .table = table,
          .version = known_version(manifest.address_of(table), invocation)};
}

score::EnrichPlace enrich_place(cli::Invocation& invocation) {
  return {.store = invocation.project().store(),
          .engines = invocation.engines(),
          .resources = resources_of(invocation),
          .cancel = &invocation.cancel()};
}

cli::Command features() {
  return {
      .name = "features",
      .summary = "compile, record, join and serve views of data as of a moment",
      .children = {features_plan(), features_apply(), list_views_spec(), show_view_spec(), features_join(),
                   features_materialize(), features_push(), features_get(), features_serve()}};
}

}  // namespace mlops::commands
