#include "release_target.hpp"

#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "gate_rows.hpp"
#include "model_rows.hpp"
#include "release_state.hpp"
#include "target_names.hpp"
#include "target_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

std::string address_of(const std::string& release) { return "release/" + release; }

/// The alias that `then` moves; empty: none.
std::string alias_of(const TargetArgs& args) {
  const std::string then = args.then.value_or("nothing");
  return then == "promote" ? std::string(release::champion_name) : then == "stage" ? "challenger" : "";
}

/// Moves of the alias that a version had, newest first: that away from it, and that to it.
struct Past {
  bool is_there = false;  ///< The alias points at it now.
  std::optional<model::Registry::Move> away = {};
};

/// Nothing: the alias never pointed at it.
std::optional<Past> past_of(model::Registry& registry, const model::Version& version,
                            const std::string& alias) {
  const auto now = registry.current(version.name, alias);
  if (!now) return std::nullopt;
  if (*now == version.number) return Past{.is_there = true};
  std::optional<model::Registry::Move> away;
  for (const model::Registry::Move& move : registry.history(version.name, alias)) {
    if (move.from == version.number && !away) away = move;
    if (move.to == version.number) return Past{.away = away};
  }
  return std::nullopt;
}

std::string stays_away(const model::Version& version, const std::string& alias, const Past& past) {
  std::string out = fmt::format("{} was the {}", version.address(), alias);
  if (past.away) out += " until " + past.away->time.text();
  if (past.away && !past.away->why.empty()) out += fmt::format(" ({})", past.away->why);
  return out + " and is not brought back";
}

/// What `then` does to a version that was accepted; the line that tells it, empty where there is nothing to.
std::string follow_up(const TargetArgs& args, Training& training, cli::Invocation& invocation) {
  release::TrainReport& report = *training.report;
  const std::string then = args.then.value_or("nothing");
  if (then == "nothing" || (then == "promote" && report.became_champion)) return "";
  (void)require_accepted(invocation, report.added.version, false);
  model::Registry registry(invocation.project().store());
  const std::string alias = alias_of(args);
  // The same model comes back where gates or engines are others: who took it away knew it already.
  const auto past = past_of(registry, report.added.version, alias);
  if (past && !past->is_there) return stays_away(report.added.version, alias, *past);
  const bool stage = then == "stage";
  const auto expected = stage ? std::nullopt : std::optional(report.champion_judged);
  const std::string why = report.judgement ? report.judgement->summary() : report.reason;
  const auto move = registry.promote(report.added.version, alias, why, training.request.who,
                                     invocation.clock().now(), expected);
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
  return target_row(address_of(training.request.model),
                    rejected ? "rejected"
                    : judged ? "accepted"
                             : "trained",
                    report.added.version.number, training.prepared.split.test.size(), why,
                    judged ? gate_list(report.judgement->gates) : json::Array());
}

