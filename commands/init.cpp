/// `mlops init`: begins a project in the current folder.
#include "checking.hpp"
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "init_tabular.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/project/project.hpp>
#include <mlops/scaffold/templates.hpp>

#include <filesystem>

namespace mlops::commands {
namespace {

constexpr std::string_view flights = "flights";
constexpr std::string_view tabular = "tabular";

/// Flags of one template, given to another.
void require_fitting(const InitArgs& args) {
  const bool is_tabular = args.from_template == tabular;
  const bool is_flights = args.from_template == flights;
  const std::string_view asked = args.from_template.empty() ? "mlops init" : args.from_template;
  const auto refuse = [&](bool given, bool fits, std::string_view what, std::string_view owner) {
    if (given && !fits)
      throw error(Code::usage, "'{}' is for `mlops init {}`, not for `{}`", what, owner, asked);
  };
  refuse(args.data.has_value(), is_flights, "--data", flights);
  refuse(args.label.has_value(), is_tabular, "--label", tabular);
  refuse(args.time.has_value(), is_tabular, "--time", tabular);
  refuse(args.kind.has_value(), is_tabular, "--kind", tabular);
  refuse(args.name.has_value(), is_tabular, "--name", tabular);
  refuse(args.file.has_value(), is_tabular, args.file.value_or(""), tabular);
}

/// A project file that is there is somebody's work.
void require_free(const InitArgs& args, const project::Project& project) {
  if (args.from_template.empty() || !project.has_manifest()) return;
  throw error(Code::conflict, "there is a project here already: '{}'",
              (project.root() / "mlops.yaml").string())
      .with_id("init.project_exists")
      .with_hint("begin another one in an empty folder: `mlops -C FOLDER init {}`", args.from_template);
}

constexpr std::string_view where_flights_are =
    "flights-3m.parquet is part of the npm package vega-datasets 3.2.1, in its folder data";

/// What the example reads has to come from somewhere.
void tell_missing_flights(const InitArgs& args, cli::Invocation& invocation,
                          const project::Project& project) {
  std::error_code ignored;
  if (args.from_template != flights || args.data) return;
  if (!std::filesystem::exists(project.root() / "flights-3m.parquet", ignored))
    invocation.note(fmt::format("the data are not here yet: {}", where_flights_are));
}

std::string flights_from(const InitArgs& args, const project::Project& project) {
  if (!args.data) return "";
  const bool away = args.data->find("://") != std::string::npos;
  std::error_code ignored;
  if (!away && !std::filesystem::exists(*args.data, ignored)) {
    throw error(Code::not_found, "there is no file '{}'", *args.data).with_hint("{}", where_flights_are);
  }
  return away ? *args.data : project.relative(*args.data);
}

std::string text_for(const InitArgs& args, cli::Invocation& invocation, project::Project& project) {
  if (args.from_template == tabular) return tabular_text(args, invocation, project);
  if (args.from_template == flights) return scaffold::flights_project(flights_from(args, project));
  return scaffold::plain_project(project.manifest().project);
}

/// Where commands would have looked for a project until now.
void tell_around(cli::Invocation& invocation, const project::Project& project) {
  const auto above =
      project.root().has_parent_path() ? project::find_root(project.root().parent_path()) : std::nullopt;
  if (above && *above != project.root())
    invocation.note(fmt::format("there is a project in '{}' too: from here on this folder is one of its own",
                                above->string()));
}

std::string init_state(bool there, bool dry) { return there ? "kept" : dry ? "would be made" : "made"; }

void init_project(const InitArgs& args, cli::Invocation& invocation) {
  require_fitting(args);
  project::Project project(std::filesystem::current_path(), project::Project::Mode::begin);
  require_free(args, project);
  const bool had_file = project.has_manifest();
  const bool had_store = project.has_store();
  const bool dry = invocation.dry_run();
  tell_around(invocation, project);
  const std::string text = had_file ? "" : text_for(args, invocation, project);
  if (!dry && !had_file) project.write_manifest(text);
  else if (!dry) project.store();
  if (dry && invocation.format() == ui::Format::human && !had_file) invocation.output().text(text);
  else
    invocation.record("mlops.init/1",
                      {{"project", project.manifest().project},
                       {"root", project.root().string()},
                       {"manifest", init_state(had_file, dry)},
                       {"store", init_state(had_store, dry)},
                       {"text", had_file ? json::Value() : json::Value(text), ui::Show::hidden}});
  if (dry) return invocation.note(had_file ? "nothing would be made" : "this would be mlops.yaml");
  tell_missing_flights(args, invocation, project);
  invocation.next(args.from_template.empty() ? "mlops ingest FILE" : "mlops train run");
}

}  // namespace

cli::Command init() {
  const auto args = std::make_shared<InitArgs>();
  return {
      .name = "init",
      .summary = "begin a project in this folder: an mlops.yaml with comments, and its store",
      .options = {{"template",
                   "TEMPLATE",
                   "what to begin with; default: a plain file that says what could stand in it",
                   &args->from_template,
                   cli::Offer::none,
                   false,
                   {"flights", "tabular"}},
                  {"file", "FILE", "of tabular: a file, folder, pattern or URL of a table", &args->file,
                   cli::Offer::file},
                  {"--label", "COLUMN", "of tabular: the column to predict", &args->label},
                  {"--time", "COLUMN", "of tabular: when a row happened; the latest rows judge", &args->time},
                  {"--name", "NAME", "of tabular: name of the dataset; default: that of the file",
                   &args->name},
                  {"--kind",
                   "KIND",
                   "of tabular: where such data come from",
                   &args->kind,
                   cli::Offer::none,
                   false,
                   {"user-input", "system", "behaviour", "internal", "third-party"}},
                  {"--data", "FILE|URL", "of flights: the Parquet file, where it is here already",
                   &args->data, cli::Offer::file}},
      .examples = {{"mlops init", "Begin a project with a file to fill in"},
                   {"mlops init tabular churn.csv --label churned",
                    "Look at churn.csv and write a project that trains on it"},
                   {"mlops init flights", "Begin the example with three million flights"}},
      .exits = {{Code::negative, "there is nothing to learn in the file"},
                {Code::not_found, "there is no such file"},
                {Code::conflict, "a project file is there already"},
                {Code::corrupt, "the file cannot be read as a table"}},
      .see_also = {"mlops.yaml(5)", "mlops-ingest(1)", "mlops-train-run(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { init_project(*args, invocation); }};
}

}  // namespace mlops::commands
