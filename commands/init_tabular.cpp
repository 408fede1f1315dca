#include "init_tabular.hpp"

#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "ingest_sources.hpp"
#include "train_questions.hpp"

#include <fmt/format.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/dataset/read.hpp>
#include <mlops/project/project.hpp>
#include <mlops/release/train.hpp>
#include <mlops/scaffold/tabular.hpp>

namespace mlops::commands {
namespace {

manifest::SourceSpec tabular_source(const InitArgs& args, project::Project& project) {
  if (!args.file || *args.file == "-") {
    throw error(Code::usage, "`mlops init tabular` wants a file that can be read again{}",
                args.file ? ", not standard input" : "")
        .with_hint("`mlops init tabular FILE --label COLUMN`");
  }
  IngestArgs words;
  words.targets = {*args.file};
  words.name = args.name;
  words.kind = args.kind;
  const std::vector<manifest::SourceSpec> sources = sources_of(project, words);
  return with_flags(words, sources.front());
}

/// Before anything is kept, and without a second way through the net.
std::string tabular_label(const InitArgs& args, cli::Invocation& invocation, dataset::Workshop& shop,
                          const manifest::SourceSpec& source, const project::Project& project) {
  const dataset::IngestRequest request{
      .source = source, .base = project.root(), .pinned = {}, .who = "", .input = {}};
  const bool away = source.from.front().find("://") != std::string::npos;
  if (away && args.label) return *args.label;
  const dataset::Version version = dataset::plan_ingest(shop, request).version;
  if (!args.label) {
    return invocation.choose(
        label_question(version), "--label",
        error(Code::usage, "which column of {} is to be predicted is not said", source.name)
            .with_hint("name it: `--label COLUMN`"));
  }
  for (const auto& [flag, column] : {std::pair{"--label", args.label}, {"--time", args.time}}) {
    if (!column || version.find(*column) != nullptr) continue;
    std::vector<std::string> known;
    for (const dataset::Column& one : version.columns) known.push_back(one.name);
    Error fault = error(Code::usage, "'{}' is '{}', and {} has no such column", flag, *column, *args.file);
    const auto near = near_misses(*column, known);
    if (!near.empty()) throw std::move(fault).with_hint("similar columns exist: {}", one_of(near));
    if (known.size() > 12) known.resize(12);
    throw std::move(fault).with_hint("its columns are {}", fmt::join(known, ", "));
  }
  return *args.label;
}

}  // namespace

std::string tabular_text(const InitArgs& args, cli::Invocation& invocation, project::Project& project) {
  dataset::Workshop shop = data_workshop(invocation);
  manifest::SourceSpec source = tabular_source(args, project);
  dataset::require_inputs(source, project.root());
  source.label = tabular_label(args, invocation, shop, source, project);
  source.time = args.time.value_or("");
  std::optional<scaffold::Scratch> scratch;
  if (invocation.dry_run()) scratch.emplace();
  store::Store& store = scratch ? scratch->store() : project.store();
  const dataset::IngestRequest request{
      .source = source, .base = project.root(), .pinned = {}, .who = "", .input = {}};
  const dataset::Version version = scratch ? dataset::ingest(store, shop, request).version
                                           : ingest_unlisted(invocation, project, shop, source).version;
  const release::TrainRequest training{.model = source.name, .data = version, .label = source.label};
  release::Workshop bench{.store = store,
                          .engines = invocation.engines(),
                          .resources = shop.resources,
                          .clock = invocation.clock(),
                          .progress = invocation.progress(),
                          .environment = invocation.environment(),
                          .cancel = &invocation.cancel()};
  const release::Prepared prepared = release::prepare(bench, training);
  dataset::Reader reader(dataset::table_place(store, shop));
  return scaffold::tabular_project({.project = project.manifest().project,
                                    .source = std::move(source),
                                    .rows = version.rows,
                                    .profile = reader.profile(version),
                                    .prepared = prepared});
}

}  // namespace mlops::commands
