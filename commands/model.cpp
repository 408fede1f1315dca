/// `mlops model`: the registry.
#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "gate_rows.hpp"
#include "model_answering.hpp"
#include "model_as_of.hpp"
#include "model_register.hpp"
#include "model_rows.hpp"
#include "newest_models.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>

#include <map>

namespace mlops::commands {
namespace {

model::Registry registry(cli::Invocation& invocation) {
  return model::Registry(invocation.project().store());
}

cli::Option model_option(std::string& target, const char* help) {
  return {"model", "MODEL", help, &target, cli::Offer::model, true};
}

// ---- list, show
// -------------------------------------------------------------------------------------------------

struct ListModelsArgs {
  std::optional<std::string> name;
};

void list_models(const ListModelsArgs& args, cli::Invocation& invocation) {
  std::vector<ui::Row> rows;
  std::map<std::string, Error> damaged;
  if (args.name || invocation.project().has_store()) {
    const model::Registry models = registry(invocation);
    std::map<std::string, std::optional<std::int64_t>> champions;
    NewestModels newest;
    if (!args.name) newest = newest_models(invocation.project().store());
    damaged = std::move(newest.damaged);
    for (const auto& version : args.name ? models.list(*args.name) : newest.versions) {
      const auto [champion, fresh] = champions.try_emplace(version.name);
      if (fresh) champion->second = models.current(version.name, "champion");
      rows.push_back(model_row(version, champion->second));
      rows.back().push_back(judgement_cell(invocation.project().store(), version));
    }
  }
  invocation.rows("mlops.model-version/1", rows);
  for (const auto& [name, fault] : damaged)
    invocation.warning(fmt::format("the model {} is damaged: {}", name, fault.message()));
  if (!damaged.empty()) throw Error(damaged.begin()->second);
}

cli::Command list_models_spec() {
  const auto args = std::make_shared<ListModelsArgs>();
  return {.name = "list",
          .summary = "list models, or the versions of one",
          .options = {{"model", "NAME", "list the versions of this one", &args->name, cli::Offer::model}},
          .examples = {{"mlops model list", "List every model with its newest version"},
                       {"mlops model list churn", "List the versions of churn, newest first"}},
          .exits = {{Code::not_found, "there is no such model"},
                    {Code::corrupt, "a model cannot be read; the others are listed"}},
          .run = [args](cli::Invocation& invocation) { list_models(*args, invocation); }};
}

struct ShowModelArgs {
  std::string address;
};

cli::Command show_model_spec() {
  const auto args = std::make_shared<ShowModelArgs>();
  return {.name = "show",
          .summary = "show what a version is, what it came from and how good it is",
          .options = {model_option(args->address, "a model, or a version of it such as churn@v2")},
          .examples = {{"mlops model show churn", "Show the champion of churn, or its newest version"},
                       {"mlops model show churn@v1 --json", "Show its first version, for a program"}},
          .exits = {{Code::not_found, "there is no such model"}},
          .see_also = {"mlops-show(1)", "mlops-why(1)"},
          .run = [args](cli::Invocation& invocation) {
            const model::Version version = model_as_of(invocation, args->address);
            invocation.record("mlops.model/1", model_record(invocation.project().store(), version));
          }};
}

// ---- promote, rollback, history
// ---------------------------------------------------------------------------------

void answer(cli::Invocation& invocation, const model::Registry::Move& move) {
  const char* state = move.from == move.to ? "unchanged" : invocation.dry_run() ? "would be moved" : "moved";
  if (invocation.format() == ui::Format::human) invocation.output().text(move_line(move, state));
  else invocation.record("mlops.model-move/1", move_row(move, state));
}

/// What the history says of a move: the reason that was given, and what was forced.
std::string reason(const std::string& why, const std::string& forced) {
  if (forced.empty()) return why;
  return why.empty() ? forced : fmt::format("{} ({})", why, forced);
}

struct PromoteArgs {
  std::string address;
  std::string alias = "champion";
  std::string why;
  bool force = false;
};

/// A bare name is its champion, which is seldom what is to be promoted.
void tell_newer(const PromoteArgs& args, const model::Registry& models, const model::Version& version,
                cli::Invocation& invocation) {
  if (args.address.find('@') != std::string::npos || Digest::parse(args.address)) return;
  const model::Version newest = models.list(version.name).front();
  if (newest.number == version.number) return;
  const std::string to = args.alias == "champion" ? "" : " --to " + args.alias;
  invocation.note(fmt::format("{} stands for {}; its newest version is {}: `mlops model promote {}{}`",
                              args.address, version.address(), newest.address(), newest.address(), to));
}

void promote(const PromoteArgs& args, cli::Invocation& invocation) {
  model::Registry models = registry(invocation);
  const model::Version version = models.get(args.address);
  const Time now = invocation.clock().now();
  const std::string who = user_of(invocation);
  check_answering(invocation, version, args.alias, args.force);
  const std::string why = reason(args.why, require_accepted(invocation, version, args.force));
  tell_newer(args, models, version, invocation);
  if (!invocation.dry_run()) return answer(invocation, models.promote(version, args.alias, why, who, now));
  model::check_alias(args.alias);
  answer(invocation, {.name = version.name,
                      .alias = args.alias,
                      .from = models.current(version.name, args.alias).value_or(0),
                      .to = version.number,
                      .time = now,
                      .who = who,
                      .why = why});
}

cli::Command promote_spec() {
  const auto args = std::make_shared<PromoteArgs>();
  return {
      .name = "promote",
      .summary = "point an alias at a version",
      .options = {model_option(args->address, "the version, such as churn@v2 or churn@challenger"),
                  {"--to", "ALIAS", "which alias", &args->alias},
                  {"--why", "TEXT", "the reason, for the history", &args->why},
                  {"--force", "", "also a version that was not accepted, or that nothing here can run",
                   &args->force}},
      .examples = {{"mlops model promote churn@v2", "Make the second version the champion"},
                   {"mlops model promote churn@v2 --to challenger --why 'new features'",
                    "Set another alias, and say why"}},
      .exits = {{Code::negative,
                 "a gate of its release rejected the version, or nothing here can run it and what the alias "
                 "points at now runs"},
                {Code::not_found, "there is no such model"}},
      .see_also = {"mlops-why(1)", "mlops-model-rollback(1)", "mlops-model-history(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { promote(*args, invocation); }};
}

struct RollbackArgs {
  std::string name;
  std::string alias = "champion";
  std::string why;
  bool force = false;
};

/// Without a move there is nothing to take back; what can be promoted instead was accepted.
void require_moved(const RollbackArgs& args, const model::Registry& models, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  if (models.current(args.name, args.alias) || !model::aliases_of(store.references(), args.name).empty())
    return;
  Error fault =
      error(Code::not_found, "'{}' has no alias '{}'", args.name, args.alias).with_id("model.not_found");
  const auto accepted = newest_accepted(store, args.name);
  if (!accepted)
    throw std::move(fault).with_hint("no version of it was accepted; `mlops why models/{}@latest` shows why",
                                     args.name);
  throw std::move(fault).with_hint("`mlops model promote {}{}` sets it", accepted->address(),
                                   args.alias == "champion" ? "" : " --to " + args.alias);
}

void rollback(const RollbackArgs& args, cli::Invocation& invocation) {
  model::Registry models = registry(invocation);
  require_moved(args, models, invocation);
  const std::int64_t from = models.current(args.name, args.alias).value_or(0);
  const std::int64_t to = models.before(args.name, args.alias);
  const model::Version target = models.get(fmt::format("{}@v{}", args.name, to));
  const std::string why =
      reason(args.why, require_accepted_before(invocation, target, args.alias, from, args.force));
  const Time now = invocation.clock().now();
  const std::string who = user_of(invocation);
  if (!invocation.dry_run()) return answer(invocation, models.rollback(args.name, args.alias, why, who, now));
  answer(
      invocation,
      {.name = args.name, .alias = args.alias, .from = from, .to = to, .time = now, .who = who, .why = why});
}

cli::Command rollback_spec() {
  const auto args = std::make_shared<RollbackArgs>();
  return {.name = "rollback",
          .summary = "take the last move of an alias back",
          .options = {{"model", "NAME", "the model", &args->name, cli::Offer::model, true},
                      {"--alias", "ALIAS", "which alias", &args->alias},
                      {"--why", "TEXT", "the reason, for the history", &args->why},
                      {"--force", "", "also to a version that was not accepted", &args->force}},
          .examples = {{"mlops model rollback churn", "Make the champion what it was before"},
                       {"mlops model rollback churn -n", "Show which version that is"}},
          .exits = {{Code::negative,
                     "a gate of its release rejected the version that the alias pointed at before"},
                    {Code::not_found, "there is no such model or alias, or no move to take back"},
                    {Code::conflict, "the alias was moved meanwhile"}},
          .see_also = {"mlops-why(1)", "mlops-model-promote(1)", "mlops-model-history(1)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { rollback(*args, invocation); }};
}

struct HistoryArgs {
  std::string name;
  std::string alias;
};

cli::Command history_spec() {
  const auto args = std::make_shared<HistoryArgs>();
  return {
      .name = "history",
      .summary = "show every move of the aliases of a model, newest first",
      .options = {{"model", "NAME", "the model", &args->name, cli::Offer::model, true},
                  {"--alias", "ALIAS", "only those of this alias", &args->alias}},
      .examples = {{"mlops model history churn", "Show when which version of churn was champion, and why"}},
      .exits = {{Code::not_found, "there is no such model or alias"}},
      .run = [args](cli::Invocation& invocation) {
        std::vector<ui::Row> rows;
        for (const auto& move : registry(invocation).history(args->name, args->alias)) {
          rows.push_back(move_row(move, "moved"));
        }
        invocation.rows("mlops.model-move/1", rows);
      }};
}

}  // namespace

cli::Command model() {
  return {.name = "model",
          .summary = "register, promote and inspect models",
          .children = {model_register(), list_models_spec(), show_model_spec(), promote_spec(),
                       rollback_spec(), history_spec()}};
}

}  // namespace mlops::commands
