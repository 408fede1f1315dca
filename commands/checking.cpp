#include "checking.hpp"

#include "check_subject.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>
#include <functional>

namespace mlops::commands {
namespace {

dataset::Check judged(dataset::Validator& validator, const dataset::Subject& subject,
                      const std::vector<Asserted>& assertions, const std::string& standing, Time now) {
  std::vector<expect::Assertion> trees;
  for (const Asserted& one : assertions) trees.push_back(one.assertion);
  const auto verdicts = validator.judge(trees, subject);
  dataset::Check out{.address = subject.version.address(),
                     .number = subject.version.number,
                     .version = subject.version.record,
                     .last = subject.last ? std::optional(subject.last->record) : std::nullopt,
                     .time = now,
                     .training = standing};
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
  dataset::Workshop shop = data_workshop(invocation);
  dataset::Validator validator(project.store(), shop);
  std::vector<std::vector<Asserted>> assertions;
  std::vector<JudgedSubject> subjects;
  std::vector<manifest::AssertionFault> faults;
  for (const ToCheck& one : versions) {
    assertions.push_back(assertions_of(one));
    subjects.push_back(subject_of(invocation, project, shop, one, assertions.back()));
    for (const Asserted& asserted : assertions.back()) {
      for (expect::Fault& fault : validator.check(asserted.assertion, subjects.back().subject))
        faults.push_back({asserted.spec, std::move(fault)});
    }
  }
  Judged out;
  if (!faults.empty()) out.fault = project.error_of(faults);
  if (out.fault) return out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    invocation.progress().phase("judging " + subjects[i].subject.version.name, 0, Unit::rows);
    out.checks.push_back(judged(validator, subjects[i].subject, assertions[i],
                                standing_of(versions[i], invocation), invocation.clock().now()));
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

namespace {

std::size_t failures(const dataset::Check& check) {
  return static_cast<std::size_t>(std::count_if(check.results.begin(), check.results.end(),
                                                [](const auto& one) { return one.refuses(); }));
}

Error refusal_of_one(const dataset::Check& check) {
  const auto first =
      std::find_if(check.results.begin(), check.results.end(), [](const auto& one) { return one.refuses(); });
  const std::size_t failing = failures(check);
  return error(Code::negative, "{} was not accepted: {} of {} {}: {}: {}{}", version_name(check), failing,
               count_of(check.results.size(), "assertion"), failing == 1 ? "fails" : "fail", first->assertion,
               first->verdict.seen, failing == 1 ? "" : fmt::format("; and {} more", failing - 1));
}

Error refusal_of_many(const std::vector<dataset::Check>& refused) {
  std::vector<std::string> names;
  std::size_t failing = 0;
  for (const dataset::Check& check : refused) {
    names.push_back(version_name(check));
    failing += failures(check);
  }
  return error(Code::negative, "{} of {} fail: they are not accepted", count_of(failing, "assertion"),
               fmt::join(names, ", "));
}

}  // namespace

std::optional<Error> refusal(const std::vector<dataset::Check>& checks) {
  std::vector<dataset::Check> refused;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(refused),
               [](const dataset::Check& check) { return check.refuses(); });
  if (refused.empty()) return std::nullopt;
  Error fault = refused.size() == 1 ? refusal_of_one(refused.front()) : refusal_of_many(refused);
  return std::move(fault).with_id("check.failed");
}

namespace {

/// Why a verdict, if there is one, is not about what mlops.yaml asserts now; empty: it is.
std::string why_judge(const std::optional<dataset::Check>& check, const ToCheck& checked,
                      cli::Invocation& invocation) {
  if (!check) return "it was never judged by what is asserted of it";
  const auto& specs = expected(checked);
  if (!std::equal(check->results.begin(), check->results.end(), specs.begin(), specs.end(),
                  [](const dataset::Checked& one, const manifest::ExpectSpec& spec) {
                    return one.assertion == spec.text && one.warn == spec.warn;
                  }))
    return "other things were asserted of it when it was judged";
  if (check->training != standing_of(checked, invocation))
    return "what is learnt from it was another thing when it was judged";
  return "";
}

/// A verdict that cannot be read is none: the data themselves can be judged again.
std::optional<dataset::Check> legible(cli::Invocation& invocation, const dataset::Version& version,
                                      const std::function<std::optional<dataset::Check>()>& find) {
  try {
    return find();
  } catch (const Error& fault) {
    if (fault.code() != Code::corrupt) throw;
    invocation.warning(
        fmt::format("the verdict on {}@v{} is lost: {}", version.name, version.number, fault.message()));
    return std::nullopt;
  }
}

struct Current {
  dataset::Check check;
  std::string judging = {};  ///< Why it was made now; empty: it was there.
};

/// The newest verdict, made now where there is none by what mlops.yaml asserts.
Current current_verdict(cli::Invocation& invocation, project::Project& project, const ToCheck& checked) {
  auto check = legible(invocation, checked.version, [&] { return find_verdict(project, checked); });
  std::string why = why_judge(check, checked, invocation);
  if (why.empty()) return {*std::move(check)};
  dataset::Check made = check_versions(invocation, project, {checked}).front();
  if (!made.refuses()) tell_failures(invocation, made);
  return {std::move(made), std::move(why)};
}

/// The same; where nothing is asserted, what was found before, if anything.
std::optional<dataset::Check> verdict_about(cli::Invocation& invocation, project::Project& project,
                                            const dataset::Version& version) {
  const manifest::TableSpec* table = project.manifest().find_table(version.address());
  const bool asserted = table != nullptr && !table->expect.empty();
  if (!asserted)
    return legible(invocation, version, [&] { return dataset::find_check(project.store(), version); });
  return current_verdict(invocation, project, {version, table}).check;
}

void require_accepted(cli::Invocation& invocation, const dataset::Check& check) {
  if (failures(check) > 1) tell_failures(invocation, check);
  if (auto fault = refusal({check})) throw *std::move(fault);
}

}  // namespace

std::string require_good(cli::Invocation& invocation, project::Project& project,
                         const dataset::Version& version) {
  const manifest::TableSpec* table = project.manifest().find_table(version.address());
  if (table == nullptr || table->expect.empty()) return "";
  Current current = current_verdict(invocation, project, {version, table});
  require_accepted(invocation, current.check);
  return std::move(current.judging);
}

namespace {

/// Those that show in names and types.
std::optional<Error> faults_of(cli::Invocation& invocation, project::Project& project,
                               const ToCheck& checked) {
  dataset::Workshop shop = data_workshop(invocation);
  const auto assertions = assertions_of(checked);
  const JudgedSubject judged = subject_of(invocation, project, shop, checked, assertions);
  const expect::Scope scope = dataset::scope_of(judged.subject);
  std::vector<manifest::AssertionFault> faults;
  for (const Asserted& asserted : assertions) {
    for (expect::Fault& fault : expect::check(asserted.assertion, scope))
      faults.push_back({asserted.spec, std::move(fault)});
  }
  return faults.empty() ? std::nullopt : std::optional(project.error_of(faults));
}

}  // namespace

Foreseen foreseen_verdict(cli::Invocation& invocation, project::Project& project,
                          const dataset::Version& version) {
  const manifest::TableSpec* table = project.manifest().find_table(version.address());
  if (table == nullptr || table->expect.empty()) return {};
  const ToCheck checked{version, table};
  const auto check = legible(invocation, version, [&] { return find_verdict(project, checked); });
  std::string judging = why_judge(check, checked, invocation);
  if (judging.empty()) return {refusal({*check})};
  return {faults_of(invocation, project, checked), std::move(judging)};
}

void require_good_view(cli::Invocation& invocation, project::Project& project, const score::ViewUse& use) {
  const manifest::FeatureSpec& view = *project.manifest().find_feature(use.view.name);
  if (view.expect.empty()) return;
  const manifest::TableSpec* table = project.manifest().find_table(use.version.address());
  dataset::Check check = current_verdict(invocation, project, {use.version, table, &view}).check;
  const bool refused = check.refuses();
  for (dataset::Checked& one : check.results) one.warn = one.warn || is_of_serving(one.assertion);
  if (refused && !check.refuses()) tell_failures(invocation, check);
  require_accepted(invocation, check);
}

void mind_refusal(cli::Invocation& invocation, project::Project& project, const dataset::Version& version,
                  Asked asked, std::string_view flag) {
  const auto kept = [&] { return dataset::find_check(project.store(), version); };
  const auto check = asked == Asked::by_version ? legible(invocation, version, kept)
                                                : verdict_about(invocation, project, version);
  auto fault = check ? refusal({*check}) : std::nullopt;
  if (!fault) return;
  if (asked == Asked::by_version) return invocation.warning(fault->message());
  const auto last = dataset::last_accepted(project.store(), version);
  const std::string& name = version.name;
  const std::string this_one = fmt::format("`{}{}@v{}`", flag, name, version.number);
  if (!last) throw(*std::move(fault)).with_hint("{} takes it all the same", this_one);
  throw(*std::move(fault))
      .with_hint("`{}{}@v{}` takes the last accepted one, {} this one all the same", flag, name, last->number,
                 this_one);
}

}  // namespace mlops::commands
