/// `mlops run -- COMMAND`: any program as a run.
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "cli/signals.hpp"
#include "commands.hpp"
#include "dataset_rows.hpp"
#include "run_rows.hpp"
#include "targets.hpp"

#include <poll.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/kept.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/mlflow/loopback.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/report.hpp>
#include <mlops/run/track.hpp>

#include <cerrno>
#include <filesystem>
#include <optional>

namespace mlops::commands {
namespace {

struct RunArgs {
  std::vector<std::string> targets;
  std::vector<std::string> command;
  std::optional<std::string> name;
  std::optional<std::string> experiment;
  std::vector<std::string> params;
  std::vector<std::string> inputs;
  std::vector<std::string> tags;
  std::int64_t seed = 1;
  std::optional<std::string> then;
};

/// On its way at once; false when the reader has gone. A full disk is no fault of the program's.
bool pass_on(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd ready = {descriptor, POLLOUT, 0};
      ::poll(&ready, 1, 1000);
    } else if (errno != EINTR) {
      return errno != EPIPE;
    }
  }
  return true;
}

std::map<std::string, std::string> assignments(const std::vector<std::string>& words) {
  std::map<std::string, std::string> out;
  for (const std::string& word : words) {
    run::Assignment one = run::assignment(word);
    out[one.name] = one.value;
  }
  return out;
}

run::TaskInput dataset_input(const dataset::Version& version, const run::Assignment& named,
                             cli::Invocation& invocation) {
  project::Project& project = invocation.project();
  const bool by_name = named.value == version.name || named.value == version.address();
  mind_refusal(invocation, project, version, by_name ? Asked::by_name : Asked::by_version,
               fmt::format("--input {}=", named.name));
  const dataset::KeptTable table = dataset::kept_table(tables_of(invocation), version);
  return {.name = named.name,
          .data = {"input", fmt::format("{}@v{}", version.address(), version.number), version.record.text()},
          .file = std::filesystem::absolute(table.file),
          .object = table.object,
          .link = run::variable_name("", named.name) + ".parquet"};
}

/// Nothing where the word names a file and no dataset.
std::optional<dataset::Version> find_dataset(project::Project& project, const std::string& word) {
  if (!project.has_store()) return std::nullopt;
  try {
    return dataset::resolve(project.store(), word);
  } catch (const Error&) {
    if (!std::filesystem::exists(word)) throw;
    return std::nullopt;
  }
}

/// A dataset by its address; else a file.
run::TaskInput input(cli::Invocation& invocation, const std::string& word) {
  project::Project& project = invocation.project();
  const run::Assignment named = run::assignment(word);
  if (const auto version = find_dataset(project, named.value))
    return dataset_input(*version, named, invocation);
  const auto file = std::filesystem::absolute(named.value);
  if (std::filesystem::is_directory(file)) {
    throw error(Code::usage, "the input '{}' is a folder", named.value)
        .with_hint("name a file, or `mlops ingest {}` and name the dataset", named.value);
  }
  return {.name = named.name, .data = run::file_input(file, project.relative(file)), .file = file};
}

run::Task task_of(const RunArgs& args, cli::Invocation& invocation, project::Project& project) {
  if (args.seed < 0) throw error(Code::usage, "'--seed' wants 0 or more, not {}", args.seed);
  run::Task task = {.command = args.command,
                    .folder = std::filesystem::current_path(),
                    .project = project.root(),
                    .environment = invocation.environment(),
                    .experiment = args.experiment.value_or(project.manifest().project),
                    .name = args.name.value_or(""),
                    .params = assignments(args.params),
                    .tags = assignments(args.tags),
                    .inputs = {},
                    .seed = static_cast<std::uint64_t>(args.seed),
                    .who = user_of(invocation),
                    .time = invocation.clock().now(),
                    .at_output = {}};
  for (const std::string& word : args.inputs) task.inputs.push_back(input(invocation, word));
  // Standard output is the program's; when it is asked for our answer, the program's goes beside it.
  const int out = invocation.format() == ui::Format::human ? STDOUT_FILENO : STDERR_FILENO;
  task.at_output = [out](bool error_stream, std::string_view bytes) {
    return pass_on(error_stream ? STDERR_FILENO : out, bytes);
  };
  return task;
}

void tell(cli::Invocation& invocation, const run::Task& task, const run::Tracked& done) {
  for (const std::string& note : done.sealed.notes) invocation.warning(note);
  const std::string how = done.signal != 0      ? fmt::format(" by signal {}", done.signal)
                          : done.exit_code != 0 ? fmt::format(" with exit code {}", done.exit_code)
                                                : "";
  invocation.note(fmt::format("run {} of {}: {}{} after {}", done.sealed.id, task.experiment,
                              run::name_of(done.status), how, duration_text(done.wall_s)));
  invocation.next("mlops runs show " + done.sealed.id);
}

int exit_status(const run::Tracked& done) {
  if (done.status == run::Status::interrupted && cli::signal_status() != 0) return cli::signal_status();
  return done.signal != 0 ? 128 + done.signal : done.exit_code;
}

void plan(const run::Task& task, cli::Invocation& invocation) {
  run::check(task);
  run::Run planned = {.id = "", .experiment = task.experiment, .name = task.name, .started = task.time};
  for (const auto& [name, value] : task.params) planned.params[name] = run::value_of(value);
  planned.tags = task.tags;
  ui::Row row = run_row(planned);
  for (ui::Cell& cell : row) {
    if (cell.key == "id") cell.value = nullptr;
    if (cell.key == "status") cell.value = "would run";
  }
  invocation.record("mlops.run/1", row);
}

