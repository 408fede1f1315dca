#include "train_subject.hpp"

#include "cli/invocation.hpp"
#include "train_questions.hpp"
#include "up_to_date.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>

#include <algorithm>

namespace mlops::commands {
namespace {

std::vector<std::string> names_of(const std::vector<dataset::Version>& versions) {
  std::vector<std::string> names;
  for (const dataset::Version& version : versions) names.push_back(version.name);
  return names;
}

Error ambiguous(const std::string& why, const std::vector<std::string>& names) {
  return error(Code::usage, "{}: {}", why, one_of(names, "'"))
      .with_hint("say which one: `--data {}`", names.front());
}

/// The one of several that a person picks; `why` says what else is wrong with them.
dataset::Version pick_data(const std::vector<dataset::Version>& versions, const std::string& why,
                           cli::Invocation& invocation) {
  const std::string name =
      invocation.choose(data_question(versions), "--data", ambiguous(why, names_of(versions)));
  return *std::find_if(versions.begin(), versions.end(),
                       [&](const dataset::Version& version) { return version.name == name; });
}

/// The only dataset with that column. Where no dataset has it, the only dataset there is: the fault is better
/// told by who looks at its columns.
dataset::Version with_column(store::Store& store, const std::string& label, cli::Invocation& invocation) {
  const std::vector<dataset::Version> all = dataset::latest(store);
  std::vector<dataset::Version> having;
  std::copy_if(all.begin(), all.end(), std::back_inserter(having),
               [&](const dataset::Version& version) { return version.find(label) != nullptr; });
  if (having.size() == 1) return having.front();
  if (having.size() > 1)
    return pick_data(having, fmt::format("several datasets have a column '{}'", label), invocation);
  if (all.size() == 1) return all.front();
  if (all.empty())
    throw error(Code::not_found, "there is no dataset to train on")
        .with_hint("`mlops ingest FILE` makes one");
  throw ambiguous(fmt::format("no dataset has a column '{}'", label), names_of(all));
}

std::vector<const manifest::TableSpec*> labelled(const manifest::Manifest& manifest) {
  std::vector<const manifest::TableSpec*> out = manifest.tables();
  std::erase_if(out, [](const manifest::TableSpec* table) { return table->label.empty(); });
  return out;
}

/// For a word that names no model, though something else.
std::string other_meaning(const std::string& name, const manifest::Manifest& manifest) {
  if (manifest.find_release(name) != nullptr)
    return fmt::format("it is a release: `mlops run release/{}` trains and judges its models", name);
  std::vector<std::string> known;
  for (const manifest::TableSpec* one : manifest.tables()) known.push_back(one->name);
  const auto near = manifest.find_table(name) != nullptr ? std::vector{name} : near_misses(name, known);
  if (!near.empty()) return fmt::format("`--data {}` trains on the dataset", near[0]);
  return fmt::format("`--train {}` names a way to train", name);
}

/// The data that all models named are trained on.
const manifest::TableSpec* table_of_models(const std::vector<std::string>& names,
                                           const manifest::Manifest& manifest) {
  const manifest::TableSpec* found = nullptr;
  for (const std::string& name : names) {
    const manifest::TableSpec* table = manifest.data_of(declared_model(name, manifest));
    if (found != nullptr && table != found)
      throw error(Code::usage, "the models are trained on different data: '{}' and '{}'", found->name,
                  table == nullptr ? "" : table->name);
    found = table;
  }
  return found;
}

const manifest::TableSpec* declared_table(const TrainArgs& args, const manifest::Manifest& manifest,
                                          cli::Invocation& invocation) {
  if (!args.models.empty()) return table_of_models(args.models, manifest);
  std::vector<const manifest::TableSpec*> tables = labelled(manifest);
  if (args.label) {
    std::erase_if(tables, [&](const manifest::TableSpec* table) { return table->label != *args.label; });
  }
  if (tables.size() == 1) return tables.front();
  if (tables.empty()) return nullptr;
  std::vector<std::string> names;
  ui::Question question{.text = "which table is to be trained on", .choices = {}};
  for (const manifest::TableSpec* table : tables) {
    names.push_back(table->name);
    question.choices.push_back({table->name, "label " + table->label});
  }
  return manifest.find_table(
      invocation.choose(question, "--data", ambiguous("several tables have a label", names)));
}

Error unsaid_label(const std::string& of) {
  return error(Code::usage, "which column{} is to be predicted is not said", of)
      .with_hint("name it: `mlops train run --label COLUMN`");
}

/// The data whose columns a person can be asked about, when nothing says which.
dataset::Version any_data(store::Store& store, cli::Invocation& invocation) {
  const std::vector<dataset::Version> all = dataset::latest(store);
  if (all.empty()) throw unsaid_label("");
  if (all.size() == 1) return all.front();
  const std::string name = invocation.choose(data_question(all), "--data", unsaid_label(""));
  return *std::find_if(all.begin(), all.end(),
                       [&](const dataset::Version& version) { return version.name == name; });
}

}  // namespace

const manifest::ModelSpec& declared_model(const std::string& name, const manifest::Manifest& manifest) {
  if (const manifest::ModelSpec* model = manifest.find_model(name)) return *model;
  std::vector<std::string> known;
  for (const manifest::ModelSpec& one : manifest.models) known.push_back(one.name);
  Error fault = error(Code::not_found, "mlops.yaml has no model '{}'", name);
  const auto near = near_misses(name, known);
  if (!near.empty() && manifest.find_table(name) == nullptr)
    throw std::move(fault).with_hint("similar models exist: {}", one_of(near));
  throw std::move(fault).with_hint("{}", other_meaning(name, manifest));
}

Subject subject_of(const TrainArgs& args, project::Project& project, cli::Invocation& invocation) {
  const manifest::Manifest& manifest = project.manifest();
  const Change change = args.plan ? Change::plan : Change::make;
  Subject out;
  if (args.data) {
    out.data = current_version(*args.data, args.parameters, invocation, change);
    out.table = manifest.find_table(out.data.address());
  } else if (const manifest::TableSpec* table = declared_table(args, manifest, invocation)) {
    out.table = table;
    out.data = current_version(manifest.address_of(*table), args.parameters, invocation, change);
  } else if (args.label) {
    out.data = with_column(project.store(), *args.label, invocation);
    out.table = manifest.find_table(out.data.address());
  } else {
    out.data = any_data(project.store(), invocation);
    out.table = manifest.find_table(out.data.address());
  }
  out.label = args.label ? *args.label : out.table != nullptr ? out.table->label : "";
  if (out.label.empty())
    out.label = invocation.choose(label_question(out.data), "--label", unsaid_label(" of " + out.data.name));
  return out;
}

}  // namespace mlops::commands
