/// `mlops model register`: a model from a run, a file or a folder becomes a version.
#include "model_register.hpp"
#include "accepted.hpp"
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "model_answering.hpp"
#include "model_rows.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/model/import.hpp>
#include <mlops/project/project.hpp>
#include <mlops/run/list.hpp>

namespace mlops::commands {
namespace {

struct RegisterArgs {
  std::string name;
  std::optional<std::string> run;
  std::optional<std::filesystem::path> file;
  std::string path;
  std::string note;
  std::string alias;
  bool force = false;
};

void check(const RegisterArgs& args) {
  model::check_name(args.name);
  if (!args.alias.empty()) model::check_alias(args.alias);
  if (args.run && args.file) {
    throw error(Code::usage, "'--run' and '--file' are given: a model comes from one place");
  }
  if (!args.run && !args.file) {
    throw error(Code::usage, "nothing to register: neither '--run' nor '--file' is given")
        .with_hint("`--file PATH` takes a file or folder, `--run RUN` what a run made");
  }
  if (args.file && !args.path.empty()) {
    throw error(Code::usage, "'--path' is for the files of a run, not for '--file'");
  }
}

model::Imported import(const RegisterArgs& args, cli::Invocation& invocation) {
  if (args.file) return model::import_model(invocation.engines(), *args.file);
  store::Store& store = invocation.project().store();
  const run::Run found = run::get(store, *args.run);
  if (!found.record) {
    throw error(Code::conflict, "run/{} has not ended yet", found.id)
        .with_hint("its model can be registered when it has");
  }
  return model::import_run(invocation.engines(), store, *found.record, args.path);
}

void answer(const RegisterArgs& args, cli::Invocation& invocation, const model::Registry::Added& added) {
  const model::Version& version = added.version;
  const char* state = added.unchanged ? "unchanged" : invocation.dry_run() ? "would be registered" : "new";
  if (invocation.format() == ui::Format::human) {
    invocation.output().text(registration_line(version, state));
  } else {
    invocation.record("mlops.model-registration/1", registration_row(version, state));
  }
  if (added.unchanged && args.note != version.note && !args.note.empty()) {
    invocation.warning(fmt::format("the note is not kept: {} is this very model", version.address()));
  }
}

void promote(const RegisterArgs& args, cli::Invocation& invocation, const model::Version& version) {
  const std::string forced = require_accepted(invocation, version, args.force);
  model::Registry models(invocation.project_or_create().store());
  const auto move = models.promote(version, args.alias, forced.empty() ? args.note : forced,
                                   user_of(invocation), invocation.clock().now());
  if (invocation.format() == ui::Format::human) {
    invocation.output().text(move_line(move, move.from == move.to ? "unchanged" : "moved"));
  }
}

model::Registry::Added add(cli::Invocation& invocation, const model::Registration& registration) {
  project::Project& project = invocation.project_or_create();
  if (!invocation.dry_run()) return model::Registry(project.store()).add(registration);
  if (project.has_store()) return model::Registry(project.store()).plan(registration);
  return {.version = model::first_version(registration)};
}

void register_model(const RegisterArgs& args, cli::Invocation& invocation) {
  check(args);
  model::Imported imported = import(args, invocation);
  for (const std::string& warning : imported.warnings) invocation.warning(warning);
  model::Registration& registration = imported.registration;
  registration.name = args.name;
  registration.note = args.note;
  registration.time = invocation.clock().now();
  registration.who = user_of(invocation);
  if (!args.alias.empty()) {
    model::Version coming;
    coming.name = args.name;
    coming.algorithm = registration.package.algorithm;
    check_answering(invocation, coming, args.alias, args.force);
  }
  const auto added = add(invocation, registration);
  answer(args, invocation, added);
  if (invocation.dry_run()) return;
  if (!args.alias.empty()) return promote(args, invocation, added.version);
  if (added.version.aliases.empty()) invocation.next("mlops model promote " + added.version.address());
}

}  // namespace

cli::Command model_register() {
  const auto args = std::make_shared<RegisterArgs>();
  return {
      .name = "register",
      .summary = "add a trained model to the registry as a new version",
      .options = {{"name", "NAME", "name of the model in the registry", &args->name, cli::Offer::model, true},
                  {"-f,--file", "PATH", "model file, or folder, to take", &args->file, cli::Offer::file},
                  {"--run", "RUN", "the run whose model to take", &args->run, cli::Offer::run},
                  {"--path", "PATH", "which of the run's files it is, when it named no model", &args->path},
                  {"--note", "TEXT", "what to remember of it", &args->note},
                  {"--alias", "ALIAS", "an alias to point at it at once", &args->alias},
                  {"--force", "", "also where nothing here can run it", &args->force}},
      .examples = {{"mlops model register churn --file churn.ubj", "Register a model of XGBoost as churn"},
                   {"mlops model register churn --file churn.ubj --alias champion --note 'by hand'",
                    "Make it the champion at once"}},
      .exits = {{Code::failed, "the model answers otherwise here than where it came from"},
                {Code::negative, "nothing here can run it, and what '--alias' points at now runs"},
                {Code::not_found, "there is no such file or run"},
                {Code::corrupt, "the model is damaged, or a link leads out of its folder"}},
      .see_also = {"mlops-model-promote(1)"},
      .dry_run = true,
      .run = [args](cli::Invocation& invocation) { register_model(*args, invocation); },
  };
}

}  // namespace mlops::commands
