/// `mlops train`: models from data.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "training.hpp"

#include <fmt/format.h>

namespace mlops::commands {
namespace {

void tell_next(cli::Invocation& invocation, const Training& training) {
  const release::TrainReport& report = *training.report;
  const std::string& model = training.request.model;
  const bool waits = report.champion && *report.champion != report.added.version.number;
  if (waits && !report.added.unchanged)
    invocation.next(fmt::format("mlops model promote {}@v{}", model, report.added.version.number));
  invocation.next(fmt::format("mlops predict {} --in FILE", model));
  invocation.next(fmt::format("mlops serve {}", model));
}

void train_run(const TrainArgs& args, cli::Invocation& invocation) {
  const Training training = train_and_judge(args, invocation);
  answer_training(training, invocation);
  if (!training.report) return;
  if (auto fault = rejection(training)) throw *std::move(fault);
  tell_next(invocation, training);
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
      .exits = {{Code::negative,
                 "there is nothing to learn in the data, an assertion about them fails, or a gate of the "
                 "release does"},
                {Code::not_found, "there are no such data"}},
      .see_also = {"mlops-runs(1)", "mlops-model(1)", "mlops-why(1)", "mlops-predict(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { train_run(*args, invocation); }};
}

}  // namespace

cli::Command train() {
  return {.name = "train", .summary = "train models on versioned data", .children = {run_spec()}};
}

}  // namespace mlops::commands
