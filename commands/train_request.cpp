#include "train_request.hpp"

#include "checking.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "declared_columns.hpp"
#include "parameters.hpp"
#include "train_split.hpp"
#include "train_subject.hpp"
#include "train_views.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/evaluate/evaluation.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <filesystem>

namespace mlops::commands {
namespace {

release::Candidate candidate_of(const manifest::ModelSpec& model, const json::Object& params) {
  release::Candidate out = {.name = model.name,
                            .trainer = model.train,
                            .parameters = manifest::with_parameters(model.params, params),
                            .seed = model.seed,
                            .only = model.columns,
                            .without = model.without};
  for (const manifest::FeatureUse& use : model.features) out.views.push_back(score::prefix_of(use));
  if (!model.rule.empty()) out.parameters.set("case", model.rule);
  return out;
}

/// The words that name no parameter of the project: those are for trainers.
json::Object parameters_of(const std::vector<std::string>& words, const manifest::Manifest& manifest) {
  json::Object out;
  for (const auto& [name, value] : assignments_of(words)) {
    if (manifest.params.find(name) == nullptr) out.set(name, value);
  }
  return out;
}

/// The release of these data: that of the name asked for, or the only one.
const manifest::ReleaseSpec* release_of(const TrainArgs& args, const manifest::Manifest& manifest,
                                        const Subject& subject) {
  std::vector<const manifest::ReleaseSpec*> found;
  for (const manifest::ReleaseSpec& one : manifest.releases) {
    const manifest::ModelSpec* first = manifest.find_model(one.among.front());
    if (first == nullptr || manifest.data_of(*first) != subject.table) continue;
    if (!args.name || one.name == *args.name) found.push_back(&one);
  }
  if (found.size() > 1) {
    std::vector<std::string> names;
    for (const manifest::ReleaseSpec* one : found) names.push_back(one->name);
    throw error(Code::usage, "several releases are made of {}: {}", subject.data.name, one_of(names, "'"))
        .with_hint("say which one: `--name {}`", names.front());
  }
  return found.empty() ? nullptr : found.front();
}

std::vector<release::Candidate> declared_candidates(const std::vector<std::string>& names,
                                                    const manifest::Manifest& manifest,
                                                    const json::Object& params) {
  std::vector<release::Candidate> out;
  for (const std::string& name : names) out.push_back(candidate_of(declared_model(name, manifest), params));
  return out;
}

/// What a flag says counts for all, whatever the file has for one of them.
void yield_to_flags(const TrainArgs& args, std::vector<release::Candidate>& candidates) {
  for (release::Candidate& candidate : candidates) {
    if (args.seed) candidate.seed.reset();
    if (!args.only.empty()) candidate.only.clear();
  }
}

release::Candidate rule_of(const std::string& expression) {
  return {.name = "rule", .trainer = "rule", .parameters = {{"case", expression}}};
}

/// What mlops.yaml wants to be tried on these data: its release, else all its models.
std::vector<std::string> declared_names(const manifest::Manifest& manifest, const Subject& subject,
                                        const manifest::ReleaseSpec* declared) {
  if (declared != nullptr) return declared->among;
  std::vector<std::string> names;
  for (const manifest::ModelSpec& model : manifest.models) {
    if (subject.is_declared() && manifest.data_of(model) == subject.table) names.push_back(model.name);
  }
  return names;
}

/// Behind the baseline: it is simpler than any model, and says more.
void insert_rule(std::vector<release::Candidate>& candidates, release::Candidate rule) {
  const bool baseline = candidates.front().trainer == "prior" || candidates.front().trainer == "mean";
  candidates.insert(candidates.begin() + (baseline ? 1 : 0), std::move(rule));
}

void choose_candidates(const TrainArgs& args, const manifest::Manifest& manifest, const Subject& subject,
                       const manifest::ReleaseSpec* declared, release::TrainRequest& out) {
  for (const std::string& name : args.trainers)
    out.candidates.push_back(name == "rule" && args.rule ? rule_of(*args.rule)
                                                         : release::Candidate{.name = name, .trainer = name});
  const json::Object params = project_parameters(args.parameters, manifest);
  if (!args.models.empty()) out.candidates = declared_candidates(args.models, manifest, params);
  else if (out.candidates.empty())
    out.candidates = declared_candidates(declared_names(manifest, subject, declared), manifest, params);
  yield_to_flags(args, out.candidates);
  const bool has_rule = std::any_of(out.candidates.begin(), out.candidates.end(),
                                    [](const release::Candidate& one) { return one.trainer == "rule"; });
  if (!args.rule || has_rule) return;
  if (out.candidates.empty()) out.more.push_back(rule_of(*args.rule));
  else insert_rule(out.candidates, rule_of(*args.rule));
}

/// What cannot stand in a name becomes '_', as in the names of datasets.
std::string plain(std::string text) {
  for (char& c : text) {
    const bool stays = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       static_cast<unsigned char>(c) >= 0x80 || c == '-' || c == '.';
    if (!stays) c = '_';
  }
  return text;
}

std::string model_name(const TrainArgs& args, const Subject& subject, const manifest::ReleaseSpec* declared) {
  if (args.name) return *args.name;
  if (declared != nullptr) return declared->name;
  const bool second_label =
      subject.table != nullptr && !subject.table->label.empty() && !subject.is_declared();
  return second_label ? subject.data.name + "-" + plain(subject.label) : subject.data.name;
}

std::vector<std::string> names_of(const std::vector<release::Candidate>& candidates) {
  std::vector<std::string> names;
  for (const release::Candidate& candidate : candidates) names.push_back(candidate.name);
  return names;
}

/// Whether all of them come from mlops.yaml.
bool names_models(const std::vector<release::Candidate>& candidates, const manifest::Manifest& manifest) {
  return std::all_of(candidates.begin(), candidates.end(),
                     [&](const release::Candidate& one) { return manifest.find_model(one.name) != nullptr; });
}

/// Whatever is registered under the name of a release goes through its gates, however it was trained.
void add_gates(const manifest::ReleaseSpec* spec, release::TrainRequest& out) {
  if (spec == nullptr) return;
  out.among = spec->among;
  for (const manifest::SliceSpec& slice : spec->slices) out.slices.push_back({slice.column, slice.by});
  for (const manifest::ExpectSpec& one : spec->expect) {
    const auto parsed = expect::parse(one.text);
    out.gates.push_back({one.text, one.warn, std::get<expect::Assertion>(parsed)});
  }
}

/// A clone has the project file and no store yet: what the file declares can be made.
project::Project& project_of(cli::Invocation& invocation) {
  const auto root = project::find_root(std::filesystem::current_path());
  const bool declared = root && std::filesystem::exists(*root / "mlops.yaml");
  return declared && !invocation.dry_run() ? invocation.project_or_create() : invocation.project();
}

}  // namespace

release::TrainRequest train_request(const TrainArgs& args, cli::Invocation& invocation) {
  if (args.seed && *args.seed < 0) throw error(Code::usage, "'--seed' wants 0 or more, not {}", *args.seed);
  project::Project& project = project_of(invocation);
  const manifest::Manifest& manifest = project.manifest();
  const Subject subject = subject_of(args, project, invocation);
  const bool by_name = !args.data || *args.data == subject.data.name || *args.data == subject.data.address();
  if (!args.plan)
    mind_refusal(invocation, project, subject.data, by_name ? Asked::by_name : Asked::by_version);
  const manifest::ReleaseSpec* declared =
      subject.is_declared() && args.trainers.empty() ? release_of(args, manifest, subject) : nullptr;
  release::TrainRequest out = {.model = model_name(args, subject, declared),
                               .data = subject.data,
                               .label = subject.label,
                               .parameters = parameters_of(args.parameters, manifest),
                               .seed = static_cast<std::uint64_t>(args.seed.value_or(1)),
                               .command = invocation.command_line(),
                               .folder = project.root(),
                               .who = user_of(invocation)};
  if (args.task) out.task = predict::task_of(*args.task);
  else if (subject.is_declared() && !subject.table->task.empty())
    out.task = predict::task_of(subject.table->task);
  out.plan = {.only = args.only,
              .without = args.without,
              .split = split_of(args, subject.is_declared() ? subject.table : nullptr)};
  if (subject.table != nullptr) out.plan.outcome = subject.table->outcome;
  if (declared != nullptr && declared->pick) {
    out.metric = declared->pick->metric;
    out.within = declared->pick->within;
  }
  add_gates(manifest.find_release(out.model), out);
  choose_candidates(args, manifest, subject, declared, out);
  add_views(args, invocation, out);
  require_declared(args, subject, out, manifest.find_release(out.model), project);
  return out;
}

std::optional<manifest::TrainingEdit> training_edit_of(const TrainArgs& args,
                                                       const release::TrainRequest& request,
                                                       const release::Prepared& prepared,
                                                       const manifest::Manifest& manifest) {
  const manifest::TableSpec* table = manifest.find_table(request.data.address());
  const bool other_label = table != nullptr && !table->label.empty() && table->label != request.label;
  if (table == nullptr || other_label || !args.models.empty()) return std::nullopt;
  std::vector<std::string> trainers;
  for (const release::Candidate& candidate : prepared.candidates) trainers.push_back(candidate.trainer);
  const std::string metric(evaluate::main_metric(prepared.target.task));
  const manifest::PickSpec pick = {.metric = metric,
                                   .maximize = manifest::greater_is_better(metric).value_or(true),
                                   .within = request.within};
  manifest::TrainingEdit edit = manifest::training_edit(manifest, table->name, request.label, trainers, pick);
  if (table->label.empty()) {
    edit.task = predict::name_of(prepared.target.task);
    edit.time = request.plan.split.time;
    edit.split = asked_split(args, request.plan.split);
  }
  for (manifest::ModelSpec& model : edit.models) {
    for (const release::Candidate& candidate : prepared.candidates) {
      if (candidate.trainer != model.train) continue;
      for (const auto& [name, value] : candidate.parameters) {
        if (name == "case") model.rule = value.text_or("");
        else model.params.set(name, value);
      }
    }
    model.columns = request.plan.only;
    model.without = request.plan.without;
    if (args.seed) model.seed = static_cast<std::uint64_t>(*args.seed);
  }
  if (edit.release) edit.release->name = request.model;
  if (args.trainers.empty() && names_models(prepared.candidates, manifest)) {
    edit.models.clear();
    if (edit.release) edit.release->among = names_of(prepared.candidates);
  }
  return edit;
}

}  // namespace mlops::commands
