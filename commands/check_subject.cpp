#include "check_subject.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "features.hpp"
#include "online_views.hpp"
#include "train_split.hpp"

#include <fmt/core.h>
#include <mlops/dataset/open_file.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/json/value.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/skew.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

bool mentions(const expect::Expr& expr, const std::string& thing) {
  const bool here = std::any_of(expr.path.begin(), expr.path.end(),
                                [&](const expect::Part& part) { return part.text == thing; });
  if (here) return true;
  return std::any_of(expr.operands.begin(), expr.operands.end(),
                     [&](const expect::Expr& part) { return mentions(part, thing); });
}

bool asks_serving(const expect::Expr& expr) {
  if (expr.kind == expect::Kind::call && expr.path.back().text == "skew") return true;
  return std::any_of(expr.operands.begin(), expr.operands.end(), asks_serving);
}

/// The newest version of `address` that is not refused.
std::optional<dataset::Version> accepted(store::Store& store, const std::string& address) {
  const std::size_t slash = address.find('/');
  if (!store.references().find({address.substr(0, slash), address.substr(slash + 1)})) return std::nullopt;
  dataset::Version newest = dataset::resolve(store, address);
  if (!dataset::is_refused(store, newest)) return newest;
  return dataset::last_accepted(store, newest);
}

/// Outcomes are no inputs, times go on, and groups are kept apart on purpose.
std::vector<std::string> not_compared(const manifest::TableSpec& table) {
  std::vector<std::string> out = table.outcome;
  out.insert(out.end(), {table.time, table.split.group, table.split.part});
  return out;
}

json::Value us_or_null(const std::optional<std::int64_t>& value) {
  return value ? json::Value(*value) : json::Value();
}

/// What the parts and the inputs of training depend on.
std::string training_text(const manifest::TableSpec& table) {
  if (table.label.empty()) return "";
  const train::SplitRequest split = declared_split(table);
  json::Array outcome(table.outcome.begin(), table.outcome.end());
  return json::canonical(json::Object{{"label", table.label},
                                      {"task", table.task},
                                      {"outcome", std::move(outcome)},
                                      {"time", split.time},
                                      {"group", split.group},
                                      {"part", split.part},
                                      {"valid", split.valid},
                                      {"test", split.test},
                                      {"valid_before_us", us_or_null(split.valid_before_us)},
                                      {"test_last_us", us_or_null(split.test_last_us)},
                                      {"seed", static_cast<std::int64_t>(split.seed)}});
}

std::string view_text(const manifest::FeatureSpec& view) {
  json::Array key;
  for (const auto& [entity, column] : view.key) key.push_back(json::Array{entity, column});
  json::Array columns;
  for (const auto& [name, expression] : view.columns) columns.push_back(json::Array{name, expression});
  return json::canonical(json::Object{{"key", std::move(key)},
                                      {"from", view.from},
                                      {"at", view.at},
                                      {"known", view.known},
                                      {"ttl_us", us_or_null(view.ttl_us)},
                                      {"columns", std::move(columns)}});
}

/// Grows with whatever happens to the view in the online store.
std::string online_text(const std::string& view, cli::Invocation& invocation) {
  json::Array out;
  for (const feature::OnlineView& one : online_views(invocation)) {
    if (one.view.name != view) continue;
    out.push_back(json::Array{one.id, one.generation, one.events, one.pushed, one.complete_from_us});
  }
  return json::canonical(out);
}

/// The online store beside the table of a view.
class ServedView final : public dataset::Serving {
 public:
  ServedView(cli::Invocation& invocation, score::ViewUse use)
      : invocation_(invocation), use_(std::move(use)) {}

  dataset::Answer skew() override {
    const score::EnrichPlace place = enrich_place(invocation_);
    const feature::View view = score::compile_views(place, {&use_, 1}).front();
    const auto found = score::skew(place, invocation_.project().online_file(), view, use_.version,
                                   invocation_.clock().now());
    if (const auto* none = std::get_if<score::NotServed>(&found))
      return {.value = expect::Missing{none->reason}};
    const auto& skew = std::get<score::Skew>(found);
    return {.value = skew.share, .detail = skew.detail};
  }

