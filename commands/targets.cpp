#include "targets.hpp"

#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "gate_rows.hpp"
#include "model_rows.hpp"
#include "parameters.hpp"
#include "training.hpp"
#include "up_to_date.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

constexpr std::string_view section = "release/";

std::vector<std::string> tables_of(const manifest::Manifest& manifest) {
  std::vector<std::string> out;
  for (const manifest::DataSpec& table : manifest.data) out.push_back("data/" + table.name);
  if (!out.empty()) return out;
  throw error(Code::usage, "there is nothing to bring up to date: mlops.yaml has no `data:`")
      .with_hint("`mlops run -- COMMAND` runs a program, `mlops ingest` reads the sources");
}

struct Targets {
  std::vector<std::string> tables = {};
  std::vector<manifest::ReleaseSpec> releases = {};
};

const manifest::ReleaseSpec* release_at(const std::string& target, const manifest::Manifest& manifest) {
  if (!target.starts_with(section))
    return manifest.find_table(target) == nullptr ? manifest.find_release(target) : nullptr;
  const std::string name = target.substr(section.size());
  if (const manifest::ReleaseSpec* found = manifest.find_release(name)) return found;
  std::vector<std::string> known;
  for (const manifest::ReleaseSpec& one : manifest.releases) known.push_back(one.name);
  Error fault = error(Code::not_found, "mlops.yaml has no release '{}'", name);
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  throw std::move(fault).with_hint("{}", known.empty() ? "it has no `release:`" : "it has " + one_of(known));
}

Targets split(const TargetArgs& args, const manifest::Manifest& manifest) {
  Targets out;
  for (const std::string& target : args.targets) {
    const manifest::ReleaseSpec* release = release_at(target, manifest);
    const bool again = std::any_of(out.releases.begin(), out.releases.end(),
                                   [&](const auto& one) { return release && one.name == release->name; });
    if (release == nullptr) out.tables.push_back(target);
    else if (!again) out.releases.push_back(*release);
  }
  if (args.then && out.releases.empty())
    throw error(Code::usage, "'--then' says what becomes of a model, and no release is run")
        .with_hint("name one: `mlops run release/NAME --then {}`", *args.then);
  if (args.targets.empty()) out.tables = tables_of(manifest);
  return out;
}

/// The table that the release is trained on, which must be said for all of its models together.
std::string data_of(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest) {
  const manifest::TableSpec* table = manifest.data_of(*manifest.find_model(release.among.front()));
  if (table != nullptr) return manifest.address_of(*table);
  throw error(Code::usage, "the release '{}' has no data: no table has a label", release.name)
      .with_hint("`label: COLUMN` of a table says what is to be predicted");
}

void add(std::vector<std::string>& tables, const std::string& address) {
  if (std::find(tables.begin(), tables.end(), address) == tables.end()) tables.push_back(address);
}

/// The data of the release, and the tables of the views that its models take.
void add_tables(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest,
                std::vector<std::string>& tables) {
  add(tables, data_of(release, manifest));
  for (const std::string& name : release.among) {
    for (const manifest::FeatureUse& use : manifest.find_model(name)->features)
      add(tables, manifest.address_of(*manifest.find_table(manifest.find_feature(use.use)->from)));
  }
}

ui::Row release_row(const std::string& name, std::string_view action, json::Value version, json::Value rows,
                    const std::string& why, json::Array gates) {
  return {{"address", std::string(section) + name},
          {"action", action},
          {"version", std::move(version)},
          {"rows", std::move(rows)},
          {"table", nullptr, ui::Show::digest},
          {"why", why},
          {"gates", gates.empty() ? json::Value() : json::Value(std::move(gates)), ui::Show::hidden}};
}

ui::Row planned(const manifest::ReleaseSpec& release, const TargetArgs& args) {
  const std::string then = args.then.value_or("nothing");
  std::string why =
      fmt::format("{} {} trained", fmt::join(release.among, ", "), release.among.size() == 1 ? "is" : "are");
  if (!release.expect.empty())
    why += fmt::format(", {} {}", count_of(release.expect.size(), "gate"),
                       release.expect.size() == 1 ? "judges" : "judge");
  if (then == "stage") why += ", an accepted one becomes the challenger";
  if (then == "promote") why += ", an accepted one becomes the champion";
  json::Array gates;
  for (const manifest::ExpectSpec& gate : release.expect)
    gates.push_back(json::Object{{"assertion", gate.text}, {"verdict", nullptr}, {"seen", nullptr}});
  return release_row(release.name, "would train", nullptr, nullptr, why, std::move(gates));
}