Released trained(ReleaseState state, const TargetArgs& args, cli::Invocation& invocation) {
  state.request.reuse = true;
  Released out{.row = {}, .worked = true};
  out.training = train_and_judge(state.words, std::move(state.request), invocation);
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

/// What `then` does to a version that was accepted before.
struct Move {
  bool moves = false;
  std::string why = {};  ///< Why not, where people may wonder.
};

Move move_of(const ReleaseState& state, const std::string& alias, cli::Invocation& invocation) {
  if (alias.empty()) return {};
  model::Registry registry(invocation.project().store());
  const auto past = past_of(registry, state.known->version, alias);
  if (!past) return {.moves = true};
  return {.why = past->is_there ? "" : stays_away(state.known->version, alias, *past)};
}

bool rejects(const ReleaseState& state) {
  return state.known->judgement && state.known->judgement->rejects();
}

std::optional<std::int64_t> champion_now(const ReleaseState& state, cli::Invocation& invocation) {
  return model::Registry(invocation.project().store()).current(state.request.model, release::champion_name);
}

/// A gate that compares with the champion rejected it.
bool is_rejected_by_champion(const ReleaseState& state) {
  const auto& gates = state.known->judgement->gates;
  return std::any_of(gates.begin(), gates.end(), [](const release::Gate& gate) {
    return gate.rejects() && gate.assertion.find(release::champion_name) != std::string::npos;
  });
}

/// A version that would become champion, or would have but for a champion of then, has to be judged beside
/// that of today.
bool was_judged_beside_another(const ReleaseState& state, const TargetArgs& args,
                               cli::Invocation& invocation) {
  if (!state.known || alias_of(args) != release::champion_name) return false;
  const bool asks =
      rejects(state) ? is_rejected_by_champion(state) : move_of(state, alias_of(args), invocation).moves;
  const std::int64_t now = champion_now(state, invocation).value_or(0);
  return asks && now != state.before->champion && now != state.known->version.number;
}

ui::Row known_row(const ReleaseState& state, std::string_view action, const std::string& why) {
  const auto& judgement = state.known->judgement;
  return target_row(address_of(state.request.model), action, state.known->version.number, state.before->rows,
                    why.empty() ? json::Value() : json::Value(why),
                    judgement ? gate_list(judgement->gates) : json::Array());
}

/// Moves the alias; the line that tells it.
std::string moved_now(const ReleaseState& state, const std::string& alias, cli::Invocation& invocation) {
  (void)require_accepted(invocation, state.known->version, false);
  const bool to_champion = alias == release::champion_name;
  const auto expected = to_champion ? std::optional(state.before->champion) : std::nullopt;
  const auto& judgement = state.known->judgement;
  const auto move =
      model::Registry(invocation.project().store())
          .promote(state.known->version, alias, judgement ? judgement->summary() : state.before->reason,
                   state.request.who, invocation.clock().now(), expected);
  std::string line = move_line(move, "moved");
  line.pop_back();
  return line;
}

/// Nothing was to be trained.
Released remembered(const ReleaseState& state, const TargetArgs& args, cli::Invocation& invocation) {
  if (rejects(state)) {
    const release::Judgement& judgement = *state.known->judgement;
    return {.row = known_row(state, "rejected", judgement.fault()),
            .fault = rejection(judgement, champion_now(state, invocation))};
  }
  const std::string alias = alias_of(args);
  const Move move = move_of(state, alias, invocation);
  if (!move.moves) return {.row = known_row(state, "fresh", move.why)};
  Released out{.row = {}, .worked = true};
  try {
    out.row =
        known_row(state, alias == "challenger" ? "staged" : "promoted", moved_now(state, alias, invocation));
  } catch (const Error& e) {
    if (e.code() != Code::conflict && e.code() != Code::negative) throw;
    out.row = known_row(state, "fresh", e.message());
    out.fault = e;
  }
  return out;
}

/// The line of mlops.lock, by which a clone can tell that it has made the same.
void lock_release(const std::string& model, cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const auto now = release::find_conclusion(project.store(), model);
  const auto version = now ? model::Registry(project.store()).find(model, now->number) : std::nullopt;
  if (!version) return;
  const json::Object entry = {{"digest", version->package.text()}, {"key", now->key.digest.text()}};
  const std::string address = address_of(model);
  const auto known = project.lock().entries.find(address);
  if (known != project.lock().entries.end() && known->second == entry) return;
  project.update_lock([&](manifest::Lock& lock) { lock.entries[address] = entry; });
}

std::string judges_text(const manifest::ReleaseSpec& release) {
  if (release.expect.empty()) return "";
  return fmt::format(", {} {}", count_of(release.expect.size(), "gate"),
                     release.expect.size() == 1 ? "judges" : "judge");
}

/// What comes of an accepted one.
std::string then_text(const TargetArgs& args) {
  const std::string alias = alias_of(args);
  return alias.empty() ? "" : fmt::format(", an accepted one becomes the {}", alias);
}

std::string trained_text(const std::vector<std::string>& names) {
  if (names.empty()) return "nothing is trained, what was trained is judged anew";
  return fmt::format("{} {} trained", fmt::join(names, ", "), names.size() == 1 ? "is" : "are");
}

/// With what is left to train of it; the rest is judged as it was trained before.
Released planned(const manifest::ReleaseSpec& release, const TargetArgs& args, const std::string& reason,
                 const std::vector<std::string>& trains) {
  const std::string why =
      fmt::format("{}; {}{}{}", reason, trained_text(trains), judges_text(release), then_text(args));
  return {.row = target_row(address_of(release.name), trains.empty() ? "would judge" : "would train", nullptr,
                            nullptr, why, planned_gates(release.expect)),
          .worked = true};
}

/// The same where its key is known.
Released planned(const manifest::ReleaseSpec& release, const TargetArgs& args, const std::string& reason,
                 const ReleaseState& state, store::Store& store) {
  // A new version is compared with the newest one: what cannot be read of that stops it.
  if (state.before) (void)model::Registry(store).find(release.name, state.before->number);
  return planned(release, args, reason, release::to_be_trained(store, state.key));
}

/// Why a table of the release is to be made first; empty: none is.
std::string moved_table(const manifest::ReleaseSpec& release, const manifest::Manifest& manifest,
                        const std::vector<Step>& tables) {
  std::vector<std::string> own;
  add_tables_of(release, manifest, own);
  for (const Step& step : tables) {
    const bool is_own = std::find(own.begin(), own.end(), step.address) != own.end();
    if (is_own && !step.fresh) return fmt::format("{}: {}", step.address, step.why);
  }
  return "";
}

}  // namespace

Released bring_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                       cli::Invocation& invocation) {
  ReleaseState state = release_state(release, args.params, false, invocation);
  const bool trains = !state.known || was_judged_beside_another(state, args, invocation);
  Released out = trains ? trained(std::move(state), args, invocation) : remembered(state, args, invocation);
  lock_release(release.name, invocation);
  return out;
}

Released plan_release(const manifest::ReleaseSpec& release, const TargetArgs& args,
                      const std::vector<Step>& tables, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = invocation.project().manifest();
  if (const std::string moved = moved_table(release, manifest, tables); !moved.empty())
    return planned(release, args, moved, release.among);
  const ReleaseState state = release_state(release, args.params, true, invocation);
  store::Store& store = invocation.project().store();
  if (!state.known) return planned(release, args, state.why, state, store);
  if (was_judged_beside_another(state, args, invocation))
    return planned(release, args, "another version is the champion by now", state, store);
  if (rejects(state)) return {.row = known_row(state, "rejected", state.known->judgement->fault())};
  const Move move = move_of(state, alias_of(args), invocation);
  if (!move.moves) return {.row = known_row(state, "fresh", move.why)};
  return {.row = known_row(state, alias_of(args) == "challenger" ? "would stage" : "would promote", ""),
          .worked = true};
}

}  // namespace mlops::commands