 private:
  cli::Invocation& invocation_;
  const score::ViewUse use_;
};

/// Other tables that the assertions name, as they were last accepted.
void add_others(project::Project& project, const std::vector<Asserted>& assertions, dataset::Subject& out) {
  for (const manifest::TableSpec* table : project.manifest().tables()) {
    const std::string address = project.manifest().address_of(*table);
    out.things.push_back(address);
    const bool named = std::any_of(assertions.begin(), assertions.end(), [&](const Asserted& one) {
      return mentions(one.assertion.root, table->name);
    });
    if (!named) continue;
    // Its own name means this very version, whatever was accepted before.
    if (address == out.version.address()) out.others.emplace(address, out.version);
    else if (auto other = accepted(project.store(), address)) out.others.emplace(address, *std::move(other));
  }
}

void work_out_view(cli::Invocation& invocation, project::Project& project, const ToCheck& checked,
                   JudgedSubject& out) {
  const score::ViewUse use{.use = {.use = checked.view->name},
                           .view = *checked.view,
                           .table = *checked.table,
                           .version = checked.version};
  out.values.emplace(enrich_place(invocation), dataset::scratch_beside(project.store().objects()), use,
                     invocation.progress());
  out.serving = std::make_unique<ServedView>(invocation, use);
  out.subject.serving = out.serving.get();
  out.subject.version = out.values->version();
  out.subject.file = out.values->file();
}

}  // namespace

release::Trainable trainable(const manifest::TableSpec& table, const dataset::Version& version) {
  release::Trainable out{.data = version, .label = table.label};
  if (!table.task.empty()) out.task = predict::task_of(table.task);
  out.plan = {.outcome = table.outcome, .split = declared_split(table)};
  return out;
}

const std::vector<manifest::ExpectSpec>& expected(const ToCheck& checked) {
  return checked.view != nullptr ? checked.view->expect : checked.table->expect;
}

std::vector<Asserted> assertions_of(const ToCheck& checked) {
  std::vector<Asserted> out;
  for (const manifest::ExpectSpec& spec : expected(checked))
    out.push_back({spec, std::get<expect::Assertion>(expect::parse(spec.text))});
  return out;
}

std::optional<dataset::Check> find_verdict(project::Project& project, const ToCheck& checked) {
  dataset::Version version{
      .section = checked.version.section, .name = checked.version.name, .number = checked.version.number};
  if (checked.view != nullptr) version.section = "features", version.name = checked.view->name;
  return dataset::find_check(project.store(), version);
}

bool is_of_serving(const std::string& assertion) {
  const auto parsed = expect::parse(assertion);
  const auto* tree = std::get_if<expect::Assertion>(&parsed);
  return tree != nullptr && asks_serving(tree->root);
}

std::string standing_of(const ToCheck& checked, cli::Invocation& invocation) {
  const std::string training = training_text(*checked.table);
  if (checked.view == nullptr) return training;
  const auto& specs = checked.view->expect;
  const bool serves =
      std::any_of(specs.begin(), specs.end(), [](const auto& one) { return is_of_serving(one.text); });
  return training + view_text(*checked.view) + (serves ? online_text(checked.view->name, invocation) : "");
}

JudgedSubject subject_of(cli::Invocation& invocation, project::Project& project, dataset::Workshop& shop,
                         const ToCheck& checked, const std::vector<Asserted>& assertions) {
  JudgedSubject out{.subject = {.version = checked.version}};
  if (checked.view != nullptr) {
    work_out_view(invocation, project, checked, out);
  } else {
    out.subject.last = dataset::last_accepted(project.store(), checked.version);
    out.subject.aside = not_compared(*checked.table);
  }
  add_others(project, assertions, out.subject);
  if (checked.table->label.empty()) return out;
  out.training = std::make_unique<release::TableTraining>(project.store(), shop,
                                                          trainable(*checked.table, checked.version));
  out.subject.training = out.training.get();
  return out;
}

}  // namespace mlops::commands
