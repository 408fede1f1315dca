#include "log_facts.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"

#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/report.hpp>

#include <cerrno>
#include <filesystem>

namespace mlops::commands {
namespace {

struct FactArgs {
  std::vector<std::string> facts;
  std::optional<std::string> run;
  std::optional<std::int64_t> step;
  std::optional<std::string> as;
};

/// The journal of the run that this process belongs to.
std::optional<std::filesystem::path> own_journal(const cli::Invocation& invocation) {
  const auto found = invocation.environment().find("MLOPS_LOG");
  if (found == invocation.environment().end() || found->second.empty()) return std::nullopt;
  return found->second;
}

/// Where facts go: to a run that was named, else to the one around us.
struct Place {
  std::optional<std::string> run;
  std::filesystem::path journal;
};

Place place_of(const std::optional<std::string>& run, const cli::Invocation& invocation) {
  if (run) return {run, {}};
  const auto journal = own_journal(invocation);
  if (!journal) {
    throw error(Code::usage, "this is not a run: there is no MLOPS_LOG")
        .with_hint(
            "name a run with `--run ID` or `--run @last`, or start the program with `mlops run -- ...`");
  }
  return {std::nullopt, *journal};
}

void tell_what_would_be(const Place& place, cli::Invocation& invocation) {
  invocation.note(
      fmt::format("would be reported to {}", place.run ? "run " + *place.run : "the run around this"));
}

/// A run that is around us is written to with one write, and nothing else is opened.
void send(const Place& place, const run::Report& report, cli::Invocation& invocation) {
  if (invocation.dry_run()) return tell_what_would_be(place, invocation);
  if (place.run) {
    run::report(invocation.project().store(), *place.run, report, user_of(invocation));
  } else if (!run::report_to(place.journal, report, run::Durable::no)) {
    throw error(Code::not_found, "there is no journal '{}': the run has ended", place.journal.native())
        .with_id("run.not_found")
        .with_hint("`--run ID` adds to a run that has ended");
  }
}

run::Report new_report(const cli::Invocation& invocation) { return run::Report(invocation.clock().now()); }

void log_metric(const FactArgs& args, cli::Invocation& invocation) {
  run::Report report = new_report(invocation);
  for (const std::string& word : args.facts) {
    const run::Assignment one = run::assignment(word);
    const auto value = run::number_in(one.value);
    if (!value) {
      throw error(Code::usage, "the metric '{}' wants a number, not '{}'", one.name, one.value)
          .with_hint("a text is a param or a tag: `mlops log param {}`", word);
    }
    report.metric(one.name, *value, args.step);
  }
  send(place_of(args.run, invocation), report, invocation);
}

void log_param(const FactArgs& args, cli::Invocation& invocation) {
  run::Report report = new_report(invocation);
  for (const std::string& word : args.facts) {
    const run::Assignment one = run::assignment(word);
    report.param(one.name, run::value_of(one.value));
  }
  send(place_of(args.run, invocation), report, invocation);
}

void log_tag(const FactArgs& args, cli::Invocation& invocation) {
  run::Report report = new_report(invocation);
  for (const std::string& word : args.facts) {
    const run::Assignment one = run::assignment(word);
    report.tag(one.name, one.value);
  }
  send(place_of(args.run, invocation), report, invocation);
}

void log_artifact(const FactArgs& args, cli::Invocation& invocation) {
  const Place place = place_of(args.run, invocation);
  if (args.as && args.facts.size() > 1)
    throw error(Code::usage, "'--as' names one artifact, not {}", args.facts.size());
  for (const std::string& path : args.facts) {
    if (!std::filesystem::exists(path)) {
      throw error(Code::not_found, "there is no file '{}'", path).with_id("file.not_found");
    }
  }
  if (invocation.dry_run()) return tell_what_would_be(place, invocation);
  run::Report report = new_report(invocation);
  store::Objects objects(place.run ? invocation.project().store().root() : run::store_of(place.journal));
  for (const std::string& path : args.facts) {
    const auto plain = std::filesystem::absolute(path).lexically_normal();
    const auto name = plain.has_filename() ? plain.filename() : plain.parent_path().filename();
    report.artifact(objects, path, args.as.value_or(name.native()));
  }
  send(place, report, invocation);
}

cli::Option run_option(const std::shared_ptr<FactArgs>& args) {
  return {"--run", "RUN", "a run by its id, or @last; else the one around this process", &args->run,
          cli::Offer::run};
}

cli::Command metric_spec() {
  const auto args = std::make_shared<FactArgs>();
  return {
      .name = "metric",
      .summary = "report numbers that a run has reached",
      .options = {{"metric", "NAME=VALUE", "names and numbers, such as loss=0.31 or nan", &args->facts,
                   cli::Offer::none, true},
                  {"--step", "STEP", "when in the run; one more than the last, if not given", &args->step},
                  run_option(args)},
      .examples = {{"mlops log metric loss=0.31 --step 3 --run @last", "Add a point to the newest run"},
                   {"mlops run -- sh -c 'mlops log metric loss=0.31'", "Report from a script in a run"}},
      .exits = {{Code::not_found, "there is no such run"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { log_metric(*args, invocation); }};
}

cli::Command param_spec() {
  const auto args = std::make_shared<FactArgs>();
  return {
      .name = "param",
      .summary = "report what a run was given",
      .options = {{"param", "NAME=VALUE", "names and values, such as lr=0.1", &args->facts, cli::Offer::none,
                   true},
                  run_option(args)},
      .examples = {{"mlops log param lr=0.1 model=small --run @last", "Add two params to the newest run"}},
      .exits = {{Code::not_found, "there is no such run"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { log_param(*args, invocation); }};
}

cli::Command tag_spec() {
  const auto args = std::make_shared<FactArgs>();
  return {.name = "tag",
          .summary = "put words on a run to find it by",
          .options = {{"tag", "NAME=VALUE", "names and texts, such as stage=test", &args->facts,
                       cli::Offer::none, true},
                      run_option(args)},
          .examples = {{"mlops log tag reviewed=ana --run @last", "Tag the newest run"}},
          .exits = {{Code::not_found, "there is no such run"}},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { log_tag(*args, invocation); }};
}

cli::Command artifact_spec() {
  const auto args = std::make_shared<FactArgs>();
  return {
      .name = "artifact",
      .summary = "keep files with a run",
      .options = {{"path", "PATH", "files, or folders with all their files", &args->facts, cli::Offer::file,
                   true},
                  {"--as", "NAME", "path under which it is kept; the file's name, if not given", &args->as},
                  run_option(args)},
      .examples = {{"mlops log artifact churn.csv --as data/churn.csv --run @last",
                    "Keep a file with the newest run"}},
      .exits = {{Code::not_found, "there is no such file or run"}},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { log_artifact(*args, invocation); }};
}

}  // namespace

std::vector<cli::Command> log_facts() { return {metric_spec(), param_spec(), tag_spec(), artifact_spec()}; }

void log_lines(const std::optional<std::string>& run, cli::Invocation& invocation) {
  const Place place = place_of(run, invocation);
  std::string waiting;
  std::size_t bad = 0;
  std::vector<char> block(64 << 10);
  const auto take = [&](std::size_t size) {
    run::Report report = new_report(invocation);
    bad += report.lines(std::string_view(waiting).substr(0, size));
    send(place, report, invocation);
    waiting.erase(0, size);
  };
  for (;;) {
    const std::size_t count = invocation.read_input(block.data(), block.size());
    if (count == 0) break;
    waiting.append(block.data(), count);
    if (const std::size_t end = waiting.rfind('\n'); end != std::string::npos) take(end + 1);
  }
  if (!waiting.empty()) take(waiting.size());
  if (bad > 0)
    invocation.warning(fmt::format("{} of standard input said nothing of a run", count_of(bad, "line")));
}

}  // namespace mlops::commands
