/// `mlops train`: models from data.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "train_request.hpp"
#include "training_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/train.hpp>

namespace mlops::commands {
namespace {

void tell_plan(cli::Invocation& invocation, const release::TrainRequest& request,
               const release::Prepared& prepared) {
  for (const std::string& line : plan_notes(request, prepared)) invocation.note(line);
  constexpr std::size_t told = 4;
  for (std::size_t i = 0; i < prepared.leaks.size() && i < told; ++i)
    invocation.warning(prepared.leaks[i].message);
  if (prepared.leaks.size() > told)
    invocation.warning(fmt::format("{} more like these; `--json` lists all", prepared.leaks.size() - told));
}

void tell_result(cli::Invocation& invocation, const release::TrainReport& report) {
  for (const release::Outcome& outcome : report.outcomes) {
    const std::string& name = outcome.candidate.name;
    if (outcome.fault)
      invocation.warning(fmt::format("{} was not trained: {}", name, outcome.fault->message()));
    for (const std::string& note : outcome.notes) invocation.note(fmt::format("{}: {}", name, note));
  }
  if (!report.beats_baseline) invocation.warning("no model is measurably better than the baseline");
}

/// Writes what was decided into mlops.yaml. A file that cannot be edited does not undo the training.
void remember(const TrainArgs& args, cli::Invocation& invocation, const release::TrainRequest& request,
              const release::Prepared& prepared) {
  project::Project& project = invocation.project();
  try {
    const auto edit = training_edit_of(args, request, prepared, project.manifest());
    if (edit && project.add_training(*edit)) invocation.note("mlops.yaml says now how this was trained");
    const manifest::TableSpec* table = project.manifest().find_table(request.data.address());
    if (table != nullptr && !table->label.empty() && table->label != request.label)
      invocation.note(
          fmt::format("mlops.yaml keeps '{}' as the label of {}: this training is not written there",
                      table->label, table->name));
  } catch (const Error& e) {
    invocation.warning(fmt::format("mlops.yaml stays as it is: {}", e.message()));
    if (!e.detail().empty()) invocation.note(e.detail());
  }
}

void tell_next(cli::Invocation& invocation, const release::TrainRequest& request,
               const release::TrainReport& report) {
  if (report.champion_before && !report.added.unchanged)
    invocation.next(fmt::format("mlops model promote {}@v{}", request.model, report.added.version.number));
  invocation.next(fmt::format("mlops predict {} --in FILE", request.model));
  invocation.next(fmt::format("mlops serve {}", request.model));
}

void train_run(const TrainArgs& args, cli::Invocation& invocation) {
  const release::TrainRequest request = train_request(args, invocation);
  invocation.tell_answers();
  release::Workshop shop = {.store = invocation.project().store(),
                            .engines = invocation.engines(),
                            .resources = resources_of(invocation),
                            .clock = invocation.clock(),
                            .progress = invocation.progress(),
                            .environment = invocation.environment(),
                            .cancel = &invocation.cancel()};
  const release::Prepared prepared = release::prepare(shop, request);
  tell_plan(invocation, request, prepared);
  const bool people = invocation.format() == ui::Format::human;
  if (invocation.dry_run()) {
    ui::Row row = planned_row(request, prepared);
    if (people) row.push_back(planned_for_people(prepared));
    return invocation.record("mlops.training/1", row);
  }
  const release::TrainReport report = release::train_models(shop, request, prepared);
  tell_result(invocation, report);
  remember(args, invocation, request, prepared);
  ui::Row row = training_row(request, prepared, report);
  if (people) row.push_back(candidates_for_people(report));
  invocation.record("mlops.training/1", row);
  tell_next(invocation, request, report);
}

cli::Command run_spec() {
  const auto args = std::make_shared<TrainArgs>();
  return {
      .name = "run",
      .summary = "train models, judge them on the same rows, and register the simplest good one",
      .options = {{"model", "MODEL", "models of mlops.yaml; default: those of the release", &args->models},
                  {"--label", "COLUMN", "the column to predict", &args->label},
                  {"--data", "DATASET", "the data to train on; default: those that have the label",
                   &args->data, cli::Offer::dataset},
                  {"--name", "NAME", "name of the model; default: that of the data", &args->name},
                  {"--task",
                   "TASK",
                   "what to learn, where the label leaves it open",
                   &args->task,
                   cli::Offer::none,
                   false,
                   {"binary", "multiclass", "regression"}},
                  {"--train", "TRAINER", "a way to train; default: all that fit, the simplest first",
                   &args->trainers},
                  {"--rule", "SQL",
                   "a rule to be judged beside the models, such as CASE WHEN age < 30 THEN 0.2 END",
                   &args->rule},
                  {"-p,--param", "NAME=VALUE",
                   "a parameter of mlops.yaml, or of the trainers that know it; xgboost.eta=0.1 of one",
                   &args->parameters},
                  {"--only", "COLUMN", "a feature to use, and none that is not named", &args->only},
                  {"--without", "COLUMN", "a column to leave out", &args->without},
                  {"--time", "COLUMN", "when a row happened: the latest rows judge", &args->time},
                  {"--group", "COLUMN", "rows with the same value stay together", &args->group},
                  {"--part", "COLUMN", "a column that says train, valid or test", &args->part},
                  {"--test", "SHARE|TIME",
                   "the rows that judge: a share, or with a time `last 30d`; default: 15%", &args->test},
                  {"--valid", "SHARE|TIME",
                   "the rows that choose: a share, or `30d before test`; default: 15%", &args->valid},
                  {"--seed", "NUMBER", "seed of the split and of the trainers; default: 1", &args->seed}},
      .examples = {{"mlops train run --label churned", "Train on the data that have a column churned"},
                   {"mlops train run", "Train again what mlops.yaml says"},
                   {"mlops train run --label churned --train logistic -p l2=0.1 --seed 7", "Try one model"},
                   {"mlops train run --label churned -n", "Show rows, columns and models; train nothing"}},
      .exits = {{Code::negative, "there is nothing to learn in the data, or an assertion about them fails"},
                {Code::not_found, "there are no such data"}},
      .see_also = {"mlops-runs(1)", "mlops-model(1)", "mlops-predict(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { train_run(*args, invocation); }};
}

}  // namespace

cli::Command train() {
  return {.name = "train", .summary = "train models on versioned data", .children = {run_spec()}};
}

}  // namespace mlops::commands
