/// A program with the command line of mlops and other commands: one for each rule that no real command shows
/// at will.
#include <cli/invocation.hpp>
#include <cli/main.hpp>
#include <cli/signals.hpp>
#include <project_parts.hpp>

#include <fmt/core.h>
#include <unistd.h>
#include <mlops/base/error.hpp>

#include <chrono>
#include <memory>
#include <new>
#include <thread>

namespace {

using namespace mlops;
using namespace std::chrono_literals;

struct BindArgs {
  std::string name;
  std::optional<std::string> label;
  std::filesystem::path file;
  std::int64_t limit = 10;
  std::optional<std::int64_t> seed;
  bool force = false;
  std::vector<std::string> params;
  std::vector<std::string> words;
  std::vector<std::string> rest;
};

template <typename T>
json::Value or_null(const std::optional<T>& value) {
  return value ? json::Value(*value) : json::Value();
}

json::Value list(const std::vector<std::string>& texts) { return json::Array(texts.begin(), texts.end()); }

/// Answers with what its arguments were read as.
cli::Command bind_command() {
  const auto args = std::make_shared<BindArgs>();
  return {
      .name = "bind",
      .summary = "show what the words mean",
      .options = {{"name", "NAME", "a word", &args->name, cli::Offer::none, true},
                  {"words", "WORD", "more words", &args->words},
                  {"-l,--label", "COLUMN", "a text", &args->label},
                  {"-f,--file", "FILE", "a file", &args->file, cli::Offer::file, true},
                  {"--limit", "N", "a number", &args->limit},
                  {"--seed", "N", "another number", &args->seed},
                  {"--force", "", "a flag", &args->force},
                  {"-p", "NAME=VALUE", "a parameter", &args->params},
                  {"--", "COMMAND", "a command", &args->rest}},
      .dry_run = true,
      .run =
          [args](cli::Invocation& invocation) {
            invocation.record("probe.bind/1", {{"name", args->name},
                                               {"words", list(args->words)},
                                               {"label", or_null(args->label)},
                                               {"file", args->file.string()},
                                               {"limit", args->limit},
                                               {"seed", or_null(args->seed)},
                                               {"force", args->force},
                                               {"params", list(args->params)},
                                               {"rest", list(args->rest)},
                                               {"dry_run", invocation.dry_run()},
                                               {"now", invocation.clock().now().text()}});
          },
  };
}

void show_rows(cli::Invocation& invocation) {
  const std::string digest = "sha256:" + std::string(64, 'a');
  const json::Array columns = {json::Object{{"column", "id"}, {"nulls", 0}},
                               json::Object{{"column", "señal"}, {"nulls", 12}}};
  invocation.rows("probe.row/1",
                  {{{"name", "plain"},
                    {"rows", 3000000, ui::Show::count},
                    {"size", 1234567, ui::Show::bytes},
                    {"share", 0.0123, ui::Show::share},
                    {"digest", digest, ui::Show::digest},
                    {"late", true},
                    {"text", "tab\there\nand \\ and \x1b[31mred"}},
                   {{"name", "日本"},
                    {"rows", 7, ui::Show::count},
                    {"size", nullptr, ui::Show::bytes},
                    {"share", 1.0, ui::Show::share},
                    {"digest", nullptr, ui::Show::digest},
                    {"late", false},
                    {"text", "a rather long text that a narrow terminal has no room for at all"}}});
}

void show_record(cli::Invocation& invocation) {
  const json::Array columns = {json::Object{{"column", "id"}, {"nulls", 0}},
                               json::Object{{"column", "señal"}, {"nulls", 12}}};
  invocation.record("probe.record/1",
                    {{"name", "training"}, {"row_count", 3000000, ui::Show::count}, {"columns", columns}});
}

void stream(cli::Invocation& invocation) {
  ui::Output& output = invocation.output();
  output.begin("probe.stream/1");
  std::int64_t i = 0;
  while (i < 200000 && output.row({{"i", i}, {"text", "some text"}})) ++i;
  output.end();
  invocation.note(fmt::format("made {} rows", i));
}

void talk(cli::Invocation& invocation) {
  invocation.note("a note");
  invocation.warning("a warning");
  invocation.rows("probe.talk/1", {{{"answer", 42}}});
  invocation.next("mlops doctor");
}

void work(cli::Invocation& invocation) {
  Progress& progress = invocation.progress();
  for (const char* name : {"first phase", "second phase"}) {
    progress.phase(name, 1000, Unit::rows);
    for (std::uint64_t done = 0; done <= 1000; done += 25) {
      invocation.cancel().check();
      progress.at(done);
      std::this_thread::sleep_for(20ms);
    }
  }
  invocation.rows("probe.work/1", {{{"done", true}}});
}

void hang(cli::Invocation& invocation) {
  invocation.note("hanging");
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) != 0) {
  }
}

/// Never looks at the token.
void deaf(cli::Invocation& invocation) {
  invocation.note("hanging");
  for (;;) std::this_thread::sleep_for(1s);
}

/// Ends in its own time, which is longer than a second.
void patient(cli::Invocation& invocation) {
  invocation.note("waiting");
  while (!invocation.cancel().is_set()) std::this_thread::sleep_for(10ms);
  std::this_thread::sleep_for(1500ms);
  invocation.note("ended in order");
}

struct FailArgs {
  std::string how;
};

void fail(const FailArgs& args) {
  if (args.how == "memory") throw std::bad_alloc();
  if (args.how == "logic") throw std::logic_error("a broken promise");
  if (args.how == "number") throw 7;
  Error fault = error(Code::conflict, "the name '{}' is taken", "churn")
                    .with_id("probe.taken")
                    .with_detail("mlops.yaml:3:5\n  3 |   churn: {}\n          ^")
                    .with_hint("choose another name");
  fault.add_context("while adding 'churn'");
  throw fault;
}

cli::Command fail_command() {
  const auto args = std::make_shared<FailArgs>();
  return {.name = "fail",
          .summary = "end with a fault",
          .options = {{"how", "HOW", "which", &args->how, cli::Offer::none, true}},
          .run = [args](cli::Invocation&) { fail(*args); }};
}

cli::Command leaf(std::string name, std::function<void(cli::Invocation&)> run) {
  return {.name = std::move(name), .summary = "show one rule", .run = std::move(run)};
}

cli::Command journal() {
  const auto say = [](std::string text) {
    return [text](cli::Invocation& invocation) { invocation.output().text(text + "\n"); };
  };
  return {.name = "journal",
          .summary = "run alone or through a child",
          .run = say("alone"),
          .children = {leaf("metric", say("child"))}};
}

cli::Command root() {
  return {.name = "mlops",
          .summary = "prove the rules of the command line",
          .children = {bind_command(),
                       fail_command(),
                       leaf("rows", show_rows),
                       leaf("record", show_record),
                       leaf("stream", stream),
                       leaf("talk", talk),
                       leaf("work", work),
                       leaf("hang", hang),
                       leaf("deaf", deaf),
                       {.name = "patient", .summary = "show one rule", .patient = true, .run = patient},
                       journal(),
                       {.name = "group", .summary = "hold verbs", .children = {leaf("list", show_rows)}}}};
}

}  // namespace

int main(int argc, char** argv) {
  static Cancel cancel;
  cli::prepare_process(cancel);
  cli::Application application = {.root = root(), .settings = commands::load_settings};
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    application.environment[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  return cli::main(application, {argv + 1, argv + argc}, cancel);
}
