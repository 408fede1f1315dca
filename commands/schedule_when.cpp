#include "schedule_when.hpp"

#include "cli/invocation.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/sense.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/expect/evaluate.hpp>
#include <mlops/expect/parse.hpp>
#include <mlops/manifest/assertions.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/monitor/watch.hpp>
#include <mlops/project/project.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::commands {
namespace {

/// "3 days", "5 hours", "12 minutes"
std::string span_of(double us) {
  const auto minutes = static_cast<std::uint64_t>(std::max(us, 0.0) / 60e6);
  if (minutes >= 2 * 24 * 60) return count_of(minutes / (24 * 60), "day");
  return minutes >= 2 * 60 ? count_of(minutes / 60, "hour") : count_of(minutes, "minute");
}

/// What tables and sources look like from outside.
class Tokens {
 public:
  explicit Tokens(project::Project& project) : project_(project) {}

  /// The address of the first of `table` and all that it is made from which is not as `before` has it; empty:
  /// all are.
  std::string changed(const std::string& address, const json::Value& before) {
    std::string out;
    for (const std::string& one : with_inputs(address)) {
      const json::Value& now = look_at(one);
      if (out.empty() && (now.is_null() || !(now == before[one]))) out = one;
    }
    return out;
  }

  json::Object take() { return std::move(seen_); }

 private:
  const json::Value& look_at(const std::string& address) {
    if (const json::Value* known = seen_.find(address)) return *known;
    seen_.append(address, token(address));
    return *seen_.find(address);
  }

  json::Value token(const std::string& address) {
    const manifest::Manifest& manifest = project_.manifest();
    if (const manifest::DataSpec* table = data_at(address))
      return both(dataset::token_of(*table, project_.root(), manifest.params), *table);
    const manifest::SourceSpec* source = manifest.find_source(address.substr(address.find('/') + 1));
    return source == nullptr ? json::Value() : both(of_files(*source), *source);
  }

  static json::Value both(const std::optional<std::string>& made, const manifest::TableSpec& table) {
    return made ? json::Value(json::Array{*made, dataset::use_token_of(table)}) : json::Value();
  }

