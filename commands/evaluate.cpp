/// `mlops evaluate`: a registered version judged on rows whose label is known.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "evaluation_rows.hpp"
#include "model_as_of.hpp"
#include "model_views.hpp"
#include "train_split.hpp"
#include "up_to_date.hpp"
#include "which_model.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/manifest/slices.hpp>
#include <mlops/predict/package.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/evaluate_version.hpp>

#include <algorithm>
#include <filesystem>

namespace mlops::commands {
namespace {

struct EvaluateArgs {
  std::optional<std::string> model;
  std::optional<std::string> data;
  std::optional<std::string> part;
  std::vector<std::string> slices;
  std::optional<std::string> against;
  std::optional<std::string> metric;
  std::optional<std::int64_t> seed;
  std::optional<std::int64_t> least;
};

/// A file is no dataset before it is ingested.
dataset::Version given_data(const std::string& address, cli::Invocation& invocation) {
  try {
    return known_version(address, invocation);
  } catch (const Error& e) {
    if (e.code() != Code::not_found || !std::filesystem::exists(address)) throw;
    throw Error(e).with_hint("it is a file: `mlops ingest {}` makes a dataset of it", address);
  }
}

dataset::Version data_of(const EvaluateArgs& args, const model::Version& version,
                         cli::Invocation& invocation) {
  if (args.data) return given_data(*args.data, invocation);
  if (version.data.empty())
    throw error(Code::usage, "nothing says which data {} was trained on", version.address())
        .with_hint("name the rows that judge: `mlops evaluate {} --data DATASET`", version.address());
  return known_version(version.data.substr(0, version.data.rfind('@')), invocation);
}

std::string label_of(store::Store& store, const model::Version& version) {
  model::require_runnable(version);
  return predict::get(store.objects(), version.package).signature.label;
}

/// Its entry in mlops.yaml, where that speaks of this label.
const manifest::TableSpec* declared(const dataset::Version& data, const std::string& label,
                                    const manifest::Manifest& manifest) {
  const manifest::TableSpec* table = manifest.find_table(data.address());
  return table != nullptr && table->label == label ? table : nullptr;
}

release::RowPart part_of(const EvaluateArgs& args, bool is_declared) {
  if (!args.part) return is_declared ? release::RowPart::test : release::RowPart::all;
  for (const auto part : {release::RowPart::train, release::RowPart::valid, release::RowPart::test}) {
    if (*args.part == release::name_of(part)) return part;
  }
  return release::RowPart::all;
}

/// Those that are asked for, else those of the release; of these the ones that the data have.
std::vector<evaluate::SliceBy> slices_of(const EvaluateArgs& args, const std::string& model,
                                         const dataset::Version& data, cli::Invocation& invocation) {
  std::vector<evaluate::SliceBy> out;
  for (const std::string& text : args.slices) {
    const manifest::SliceSpec slice = manifest::slice_of(text, "--slice");
    out.push_back({slice.column, slice.by});
  }
  const manifest::ReleaseSpec* release = invocation.project().manifest().find_release(model);
  if (!args.slices.empty() || release == nullptr) return out;
  for (const manifest::SliceSpec& slice : release->slices) {
    if (data.find(slice.column) != nullptr) out.push_back({slice.column, slice.by});
    else
      invocation.note(fmt::format("{} has no column '{}': not sliced by it", data.address(), slice.column));
  }
  return out;
}

/// A slice that is asked for and not there is told before anything is read.
void require_columns(const std::vector<evaluate::SliceBy>& slices, const dataset::Version& data) {
  for (const evaluate::SliceBy& by : slices) {
    if (data.find(by.column) != nullptr) continue;
    std::vector<std::string> known;
    for (const dataset::Column& column : data.columns) known.push_back(column.name);
    Error fault =
        error(Code::usage, "{}@v{} has no column '{}' to slice by", data.address(), data.number, by.column);
    const auto near = near_misses(by.column, known);
    throw near.empty() ? fault : std::move(fault).with_hint("a similar column exists: {}", one_of(near));
  }
}

release::VersionQuestion question_of(const EvaluateArgs& args, cli::Invocation& invocation) {
  if (args.seed && *args.seed < 0) throw error(Code::usage, "'--seed' wants 0 or more, not {}", *args.seed);
  if (args.least && *args.least < 1)
    throw error(Code::usage, "'--least' wants 1 or more, not {}", *args.least);
  store::Store& store = invocation.project().store();
  release::VersionQuestion out;
  out.version = model_as_of(
      invocation, args.model ? *args.model
                             : which_model(invocation, store.references(), "evaluated", ": `mlops evaluate"));
  if (args.against) out.against = model_as_of(invocation, *args.against);
  const std::string label = label_of(store, out.version);
  out.data = data_of(args, out.version, invocation);
  const manifest::TableSpec* table = declared(out.data, label, invocation.project().manifest());
  out.part = part_of(args, table != nullptr);
  if (table != nullptr) out.split = declared_split(*table);
  out.slices = slices_of(args, out.version.name, out.data, invocation);
  require_columns(out.slices, out.data);
  out.metric = args.metric.value_or("");
  out.seed = static_cast<std::uint64_t>(args.seed.value_or(1));
  if (args.least) out.least = static_cast<std::uint64_t>(*args.least);
  return out;
}

/// Why the rows that judge flatter a version; empty: it cannot have learnt from them.
std::string why_seen(const release::VersionQuestion& question, const model::Version& version) {
  if (!version.data.starts_with(question.data.address() + "@")) return "";
  const std::string& name = version.address();
  const bool refit = json::Value(version.parameters)["refit"].bool_or(false);
  const release::RowPart part = question.part;
  if (part == release::RowPart::train || part == release::RowPart::all ||
      (part == release::RowPart::valid && refit))
    return fmt::format("{} has learnt from rows of {}: these figures flatter it", name,
                       question.data.address());
  if (version.data_record != question.data.record)
    return fmt::format("{} was trained on {}: rows that judge now may be among those it learnt from", name,
                       version.data);
  if (part == release::RowPart::valid)
    return fmt::format("the training of {} may have been stopped by rows of the part valid", name);
  return "";
}

/// What the rows that judge may have been used for before, and what training did not know of them.
void tell_seen(const release::VersionQuestion& question, const release::VersionEvaluation& evaluation,
               cli::Invocation& invocation) {
  for (const model::Version* version : {&question.version, question.against ? &*question.against : nullptr}) {
    const std::string why = version == nullptr ? "" : why_seen(question, *version);
    if (!why.empty()) invocation.note(why);
  }
  for (const release::Unseen& one : evaluation.unseen)
    invocation.warning(fmt::format("column '{}': {} of {}, a category that training never saw", one.column,
                                   count_text(one.rows), count_of(evaluation.rows, "row")));
}

void run(const EvaluateArgs& args, cli::Invocation& invocation) {
  const release::VersionQuestion question = question_of(args, invocation);
  release::Workshop shop = {.store = invocation.project().store(),
                            .engines = invocation.engines(),
                            .resources = resources_of(invocation),
                            .clock = invocation.clock(),
                            .progress = invocation.progress(),
                            .environment = invocation.environment(),
                            .cancel = &invocation.cancel()};
  const auto evaluation = release::evaluate_version(
      shop, question, [&](const feature::View& view) { return model_history(view, invocation); });
  tell_seen(question, evaluation, invocation);
  const bool people = invocation.format() == ui::Format::human;
  invocation.record("mlops.evaluation/1", evaluation_row(question, evaluation, people));
}

}  // namespace

cli::Command evaluate() {
  const auto args = std::make_shared<EvaluateArgs>();
  return {
      .name = "evaluate",
      .summary = "judge a model on rows whose label is known",
      .options = {{"model", "MODEL", "a model, or a version of it such as churn@v2; default: the only one",
                   &args->model, cli::Offer::model},
                  {"--data", "DATASET", "whose rows; default: the data it was trained on, as they are now",
                   &args->data, cli::Offer::dataset},
                  {"--part",
                   "PART",
                   "which of them; default: test, where mlops.yaml has the label, else all",
                   &args->part,
                   cli::Offer::none,
                   false,
                   {"test", "valid", "train", "all"}},
                  {"--slice", "COLUMN",
                   "rows by the values of a column, or by ranges: 'distance by 500'; default: those of the "
                   "release",
                   &args->slices},
                  {"--least", "ROWS",
                   "of how many rows a slice is at least that may be the worst; default: 100", &args->least},
                  {"--against", "MODEL", "another version, asked about the same rows", &args->against,
                   cli::Offer::model},
                  {"--metric", "NAME", "by which slices are the worst, and one of two models is better",
                   &args->metric},
                  {"--seed", "NUMBER", "seed of the resamples of `--against`; default: 1", &args->seed}},
      .examples = {{"mlops evaluate churn", "Judge the champion of churn on the test rows of its data"},
                   {"mlops evaluate churn@v2 --against churn@v1 --part all",
                    "Compare two versions on every row that has a label"},
                   {"mlops evaluate churn --data churn --slice 'age by 10' --slice churned",
                    "Show where it is weak"}},
      .exits = {{Code::failed, "the model is only kept, or it answers another question than the data ask"},
                {Code::negative, "no row has a label to judge by"},
                {Code::not_found, "there is no such model or dataset"}},
      .see_also = {"mlops-train-run(1)", "mlops-predict(1)", "mlops-model-show(1)", "mlops-output(5)"},
      .run = [args](cli::Invocation& invocation) { run(*args, invocation); }};
}

}  // namespace mlops::commands
