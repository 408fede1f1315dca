/// `mlops predict`: a file in, the same rows with a model's answers out.
#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "lines_as_rows.hpp"
#include "model_views.hpp"
#include "which_model.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/open_file.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/batch.hpp>

#include <fmt/core.h>

#include <chrono>

namespace mlops::commands {
namespace {

struct PredictArgs {
  std::optional<std::string> model;
  std::filesystem::path in = "-";
  std::filesystem::path out = "-";
  std::optional<std::string> format;
  std::optional<std::string> in_format;
  bool only = false;
};

score::BatchRequest request_of(const PredictArgs& args, cli::Invocation& invocation, LinesAsRows* rows) {
  score::BatchRequest request{.input = args.in,
                              .input_format = args.in_format,
                              .output = invocation.dry_run() ? "-" : args.out,
                              .output_format = rows != nullptr ? "jsonl" : args.format,
                              .only_answers = args.only};
  request.read_input = [&invocation](void* buffer, std::size_t size) {
    return invocation.read_input(buffer, size);
  };
  request.write_output = [&invocation, rows](std::string_view bytes) {
    if (invocation.dry_run()) return;
    if (rows != nullptr) rows->write(bytes);
    else invocation.output().text(bytes);
  };
  request.history = [&invocation](const feature::View& view) { return model_history(view, invocation); };
  return request;
}

/// Told where training saw nothing of the kind.
void tell_met(cli::Invocation& invocation, const predict::Signature& signature,
              const score::BatchReport& report) {
  for (std::size_t i = 0; i < report.encountered.nulls.size(); ++i) {
    const predict::Input& input = signature.inputs[i];
    const auto tell = [&](std::uint64_t count, std::string_view what) {
      invocation.warning(fmt::format("column '{}': {} of {}, {}", input.name, count_text(count),
                                     count_of(report.rows, "row"), what));
    };
    if (report.encountered.unseen[i] > 0)
      tell(report.encountered.unseen[i], "a category that training never saw");
    if (report.encountered.nulls[i] > 0 && !input.nullable)
      tell(report.encountered.nulls[i], "no value, where training always saw one");
  }
  if (report.unanswered > 0) {
    invocation.warning(
        fmt::format("{} got the prior's answer, as the rule has none", count_of(report.unanswered, "row")));
  }
}

json::Array met_rows(const predict::Signature& signature, const score::BatchReport& report) {
  json::Array columns;
  const auto& met = report.encountered;
  for (std::size_t i = 0; i < met.nulls.size(); ++i) {
    if (met.nulls[i] + met.unseen[i] + met.out_of_range[i] == 0) continue;
    columns.push_back(json::Object{{"name", signature.inputs[i].name},
                                   {"nulls", met.nulls[i]},
                                   {"unseen", met.unseen[i]},
                                   {"out_of_range", met.out_of_range[i]}});
  }
  return columns;
}

void run(const PredictArgs& args, cli::Invocation& invocation) {
  store::Store& store = invocation.project().store();
  const std::string address =
      args.model ? *args.model : which_model(invocation, store.references(), "asked", ": `mlops predict");
  const model::Version version = model::Registry(store).get(address);
  require_answering(invocation, address, version);
  model::require_runnable(version);
  const auto scorer = score::Scorer::load(store, version.package, version.data_record, invocation.engines());
  std::optional<LinesAsRows> rows;
  if (args.out == "-" && wants_rows(invocation, args.format)) rows.emplace(invocation, "mlops.rows/1");
  const auto start = std::chrono::steady_clock::now();
  const auto report = score::predict_batch(
      invocation.engines(), resources_of(invocation), dataset::scratch_beside(store.objects()), scorer,
      request_of(args, invocation, rows ? &*rows : nullptr), invocation.progress(), &invocation.cancel());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (rows && !invocation.dry_run()) rows->end();
  tell_met(invocation, scorer.signature(), report);
  const char* state = invocation.dry_run() ? "would be written" : "written";
  invocation.note(fmt::format("{}: {} in {:.2f} s{}", version.address(), count_of(report.rows, "row"),
                              took.count(),
                              args.out == "-" ? "" : fmt::format(", {} {}", args.out.string(), state)));
  if (args.out == "-" || invocation.format() == ui::Format::human) return;
  invocation.record("mlops.prediction/1",
                    {{"name", version.name},
                     {"version", version.number},
                     {"rows", report.rows, ui::Show::count},
                     {"file", args.out.string()},
                     {"state", state},
                     {"seconds", took.count()},
                     {"looked_up", json::Array(report.looked_up.begin(), report.looked_up.end())},
                     {"unanswered", report.unanswered, ui::Show::count},
                     {"columns", met_rows(scorer.signature(), report)}});
}

}  // namespace

cli::Command predict() {
  const auto args = std::make_shared<PredictArgs>();
  return {
      .name = "predict",
      .summary = "add a model's answers to the rows of a file",
      .options = {{"model", "MODEL", "a model, or a version of it such as churn@v2; default: the only one",
                   &args->model, cli::Offer::model},
                  {"-i,--in",
                   "FILE",
                   "the rows; - for standard input, which is the default",
                   &args->in,
                   cli::Offer::file,
                   false,
                   {},
                   true},
                  {"-o,--out", "FILE", "where they go; - for standard output, which is the default",
                   &args->out, cli::Offer::file},
                  format_option(args->format, {"csv", "jsonl", "parquet"}),
                  {"--in-format",
                   "FORMAT",
                   "what is read, if its name and content do not say",
                   &args->in_format,
                   cli::Offer::none,
                   false,
                   {"csv", "tsv", "json", "jsonl", "parquet"}},
                  {"--only", "", "the answers alone, without the columns of the input", &args->only}},
      .examples = {{"mlops predict churn --in new.csv --out answers.csv",
                    "Ask the champion of churn about the rows of a file"},
                   {"mlops predict churn@v1 --only <new.csv",
                    "Print the answers of its first version alone"}},
      .exits = {{Code::failed, "the model is only kept: nothing here can run it"},
                {Code::negative, "it has no champion, and its newest version was not accepted"},
                {Code::not_found, "there is no such model or file"},
                {Code::corrupt, "a row cannot be read, or the model is damaged"}},
      .see_also = {"mlops-model-show(1)", "mlops-output(5)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { run(*args, invocation); }};
}

}  // namespace mlops::commands
