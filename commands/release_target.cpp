#include "release_target.hpp"

#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "gate_rows.hpp"
#include "model_rows.hpp"
#include "target_names.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

ui::Row release_row(const std::string& name, std::string_view action, json::Value version, json::Value rows,
                    const std::string& why, json::Array gates) {
  return {{"address", "release/" + name},
          {"action", action},
          {"version", std::move(version)},
          {"rows", std::move(rows)},
          {"table", nullptr, ui::Show::digest},
          {"why", why},
          {"gates", gates.empty() ? json::Value() : json::Value(std::move(gates)), ui::Show::hidden}};
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

Released trained(const manifest::ReleaseSpec& release, const TargetArgs& args, cli::Invocation& invocation) {
  TrainArgs wanted;
  wanted.data = data_of(release, invocation.project().manifest());
  wanted.name = release.name;
  wanted.parameters = args.params;
  Released out{.row = {}, .worked = true, .training = train_and_judge(wanted, invocation)};
  out.fault = rejection(*out.training);
  std::string moved;
  try {
    if (!out.fault) moved = follow_up(args, *out.training, invocation);
  } catch (const Error& e) {
    if (e.code() != Code::conflict && e.code() != Code::negative) throw;
    out.fault = e;
    moved = e.message();
  }
  out.row = done(*out.training, moved);
  return out;
}

}  // namespace

Released bring_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                       cli::Invocation& invocation) {
  return trained(release, args, invocation);
}

Released plan_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                      const std::vector<Step>& /*tables*/, cli::Invocation& /*invocation*/) {
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
  return {.row = release_row(release.name, "would train", nullptr, nullptr, why, std::move(gates)),
          .worked = true};
}

}  // namespace mlops::commands
