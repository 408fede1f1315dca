#include "up_to_date.hpp"

#include "checking.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "ingest_sources.hpp"
#include "parameters.hpp"
#include "remembered_steps.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/derive.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/sense.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <map>

namespace mlops::commands {
namespace {

std::string name_of(const std::string& address) { return address.substr(address.find('/') + 1); }

Error unknown_table(const std::string& target, const manifest::Manifest& manifest) {
  std::vector<std::string> known;
  for (const manifest::TableSpec* table : manifest.tables()) known.push_back(table->name);
  Error fault = error(Code::not_found, "mlops.yaml has no table '{}'", target);
  const auto near = near_misses(name_of(target), known);
  if (!near.empty()) return std::move(fault).with_hint("a similar name exists: {}", one_of(near));
  return std::move(fault).with_hint(
      "{}", known.empty() ? "it has no table; `mlops ingest FILE` makes one" : "it has " + one_of(known));
}

class Builder {
 public:
  Builder(const json::Object& params, Change change, cli::Invocation& invocation, OnFault on_fault)
      : invocation_(invocation),
        dry_(change == Change::plan),
        on_fault_(on_fault),
        project_(dry_ ? invocation.project() : invocation.project_or_create()),
        params_(params),
        shop_{.engines = invocation.engines(),
              .resources = resources_of(invocation),
              .clock = invocation.clock(),
              .progress = invocation.progress(),
              .cancel = &invocation.cancel(),
              .environment = invocation.environment()},
        tables_({.manifest = project_.manifest(), .root = project_.root(), .params = params}, shop_) {}

  std::vector<Step> run(const std::vector<std::string>& targets) {
    const std::vector<std::string> addresses = addresses_of(targets);
    RememberedSteps remembered(project_, params_, addresses, engine_stamps(invocation_));
    std::vector<Step> steps;
    if (auto known = remembered.find()) {
      for (Step& step : *known) steps.push_back(tried(step.address, [&] { return std::move(step); }));
      return steps;
    }
    for (const std::string& address : tables_.order(addresses)) {
      steps.push_back(tried(address, [&] { return made(address); }));
      if (steps.back().version) versions_.insert_or_assign(address, *steps.back().version);
      if (!steps.back().fresh) moved_.push_back(address);
    }
    if (!dry_ && stopped_.empty()) remembered.keep(steps);
    return steps;
  }

 private:
  std::vector<std::string> addresses_of(const std::vector<std::string>& targets) const {
    std::vector<std::string> addresses;
    for (const std::string& target : targets) {
      const manifest::TableSpec* table = project_.manifest().find_table(target);
      if (table == nullptr) throw unknown_table(target, project_.manifest());
      addresses.push_back(project_.manifest().address_of(*table));
    }
    return addresses;
  }

  template <typename Make>
  Step tried(std::string address, Make make) {
    Step step{.address = address, .blocked = obstacle_of(address)};
    if (!step.blocked.empty()) {
      stopped_.emplace(address, step.blocked);
      return step;
    }
    try {
      step = make();
      if (step.version) judge(step);
    } catch (const Error& fault) {
      if (on_fault_ == OnFault::stop || ends_everything(fault)) throw;
      step.fresh = false;
      step.fault = fault;
      stopped_.emplace(address, obstacle_in(step));
    }
    return step;
  }

  void judge(Step& step) {
    if (dry_) return foresee_verdict(step);
    step.judging = require_good(invocation_, project_, *step.version);
  }

  void foresee_verdict(Step& step) {
    if (on_fault_ == OnFault::stop) return;
    Foreseen foreseen = foreseen_verdict(invocation_, project_, *step.version);
    const bool refuses = foreseen.fault && foreseen.fault->code() == Code::negative;
    // what comes of it may be accepted
    if (!step.fresh && refuses) step.refused = std::move(foreseen.fault);
    if (!step.fresh) return;
    if (foreseen.fault) throw *std::move(foreseen.fault);
    step.judging = std::move(foreseen.judging);
  }

  /// What failed of all that it is made from; empty: nothing.
  std::string obstacle_of(const std::string& address) {
    if (stopped_.empty() || !address.starts_with("data/")) return "";
    for (const std::string& input : tables_.inputs_of(name_of(address))) {
      const auto stopped = stopped_.find(input);
      if (stopped != stopped_.end()) return stopped->second;
    }
    return "";
  }

  Step made(const std::string& address) {
    return address.starts_with("data/") ? table(address) : source(address);
  }

  Step source(const std::string& address) {
    const manifest::SourceSpec& spec = *project_.manifest().find_source(name_of(address));
    Step step{.address = address, .version = pinned(address)};
    try {
      step.why = reason(spec, step.version);
      step.fresh = step.why.empty();
    } catch (const Error& fault) {
      if (fault.code() != Code::not_found) throw;
      invocation_.note_once(
          fmt::format("{}; {}@v{} stays", fault.message(), spec.name, step.version->number));
      step.why = fmt::format("{}; v{} stays", fault.message(), step.version->number);
      step.fresh = true;
    }
    if (step.fresh || dry_) return step;
    return ingested(std::move(step), spec);
  }