/// Flags that speak of a program, not of tables.
void require_no_program(const RunArgs& args) {
  const bool of_program = args.name || args.experiment || !args.inputs.empty() || !args.tags.empty();
  if (!of_program) return;
  throw error(Code::usage, "'--name', '--experiment', '--input' and '--tag' belong to a program")
      .with_hint("write it behind `--`: `mlops run --name x -- python train.py`");
}

void require_no_release(const RunArgs& args) {
  if (!args.then) return;
  throw error(Code::usage, "'--then' says what becomes of a model, and a program is run")
      .with_hint("`mlops run release/NAME --then {}` trains and judges one", *args.then);
}

void run_command(const RunArgs& args, cli::Invocation& invocation) {
  if (!args.command.empty() && !args.targets.empty())
    throw error(Code::usage, "a target and a program at once: '{}' and '{}'", args.targets.front(),
                args.command.front());
  if (args.command.empty()) {
    require_no_program(args);
    return run_targets({args.targets, args.params, args.then}, invocation.dry_run(), invocation);
  }
  require_no_release(args);
  project::Project& project = invocation.project_or_create();
  run::Task task = task_of(args, invocation, project);
  if (invocation.dry_run()) return plan(task, invocation);
  run::check(task);
  mlflow::Loopback loopback(project.store(), invocation.engines(),
                            {.experiment_chosen = args.experiment.has_value()});
  task.companion = &loopback;
  const run::Tracked done = run::track(project.store(), task, &invocation.cancel());
  tell(invocation, task, done);
  if (invocation.format() != ui::Format::human) {
    invocation.record("mlops.run/1", run_row(run::get(project.store(), done.sealed.id)));
  }
  invocation.set_exit_status(exit_status(done));
}

}  // namespace

cli::Command run() {
  const auto args = std::make_shared<RunArgs>();
  return {
      .name = "run",
      .summary = "bring tables up to date, release models, or run any program and keep what came of it",
      .options = {{"target", "TARGET",
                   "tables, releases such as release/churn, monitors such as monitor/churn, or `data`, "
                   "`release`: all of them; default: both",
                   &args->targets, cli::Offer::target},
                  {"--then",
                   "WHAT",
                   "what a released version that is accepted becomes: nothing, the challenger (stage), the "
                   "champion (promote); default: nothing",
                   &args->then,
                   cli::Offer::none,
                   false,
                   {"nothing", "stage", "promote"}},
                  {"--", "COMMAND", "a program and its arguments, to be run and tracked", &args->command},
                  {"--name", "NAME", "name of the run, such as the kind of model", &args->name},
                  {"--experiment", "NAME", "what it belongs to; the project, if not given",
                   &args->experiment},
                  {"-p,--param", "NAME=VALUE",
                   "a parameter of mlops.yaml; or of the program, which finds it in MLOPS_PARAM_NAME",
                   &args->params},
                  {"--input", "NAME=DATASET|FILE",
                   "data that it reads; the program finds the file in MLOPS_INPUT_NAME", &args->inputs},
                  {"--tag", "NAME=VALUE", "a word to find it by", &args->tags},
                  {"--seed", "NUMBER", "seed of random numbers, in MLOPS_SEED; 1 if not given", &args->seed}},
      .examples = {{"mlops run", "Bring every table up to date, and train what has to be trained anew"},
                   {"mlops run data", "Bring every table of `data:` up to date"},
                   {"mlops run -p lr=0.1 -- sh -c 'echo ::metric loss=$MLOPS_PARAM_lr'",
                    "Run a shell command that reports a metric"},
                   {"mlops run --name count --input data=churn -- sh -c 'wc -c <$MLOPS_INPUT_data'",
                    "Give a program the table of a dataset"},
                   {"mlops run -n -p lr=0.1 -- true", "Show what would be run, and run nothing"}},
      .exits = {{Code::negative,
                 "an assertion about a table on the way, or an input, fails, or a gate of a release"},
                {Code::not_found,
                 "there is no such target, program or input, unless the program itself says 4"},
                {Code::conflict, "the champion was moved while its challenger was judged"}},
      .see_also = {"mlops-plan(1)", "mlops-why(1)", "mlops-runs(1)", "mlops-log(1)", "mlops.yaml(5)"},
      .dry_run = true,
      .patient = true,
      .run = [args](cli::Invocation& invocation) { run_command(*args, invocation); },
  };
}

cli::Command plan() {
  struct PlanArgs {
    std::vector<std::string> targets;
    std::vector<std::string> params;
  };
  const auto args = std::make_shared<PlanArgs>();
  return {
      .name = "plan",
      .summary = "show what `run` would do, in which order, and why",
      .options = {{"target", "TARGET",
                   "tables, releases such as release/churn, monitors such as monitor/churn, or `data`, "
                   "`release`: all of them; default: both",
                   &args->targets, cli::Offer::target},
                  {"-p,--param", "NAME=VALUE", "a parameter of mlops.yaml", &args->params}},
      .examples = {{"mlops plan", "Show what is out of date, and why"}},
      .exits = {{Code::not_found, "there is no such target"}},
      .see_also = {"mlops-run(1)", "mlops-why(1)", "mlops.yaml(5)"},
      .run =
          [args](cli::Invocation& invocation) {
            run_targets({args->targets, args->params}, true, invocation);
          },
  };
}

}  // namespace mlops::commands
