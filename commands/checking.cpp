#include "checking.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "train_split.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/json/value.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/judging.hpp>

#include <algorithm>
#include <memory>

namespace mlops::commands {
namespace {

/// An assertion with its place.
struct Asserted {
  manifest::ExpectSpec spec;
  expect::Assertion assertion;
};

std::vector<Asserted> assertions_of(const manifest::TableSpec& table) {
  std::vector<Asserted> out;
  for (const manifest::ExpectSpec& spec : table.expect)
    out.push_back({spec, std::get<expect::Assertion>(expect::parse(spec.text))});
  return out;
}

bool names(const expect::Expr& expr, const std::string& thing) {
  const bool here = std::any_of(expr.path.begin(), expr.path.end(),
                                [&](const expect::Part& part) { return part.text == thing; });
  if (here) return true;
  return std::any_of(expr.operands.begin(), expr.operands.end(),
                     [&](const expect::Expr& part) { return names(part, thing); });
}

/// The newest version of `address` that is not refused.
std::optional<dataset::Version> accepted(store::Store& store, const std::string& address) {
  const std::size_t slash = address.find('/');
  if (!store.references().find({address.substr(0, slash), address.substr(slash + 1)})) return std::nullopt;
  dataset::Version newest = dataset::resolve(store, address);
  if (!dataset::is_refused(store, newest)) return newest;
  return dataset::last_accepted(store, newest);
}

/// As `train run` would train on it without being told anything.
release::Trainable trainable(const manifest::TableSpec& table, const dataset::Version& version) {
  release::Trainable out{.data = version, .label = table.label};
  if (!table.task.empty()) out.task = predict::task_of(table.task);
  out.plan = {.outcome = table.outcome, .split = declared_split(table)};
  return out;
}

/// Outcomes are no inputs, times go on, and groups are kept apart on purpose.
std::vector<std::string> not_compared(const manifest::TableSpec& table) {
  std::vector<std::string> out = table.outcome;
  out.insert(out.end(), {table.time, table.split.group, table.split.part});
  return out;
}

dataset::Subject subject_of(project::Project& project, const ToCheck& checked,
                            const std::vector<Asserted>& assertions) {
  const dataset::Version& version = checked.version;
  dataset::Subject out{.version = version,
                       .last = dataset::last_accepted(project.store(), version),
                       .aside = not_compared(*checked.table)};
  for (const manifest::TableSpec* table : project.manifest().tables()) {
    const std::string address = project.manifest().address_of(*table);
    out.things.push_back(address);
    const bool named = std::any_of(assertions.begin(), assertions.end(), [&](const Asserted& one) {
      return names(one.assertion.root, table->name);
    });
    if (!named) continue;
    // Its own name means this very version, whatever was accepted before.
    if (address == version.address()) out.others.emplace(address, version);
    else if (auto other = accepted(project.store(), address)) out.others.emplace(address, *std::move(other));
  }
  return out;
}

json::Value or_null(const std::optional<std::int64_t>& value) {
  return value ? json::Value(*value) : json::Value();
}

/// What the parts and the inputs of training depend on.
std::string training_text(const manifest::TableSpec& table) {
  if (table.label.empty()) return "";
  const train::SplitRequest split = declared_split(table);
  json::Array outcome(table.outcome.begin(), table.outcome.end());
  return json::canonical(json::Object{{"label", table.label},
                                      {"task", table.task},
                                      {"outcome", std::move(outcome)},
                                      {"time", split.time},
                                      {"group", split.group},
                                      {"part", split.part},
                                      {"valid", split.valid},
                                      {"test", split.test},
                                      {"valid_before_us", or_null(split.valid_before_us)},
                                      {"test_last_us", or_null(split.test_last_us)},
                                      {"seed", static_cast<std::int64_t>(split.seed)}});
}

dataset::Check judged(dataset::Validator& validator, const dataset::Subject& subject, const ToCheck& checked,
                      const std::vector<Asserted>& assertions, Time now) {
  std::vector<expect::Assertion> trees;
  for (const Asserted& one : assertions) trees.push_back(one.assertion);
  const auto verdicts = validator.judge(trees, subject);
  dataset::Check out{.address = subject.version.address(),
                     .number = subject.version.number,
                     .version = subject.version.record,
                     .last = subject.last ? std::optional(subject.last->record) : std::nullopt,
                     .time = now,
                     .training = training_text(*checked.table)};
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    out.results.push_back({assertions[i].spec.text, assertions[i].spec.warn, verdicts[i]});
  return out;
}

std::string_view verdict_of(const dataset::Checked& one) {
  const bool warns = one.warn && one.verdict.outcome == expect::Outcome::fail;
  return warns ? "warn" : expect::name_of(one.verdict.outcome);
}

std::string version_name(const dataset::Check& check) {
  return fmt::format("{}@v{}", check.address.substr(check.address.find('/') + 1), check.number);
}

}  // namespace

Judged judge_versions(cli::Invocation& invocation, project::Project& project,
                      const std::vector<ToCheck>& versions) {
  dataset::Workshop shop{.engines = invocation.engines(),
                         .resources = resources_of(invocation),
                         .clock = invocation.clock(),
                         .progress = invocation.progress(),
                         .cancel = &invocation.cancel()};
  dataset::Validator validator(project.store(), shop);
  std::vector<std::vector<Asserted>> assertions;
  std::vector<dataset::Subject> subjects;
  std::vector<std::unique_ptr<release::TableTraining>> trainings;
  std::vector<manifest::AssertionFault> faults;
  for (const ToCheck& one : versions) {
    assertions.push_back(assertions_of(*one.table));
    subjects.push_back(subject_of(project, one, assertions.back()));
    if (!one.table->label.empty()) {
      trainings.push_back(std::make_unique<release::TableTraining>(project.store(), shop,
                                                                   trainable(*one.table, one.version)));
      subjects.back().training = trainings.back().get();
    }
    for (const Asserted& asserted : assertions.back()) {
      for (expect::Fault& fault : validator.check(asserted.assertion, subjects.back()))
        faults.push_back({asserted.spec, std::move(fault)});
    }
  }
  Judged out;
  if (!faults.empty()) out.fault = project.error_of(faults);
  if (out.fault) return out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    invocation.progress().phase("judging " + versions[i].version.name, 0, Unit::rows);
    out.checks.push_back(
        judged(validator, subjects[i], versions[i], assertions[i], invocation.clock().now()));
    if (!invocation.dry_run()) dataset::keep(project.store(), out.checks.back(), user_of(invocation));
  }
  return out;
}