/// What `then` does to a version that was accepted; the line that tells it, empty where nothing moved.
std::string follow_up(const TargetArgs& args, Training& training, cli::Invocation& invocation) {
  release::TrainReport& report = *training.report;
  const std::string then = args.then.value_or("nothing");
  if (then == "nothing" || (then == "promote" && report.became_champion)) return "";
  (void)require_accepted(invocation, report.added.version, false);
  const bool stage = then == "stage";
  const auto expected = stage ? std::nullopt : std::optional(report.champion_judged);
  const std::string why = report.judgement ? report.judgement->summary() : report.reason;
  const auto move = model::Registry(invocation.project().store())
                        .promote(report.added.version, stage ? "challenger" : "champion", why,
                                 training.request.who, invocation.clock().now(), expected);
  if (!stage) report.champion = move.to;
  std::string line = move_line(move, move.from == move.to ? "unchanged" : "moved");
  line.pop_back();
  return line;
}

ui::Row done(const Training& training, const std::string& moved) {
  const release::TrainReport& report = *training.report;
  const bool judged = report.judgement && !report.judgement->gates.empty();
  const bool rejected = judged && report.judgement->rejects();
  std::string why = rejected ? report.judgement->fault() : report.reason;
  if (!moved.empty()) why += "; " + moved;
  return release_row(training.request.model,
                     rejected ? "rejected"
                     : judged ? "accepted"
                              : "trained",
                     report.added.version.number, training.prepared.split.test.size(), why,
                     judged ? gate_list(report.judgement->gates) : json::Array());
}

/// Trains and judges as `train run` does; the version that it came to is in the row.
struct Released {
  ui::Row row;
  Training training;
  std::optional<Error> fault = {};
};

Released released(const manifest::ReleaseSpec& release, const TargetArgs& args, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  TrainArgs wanted;
  wanted.data = data_of(release, manifest);
  wanted.name = release.name;
  wanted.parameters = args.params;
  Released out{.row = {}, .training = train_and_judge(wanted, invocation)};
  out.fault = rejection(out.training);
  std::string moved;
  try {
    if (!out.fault) moved = follow_up(args, out.training, invocation);
  } catch (const Error& e) {
    if (e.code() != Code::conflict && e.code() != Code::negative) throw;
    out.fault = e;
    moved = e.message();
  }
  out.row = done(out.training, moved);
  return out;
}

/// One for all that were not accepted.
void throw_first(const std::vector<Released>& all) {
  std::vector<const Error*> faults;
  for (const Released& one : all) {
    if (one.fault) faults.push_back(&*one.fault);
  }
  if (faults.empty()) return;
  Error first = *faults.front();
  if (faults.size() == 1) throw first;
  throw error(Code::negative, "{}, and {} more", first.message(), faults.size() - 1)
      .with_id(first.id())
      .with_hint("{}", first.hint());
}

}  // namespace

namespace {

std::vector<ui::Row> bring(const TargetArgs& args, bool plan, cli::Invocation& invocation,
                           std::vector<Released>& done) {
  project::Project& project = plan ? invocation.project() : invocation.project_or_create();
  const manifest::Manifest& manifest = project.manifest();
  Targets targets = split(args, manifest);
  for (const manifest::ReleaseSpec& release : targets.releases) add_tables(release, manifest, targets.tables);
  const json::Object params = targets.releases.empty() ? only_project_parameters(args.params, manifest)
                                                       : project_parameters(args.params, manifest);
  std::vector<ui::Row> rows;
  for (const Step& step :
       bring_up_to_date(targets.tables, params, plan ? Change::plan : Change::make, invocation))
    rows.push_back(step_row(step, plan));
  for (const manifest::ReleaseSpec& release : targets.releases) {
    if (!plan) done.push_back(released(release, args, invocation));
    rows.push_back(plan ? planned(release, args) : done.back().row);
  }
  return rows;
}

}  // namespace

TargetsReport bring_targets(const TargetArgs& args, Change change, cli::Invocation& invocation) {
  std::vector<Released> done;
  TargetsReport out{.rows = bring(args, change == Change::plan, invocation, done)};
  for (const ui::Row& row : out.rows) out.worked = out.worked || row[1].value.text_or("") != "fresh";
  for (const Released& one : done) {
    if (one.fault && !out.fault) out.fault = one.fault;
  }
  return out;
}

void run_targets(const TargetArgs& args, bool plan, cli::Invocation& invocation) {
  std::vector<Released> done;
  const std::vector<ui::Row> rows = bring(args, plan, invocation, done);
  if (invocation.format() == ui::Format::human) {
    for (const Released& one : done) answer_training(one.training, invocation);
  }
  invocation.rows("mlops.step/1", rows);
  throw_first(done);
}

}  // namespace mlops::commands