  /// Why the source is to be read; empty: it is not. Throws Error(not_found) when it was read, and its files
  /// are gone, as in a clone that has the store and no data.
  std::string reason(const manifest::SourceSpec& spec, const std::optional<dataset::Version>& version) {
    if (!version) return "it was never ingested";
    if (spec.from.front() == "-") return "";
    token_ = dataset::token_of(spec, project_.root(), SystemClock().now());
    if (!token_ || !dataset::has_token(project_.store(), *version, *token_))
      return "its files may have changed";
    return dataset::loss_of(project_.store().objects(), *version);
  }

  Step ingested(Step step, const manifest::SourceSpec& spec) {
    if (spec.from.front() == "-")
      throw error(Code::not_found, "the source '{}' was never ingested", spec.name)
          .with_hint("it is read from standard input: `mlops ingest - --name {}`", spec.name);
    dataset::IngestReport report = ingest_source(invocation_, project_, shop_, spec);
    step.fresh = report.unchanged && step.version && step.version->record == report.version.record;
    if (step.fresh) step.why.clear();
    else if (step.version) step.why = "its files changed";
    step.version = std::move(report.version);
    return step;
  }

  /// The version that mlops.lock names, where it is here; else the newest.
  std::optional<dataset::Version> pinned(const std::string& address) {
    if (!project_.has_store()) return std::nullopt;
    const auto versions =
        dataset::history(project_.store(), {address.substr(0, address.find('/')), name_of(address)});
    if (versions.empty()) return std::nullopt;
    const auto entry = project_.lock().entries.find(address);
    if (entry == project_.lock().entries.end()) return versions.back();
    const std::string raw = json::Value(entry->second)["raw"].text_or("");
    const auto found = std::find_if(versions.rbegin(), versions.rend(),
                                    [&](const auto& version) { return version.raw.text() == raw; });
    return found == versions.rend() ? versions.back() : *found;
  }

  Step table(const std::string& address) {
    const std::string name = name_of(address);
    Step step{.address = address};
    const std::vector<std::string> inputs = tables_.inputs_of(name);
    if (dry_) return planned(std::move(step), name, inputs);
    auto report = tables_.derive(project_.store(), name, inputs_of(inputs), user_of(invocation_));
    step.fresh = report.unchanged;
    step.why = report.why;
    step.version = std::move(report.version);
    project_.update_lock(
        [&](manifest::Lock& lock) { lock.entries[address] = dataset::lock_entry(*step.version); });
    return step;
  }

  Step planned(Step step, const std::string& name, const std::vector<std::string>& inputs) {
    for (const std::string& input : inputs) {
      if (!versions_.contains(input)) step.why = fmt::format("{} is not there yet", input);
    }
    if (step.why.empty() && !project_.has_store()) step.why = "it was never made";
    if (step.why.empty()) {
      const auto state = tables_.state(project_.store(), name, inputs_of(inputs));
      step.version = state.newest;
      step.why = state.why;
    }
    for (const std::string& input : inputs) {
      const bool moves = std::find(moved_.begin(), moved_.end(), input) != moved_.end();
      // that its newest version is another says nothing of the one to come
      const bool open = step.why.empty() || step.why == fmt::format("{} changed", input);
      if (open && moves) step.why = fmt::format("{} may change", input);
    }
    step.fresh = step.why.empty();
    return step;
  }

  dataset::Inputs inputs_of(const std::vector<std::string>& addresses) const {
    dataset::Inputs out;
    for (const std::string& address : addresses) out.emplace(address, versions_.at(address));
    return out;
  }

  cli::Invocation& invocation_;
  bool dry_;
  OnFault on_fault_;
  project::Project& project_;
  json::Object params_;
  dataset::Workshop shop_;
  dataset::Derivations tables_;
  dataset::Inputs versions_;
  std::vector<std::string> moved_;
  std::map<std::string, std::string> stopped_;  ///< Addresses that failed or are blocked, and by what.
  std::optional<std::string> token_;
};

}  // namespace

std::vector<Step> bring_up_to_date(const std::vector<std::string>& targets, const json::Object& params,
                                   Change change, cli::Invocation& invocation, OnFault on_fault) {
  return Builder(params, change, invocation, on_fault).run(targets);
}

std::string obstacle_in(const Step& step) {
  if (!step.fault) return step.blocked;
  return fmt::format("{} {}", step.address, step.fault->code() == Code::negative ? "was rejected" : "failed");
}

bool ends_everything(const Error& fault) {
  return fault.code() == Code::interrupted || fault.code() == Code::internal;
}

}  // namespace mlops::commands
