#include "training.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "model_views.hpp"
#include "training_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

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
    if (outcome.reused)
      invocation.note(
          fmt::format("{} is that of run {}, which was made of the very same", name, outcome.run));
    for (const std::string& note : outcome.notes) invocation.note(fmt::format("{}: {}", name, note));
  }
  if (!report.beats_baseline) invocation.warning("no model is measurably better than the baseline");
}

/// Rows that are dealt anew with each version of the data fall among those that a champion learnt from; where
/// time parts them, those that judge are later than it.
void tell_champion_saw(cli::Invocation& invocation, const release::TrainRequest& request,
                       const release::Judgement& judgement) {
  const release::Judgee* champion = judgement.champion();
  const train::SplitRequest& split = request.plan.split;
  const bool dealt = split.time.empty() && split.part.empty() && split.group.empty();
  if (champion == nullptr || !champion->fault.empty() || !dealt) return;
  const model::Version version = model::Registry(invocation.project().store()).get(champion->address);
  if (version.data_record == request.data.record || version.data.empty()) return;
  invocation.note(fmt::format(
      "{} was trained on {}: rows that judge now may be among those it learnt from, which flatters "
      "it; `time:` of the data keeps them apart",
      champion->address, version.data));
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

/// The gates as they stand in the file, for the places of their faults.
void require_good_gates(const release::TrainRequest& request, const release::Prepared& prepared,
                        cli::Invocation& invocation) {
  const auto found = release::faults_of_gates(request, prepared);
  if (found.empty()) return;
  project::Project& project = invocation.project();
  const auto& specs = project.manifest().find_release(request.model)->expect;
  std::vector<manifest::AssertionFault> faults;
  for (const release::GateFault& one : found) faults.push_back({specs[one.gate], one.fault});
  throw project.error_of(faults);
}

/// A gate that fails speaks of a model of the release that was not trained this time.
bool asks_for_untrained(const release::TrainRequest& request, const release::Judgement& judgement) {
  return std::any_of(judgement.gates.begin(), judgement.gates.end(), [&](const release::Gate& gate) {
    const auto is_named = [&](const std::string& model) {
      return gate.assertion.find(model + ".") != std::string::npos;
    };
    return gate.rejects() && std::any_of(request.among.begin(), request.among.end(), is_named);
  });
}

release::Workshop workshop_of(cli::Invocation& invocation) {
  return {.store = invocation.project().store(),
          .engines = invocation.engines(),
          .resources = resources_of(invocation),
          .clock = invocation.clock(),
          .progress = invocation.progress(),
          .environment = invocation.environment(),
          .cancel = &invocation.cancel()};
}

}  // namespace

Training train_and_judge(const TrainArgs& args, cli::Invocation& invocation) {
  return train_and_judge(args, train_request(args, invocation), invocation);
}

Training train_and_judge(const TrainArgs& args, release::TrainRequest request, cli::Invocation& invocation) {
  Training out{.request = std::move(request)};
  invocation.tell_answers();
  out.request.history = [&invocation](const feature::View& view) { return model_history(view, invocation); };
  release::Workshop shop = workshop_of(invocation);
  out.prepared = release::prepare(shop, out.request);
  require_good_gates(out.request, out.prepared, invocation);
  tell_plan(invocation, out.request, out.prepared);
  if (invocation.dry_run()) return out;
  out.report = release::train_models(shop, out.request, out.prepared);
  tell_result(invocation, *out.report);
  if (out.report->judgement) tell_champion_saw(invocation, out.request, *out.report->judgement);
  remember(args, invocation, out.request, out.prepared);
  return out;
}

void answer_training(const Training& training, cli::Invocation& invocation) {
  const bool people = invocation.format() == ui::Format::human;
  const auto& [request, prepared, report] = training;
  ui::Row row = report ? training_row(request, prepared, *report) : planned_row(request, prepared);
  if (people) {
    row.push_back(report ? candidates_for_people(*report) : planned_for_people(prepared));
    if (!request.gates.empty()) row.push_back(gates_for_people(request, report));
  }
  invocation.record("mlops.training/1", row);
}

std::optional<Error> rejection(const Training& training) {
  const auto& judgement = training.report->judgement;
  if (!judgement || !judgement->rejects()) return std::nullopt;
  if (asks_for_untrained(training.request, *judgement))
    return error(Code::negative, "{} was not accepted: {}", judgement->address(), judgement->fault())
        .with_id("release.rejected")
        .with_hint("`mlops run release/{}` trains all of them, and the gates can compare", judgement->model);
  return rejection(*judgement, training.report->champion);
}

Error rejection(const release::Judgement& judgement, std::optional<std::int64_t> champion) {
  const std::string address = judgement.address();
  if (champion == judgement.number)
    return error(Code::negative, "{}, the champion, was not accepted: {}", address, judgement.fault())
        .with_id("release.rejected")
        .with_hint(
            "it goes on answering until another version is promoted; `mlops why models/{}` shows all "
            "of it",
            address);
  return error(Code::negative, "{} was not accepted: {}", address, judgement.fault())
      .with_id("release.rejected")
      .with_hint(
          "`mlops why models/{}` shows all of it; `mlops model promote {} --force` takes it all the same",
          address, address);
}

}  // namespace mlops::commands