std::vector<dataset::Check> check_versions(cli::Invocation& invocation, project::Project& project,
                                           const std::vector<ToCheck>& versions) {
  Judged out = judge_versions(invocation, project, versions);
  if (out.fault) throw *std::move(out.fault);
  return std::move(out.checks);
}

std::vector<ui::Row> check_rows(const dataset::Check& check) {
  std::vector<ui::Row> out;
  for (const dataset::Checked& one : check.results) {
    out.push_back({{"thing", check.address},
                   {"version", check.number},
                   {"assertion", one.assertion},
                   {"verdict", std::string(verdict_of(one))},
                   {"seen", one.verdict.seen}});
  }
  return out;
}

void tell_failures(cli::Invocation& invocation, const dataset::Check& check) {
  for (const dataset::Checked& one : check.results) {
    if (one.verdict.outcome == expect::Outcome::fail)
      invocation.warning(fmt::format("{}: {}: {}", version_name(check), one.assertion, one.verdict.seen));
  }
}

std::optional<Error> refusal(const std::vector<dataset::Check>& checks) {
  std::vector<std::string> names;
  std::size_t failing = 0;
  for (const dataset::Check& check : checks) {
    if (!check.refuses()) continue;
    names.push_back(version_name(check));
    failing += static_cast<std::size_t>(std::count_if(check.results.begin(), check.results.end(),
                                                      [](const auto& one) { return one.refuses(); }));
  }
  if (names.empty()) return std::nullopt;
  return error(Code::negative, "{} of {} {}: {} not accepted", count_of(failing, "assertion"),
               fmt::join(names, ", "), failing == 1 ? "fails" : "fail",
               names.size() == 1 ? "it is" : "they are")
      .with_id("check.failed");
}

namespace {

/// Whether the version was judged by what mlops.yaml asserts now.
bool is_judged(const dataset::Check& check, const manifest::TableSpec& table) {
  return check.training == training_text(table) &&
         std::equal(check.results.begin(), check.results.end(), table.expect.begin(), table.expect.end(),
                    [](const dataset::Checked& one, const manifest::ExpectSpec& spec) {
                      return one.assertion == spec.text && one.warn == spec.warn;
                    });
}

/// The newest verdict about the version, made now where there is none by what mlops.yaml asserts.
std::optional<dataset::Check> verdict_about(cli::Invocation& invocation, project::Project& project,
                                            const dataset::Version& version) {
  auto check = dataset::find_check(project.store(), version);
  const manifest::TableSpec* table = project.manifest().find_table(version.address());
  const bool asserted = table != nullptr && !table->expect.empty();
  if (!asserted || (check && is_judged(*check, *table))) return check;
  check = check_versions(invocation, project, {{version, table}}).front();
  if (!check->refuses()) tell_failures(invocation, *check);
  return check;
}

}  // namespace

void require_good(cli::Invocation& invocation, project::Project& project, const dataset::Version& version) {
  const manifest::TableSpec* table = project.manifest().find_table(version.address());
  if (table == nullptr || table->expect.empty()) return;
  const dataset::Check check = *verdict_about(invocation, project, version);
  if (check.refuses()) tell_failures(invocation, check);
  if (auto fault = refusal({check})) throw *std::move(fault);
}

void mind_refusal(cli::Invocation& invocation, project::Project& project, const dataset::Version& version,
                  Asked asked, std::string_view flag) {
  const auto check = asked == Asked::by_version ? dataset::find_check(project.store(), version)
                                                : verdict_about(invocation, project, version);
  if (!check || !check->refuses()) return;
  const auto why = std::find_if(check->results.begin(), check->results.end(),
                                [](const dataset::Checked& one) { return one.refuses(); });
  const std::string& name = version.name;
  const std::string what =
      fmt::format("{}@v{} was not accepted: {}: {}", name, version.number, why->assertion, why->verdict.seen);
  if (asked == Asked::by_version) return invocation.warning(what);
  const auto last = dataset::last_accepted(project.store(), version);
  Error fault(Code::negative, what);
  const std::string this_one = fmt::format("`{}{}@v{}`", flag, name, version.number);
  if (!last) throw std::move(fault).with_id("check.failed").with_hint("{} takes it all the same", this_one);
  throw std::move(fault)
      .with_id("check.failed")
      .with_hint("`{}{}@v{}` takes the last accepted one, {} this one all the same", flag, name, last->number,
                 this_one);
}

}  // namespace mlops::commands