  /// Files that are gone are for those to complain of who read them.
  std::optional<std::string> of_files(const manifest::SourceSpec& source) const {
    try {
      return dataset::token_of(source, project_.root(), SystemClock().now());
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  const manifest::DataSpec* data_at(const std::string& address) const {
    return address.starts_with("data/") ? project_.manifest().find_data(address.substr(5)) : nullptr;
  }

  /// As its newest version was made; while its definition is the same, it is made from the same tables.
  std::vector<std::string> with_inputs(const std::string& address) {
    std::vector<std::string> out = {address};
    for (std::size_t i = 0; i < out.size(); ++i) {
      for (const std::string& input : inputs_of(out[i])) {
        if (std::find(out.begin(), out.end(), input) == out.end()) out.push_back(input);
      }
    }
    return out;
  }

  std::vector<std::string> inputs_of(const std::string& address) {
    std::vector<std::string> out;
    const manifest::DataSpec* table = data_at(address);
    if (table == nullptr || !project_.has_store() ||
        !project_.store().references().find({"data", table->name}))
      return out;
    const dataset::Version newest = dataset::resolve(project_.store(), address);
    if (!newest.made) return out;
    for (const dataset::MadeInput& input : newest.made->inputs) out.push_back(input.address);
    return out;
  }

  project::Project& project_;
  json::Object seen_;
};

class Triggers final : public expect::Values {
 public:
  Triggers(project::Project& project, const expect::Scope& scope,
           const std::optional<pipeline::Entry>& last_good, Time now)
      : project_(project), scope_(scope), last_good_(last_good), now_(now), tokens_(project) {}

  expect::Value value(const expect::Expr& leaf) override {
    const auto found = expect::resolve(leaf, scope_);
    const expect::Signature& function = *std::get<expect::Leaf>(found).function;
    const expect::Argument& wanted = function.arguments.front();
    const std::string thing =
        expect::thing_named(*expect::argument_of(leaf, function, wanted.name), wanted, scope_);
    if (function.name == "changed") return changed(thing);
    if (function.name == "alert") return alert(thing);
    return older(thing, expect::value_of(*expect::argument_of(leaf, function, function.arguments[1].name)));
  }

  std::variant<expect::RowsSeen, expect::Missing> rows(const expect::Expr&, bool) override {
    return expect::Missing{"a schedule has no rows"};
  }

  json::Object tokens() { return tokens_.take(); }

 private:
  expect::Truth changed(const std::string& address) {
    const json::Value* before = last_good_ ? last_good_->facts.find("tokens") : nullptr;
    const std::string what = tokens_.changed(address, before == nullptr ? json::Value() : *before);
    return {.holds = !what.empty(), .seen = fmt::format("{} has not changed", address)};
  }

  expect::Truth older(const std::string& name, double age_us) {
    const auto champion = champion_of(name);
    if (!champion) return {.holds = true};
    const auto age = static_cast<double>(now_.us - champion->time.us);
    return {.holds = age > age_us, .seen = fmt::format("{} is {} old", champion->address(), span_of(age))};
  }

  std::optional<model::Version> champion_of(const std::string& name) {
    if (!project_.has_store()) return std::nullopt;
    const model::Registry registry(project_.store());
    const auto number = registry.current(name, "champion");
    return number ? registry.find(name, *number) : std::nullopt;
  }

  expect::Truth alert(const std::string& name) {
    std::vector<monitor::Watch> watches;
    if (project_.has_store()) watches = monitor::watches(project_.store(), name, 1, now_);
    if (watches.empty()) return {.holds = false, .seen = fmt::format("nothing is known of monitor/{}", name)};
    const monitor::Watch& newest = watches.back();
    if (!newest.fails()) return {.holds = false, .seen = fmt::format("nothing fails in monitor/{}", name)};
    const bool is_new = !last_good_ || newest.time > looked(*last_good_);
    return {.holds = is_new,
            .seen = fmt::format("what fails in monitor/{} did so before the last good tick", name)};
  }

  /// When it decided: what failed while it worked is news.
  static Time looked(const pipeline::Entry& good) {
    const json::Value* at = good.facts.find("looked");
    return (at == nullptr ? std::nullopt : Time::parse(at->text_or(""))).value_or(good.time);
  }

  project::Project& project_;
  const expect::Scope& scope_;
  const std::optional<pipeline::Entry>& last_good_;
  Time now_;
  Tokens tokens_;
};

expect::Assertion parsed(const manifest::ExpectSpec& spec, project::Project& project) {
  auto read = expect::parse(spec.text);
  if (auto* fault = std::get_if<expect::Fault>(&read)) throw project.error_of({{spec, std::move(*fault)}});
  return std::get<expect::Assertion>(std::move(read));
}

void require_sound(const manifest::ScheduleSpec& spec, project::Project& project) {
  std::vector<manifest::AssertionFault> faults;
  for (manifest::AssertionFault& one : manifest::faults_of_assertions(project.manifest())) {
    const auto same = [&](const manifest::ExpectSpec& when) {
      return when == one.spec && when.line == one.spec.line;
    };
    if (std::any_of(spec.when.begin(), spec.when.end(), same)) faults.push_back(std::move(one));
  }
  if (!faults.empty()) throw project.error_of(faults);
}

}  // namespace

Reason reason_of(const manifest::ScheduleSpec& spec, const std::optional<pipeline::Entry>& last_good,
                 cli::Invocation& invocation) {
  if (spec.when.empty()) return {};
  project::Project& project = invocation.project();
  require_sound(spec, project);
  const expect::Scope scope = manifest::scope_of_triggers(project.manifest());
  const Time now = invocation.clock().now();
  Triggers triggers(project, scope, last_good, now);
  Reason out{.holds = false, .time = now};
  std::vector<std::string> seen;
  for (const manifest::ExpectSpec& one : spec.when) {
    const auto verdict = expect::evaluate(parsed(one, project), scope, triggers);
    if (verdict.outcome == expect::Outcome::pass) out.holds = true;
    else seen.push_back(verdict.seen.empty() ? one.text + " does not hold" : verdict.seen);
  }
  out.why = fmt::format("{}", fmt::join(seen, ", "));
  out.tokens = triggers.tokens();
  return out;
}

}  // namespace mlops::commands
