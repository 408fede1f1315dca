/// `mlops features materialize`: the tables of today taken over into the online store.
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "features.hpp"
#include "model_views.hpp"
#include "online_views.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/feature/sets.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/online.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace mlops::commands {
namespace {

struct MaterializeArgs {
  std::vector<std::string> names;
  bool prune = false;
};

/// A definition and the version of its table that is taken over.
struct Taken {
  Defined defined;
  dataset::Version version;
};

json::Value moment_or_null(const std::optional<std::int64_t>& us) {
  return us ? json::Value(Time{*us}.text()) : json::Value();
}

std::string table_name(const dataset::Version& version) {
  return fmt::format("{}@v{}", version.name, version.number);
}

/// Each table is looked at once, whatever is made from it.
std::vector<Taken> to_take(const MaterializeArgs& args, cli::Invocation& invocation) {
  std::vector<Taken> out;
  std::map<std::string, dataset::Version> versions;
  for (Defined& defined : definitions_named(args.names, invocation)) {
    auto known = versions.find(defined.view.from);
    if (known == versions.end()) {
      const dataset::Version version = table_of_view(defined.view, invocation);
      mind_refusal(invocation, invocation.project(), version, Asked::by_name);
      known = versions.emplace(defined.view.from, version).first;
    }
    out.push_back({std::move(defined), known->second});
  }
  return out;
}

ui::Row taken_row(const Taken& one, const feature::OnlineView* view, const char* state,
                  std::uint64_t superseded, cli::Invocation& invocation) {
  const auto applied = applied_as(one.defined.view, invocation);
  const auto number = [&](std::uint64_t feature::OnlineView::*count) {
    return view == nullptr ? json::Value() : json::Value(view->*count);
  };
  return {
      {"view", one.defined.view.name},
      {"definition", applied ? json::Value(*applied) : json::Value()},
      {"used_by", json::Array(one.defined.used_by.begin(), one.defined.used_by.end())},
      {"table", table_name(one.version)},
      {"state", state},
      {"events", number(&feature::OnlineView::events), ui::Show::count},
      {"keys", number(&feature::OnlineView::keys), ui::Show::count},
      {"complete_from", view == nullptr ? json::Value() : json::Value(Time{view->complete_from_us}.text())},
      {"newest", view == nullptr ? json::Value() : moment_or_null(view->newest_us)},
      {"superseded", superseded, ui::Show::count}};
}

std::vector<ui::Row> would_take(const std::vector<Taken>& all, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  std::error_code ignored;
  const bool there = std::filesystem::exists(invocation.project().online_file(), ignored);
  for (const Taken& one : all) {
    std::optional<feature::OnlineView> known;
    if (there)
      known = score::materialized(online_store(invocation), one.defined.view, one.version,
                                  invocation.clock().now());
    rows.push_back(taken_row(one, known ? &*known : nullptr, known ? "unchanged" : "would be materialized", 0,
                             invocation));
  }
  return rows;
}

std::vector<ui::Row> take(const std::vector<Taken>& all, cli::Invocation& invocation) {
  feature::OnlineStore store(invocation.project().online_file(), feature::OnlineStore::Mode::write);
  // Of several definitions of a name that of mlops.yaml comes last: it answers for the name.
  std::vector<std::size_t> order(all.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
    const auto& users = all[i].defined.used_by;
    return std::find(users.begin(), users.end(), "mlops.yaml") == users.end();
  });
  std::vector<ui::Row> rows(all.size());
  for (const std::size_t i : order) {
    const Taken& one = all[i];
    invocation.progress().phase("materializing " + one.defined.view.name, 0, Unit::rows);
    const auto done = score::materialize(enrich_place(invocation), store, one.defined.view, one.version,
                                         invocation.clock().now());
    rows[i] = taken_row(one, &done.view, done.unchanged ? "unchanged" : "materialized", done.superseded,
                        invocation);
  }
  return rows;
}

bool is_used(const feature::OnlineView& there, const std::vector<Defined>& used) {
  return std::any_of(used.begin(), used.end(), [&](const Defined& one) {
    return one.view.name == there.view.name && feature::changes(one.view, there.view).empty();
  });
}

/// What neither mlops.yaml nor a version of a model has.
void prune(cli::Invocation& invocation) {
  const auto used = definitions_in_use(invocation);
  std::vector<std::string> gone;
  for (const feature::OnlineView& one : online_views(invocation)) {
    if (!is_used(one, used)) gone.push_back(one.view.name);
  }
  if (gone.empty()) return invocation.note("every definition that is online is used");
  if (!invocation.dry_run()) {
    feature::OnlineStore(invocation.project().online_file(), feature::OnlineStore::Mode::write)
        .drop_unless([&](const feature::OnlineView& one) { return is_used(one, used); });
  }
  invocation.note(fmt::format("{} {}: neither mlops.yaml nor a model has {}", fmt::join(gone, ", "),
                              invocation.dry_run() ? "would be dropped" : "dropped",
                              gone.size() == 1 ? "this definition" : "these definitions"));
}

/// A model that takes one of the views, to be served.
void tell_served(const std::vector<Taken>& all, cli::Invocation& invocation) {
  for (const Taken& one : all) {
    for (const std::string& user : one.defined.used_by) {
      if (user != "mlops.yaml") return invocation.next("mlops serve " + user.substr(0, user.find('@')));
    }
  }
}

void materialize(const MaterializeArgs& args, cli::Invocation& invocation) {
  const std::vector<Taken> all = to_take(args, invocation);
  if (all.empty()) invocation.note("mlops.yaml has no `features:`, and no champion was trained on any");
  const std::vector<ui::Row> rows =
      invocation.dry_run() || all.empty() ? would_take(all, invocation) : take(all, invocation);
  invocation.rows("mlops.materialization/1", rows);
  if (args.prune) prune(invocation);
  if (!invocation.dry_run()) tell_served(all, invocation);
}

}  // namespace

cli::Command features_materialize() {
  const auto args = std::make_shared<MaterializeArgs>();
  return {
      .name = "materialize",
      .summary = "take over the tables of views into the online store, which answers while serving",
      .options = {{"name", "VIEW|MODEL",
                   "views of mlops.yaml, or models, whose views are taken as they were trained on; default: "
                   "all views, and those of the champions",
                   &args->names, cli::Offer::view_or_model},
                  {"--prune", "", "drop definitions that neither mlops.yaml nor a model has", &args->prune}},
      .examples = {{"mlops features materialize", "Bring everything that is served up to date"},
                   {"mlops features materialize airport -n", "Say what would be taken over for one view"}},
      .exits = {{Code::usage, "a view cannot be used, or a model was trained on none"},
                {Code::negative, "the table of a view was refused by what is asserted of it"},
                {Code::not_found, "there is no such view or model, or its table was never made"},
                {Code::conflict, "a table no longer has what a model's view reads"}},
      .see_also = {"mlops-features-push(1)", "mlops-features-get(1)", "mlops-serve(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { materialize(*args, invocation); }};
}

}  // namespace mlops::commands
