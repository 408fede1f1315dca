/// `mlops features push`: rows that happened since the table was made, for what is online.
#include "cli/invocation.hpp"
#include "dataset_rows.hpp"
#include "features.hpp"
#include "online_views.hpp"

#include <fmt/core.h>
#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/project/project.hpp>
#include <mlops/score/online.hpp>

namespace mlops::commands {
namespace {

struct PushArgs {
  std::string view;
  std::string file = "-";
  std::optional<std::string> id;
  std::optional<std::string> format;
};

/// How the version that was taken over was read from its source, and what is personal, holds for these rows.
void take_notation(const feature::OnlineView& view, cli::Invocation& invocation, dataset::OpenRequest& rows) {
  store::Store& store = invocation.project().store();
  if (!view.table || !store.objects().has(*view.table)) return;
  const auto version = dataset::from_record(store.record(*view.table), *view.table, 0);
  rows.read = version.read;
  for (const dataset::Column& column : version.columns) {
    if (column.pii) rows.pii.push_back(column.name);
  }
}

std::vector<feature::OnlineStore::Push> read_rows(const PushArgs& args,
                                                  const std::vector<feature::OnlineView>& views,
                                                  cli::Invocation& invocation) {
  const dataset::OpenPlace place{.engines = invocation.engines(),
                                 .resources = resources_of(invocation),
                                 .scratch = dataset::scratch_beside(invocation.project().store().objects()),
                                 .progress = invocation.progress(),
                                 .cancel = &invocation.cancel()};
  dataset::OpenRequest rows{.file = args.file, .format = args.format};
  take_notation(views.front(), invocation, rows);
  rows.input = [&invocation](void* buffer, std::size_t size) { return invocation.read_input(buffer, size); };
  return score::pushed_events(place, views, std::move(rows));
}

void tell_left_out(cli::Invocation& invocation, const feature::OnlineStore::Pushed& pushed) {
  if (pushed.without > 0)
    invocation.warning(fmt::format("{} without a key or a time {} left out",
                                   count_of(pushed.without, "event"), pushed.without == 1 ? "was" : "were"));
}

void push(const PushArgs& args, cli::Invocation& invocation) {
  const std::string name = view_name(args.view);
  if (args.id && args.id->empty())
    throw error(Code::usage, "'--id' is empty").with_hint("without '--id' each push is a new one");
  const auto views = online_views_of(name, invocation);
  const auto pushes = read_rows(args, views, invocation);
  const bool dry = invocation.dry_run();
  feature::OnlineStore::Pushed pushed;
  if (!dry) {
    feature::OnlineStore store(invocation.project().online_file(), feature::OnlineStore::Mode::write);
    const std::string id = args.id ? fmt::format("{}\n{}", name, *args.id) : "";  // as a server has it
    pushed = store.push(pushes, id, invocation.clock().now());
  }
  tell_left_out(invocation, pushed);
  if (pushed.again)
    invocation.note(fmt::format("the push '{}' was taken before; nothing is added", *args.id));
  const auto unless_dry = [&](std::uint64_t count) { return dry ? json::Value() : json::Value(count); };
  invocation.record("mlops.feature-push/1", {{"view", name},
                                             {"definitions", views.size(), ui::Show::count},
                                             {"rows", pushes.front().events.rows(), ui::Show::count},
                                             {"state", dry            ? "would be pushed"
                                                       : pushed.again ? "again"
                                                                      : "pushed"},
                                             {"events", unless_dry(pushed.events), ui::Show::count},
                                             {"without", unless_dry(pushed.without), ui::Show::count},
                                             {"id", args.id ? json::Value(*args.id) : json::Value()}});
}

}  // namespace

cli::Command features_push() {
  const auto args = std::make_shared<PushArgs>();
  return {.name = "push",
          .summary = "add rows of a view's table to the online store, where every server sees them at once",
          .options = {{"view", "VIEW", "a view that is online; all of its definitions there get the rows",
                       &args->view, cli::Offer::view, true},
                      {"file", "FILE", "the rows; - for standard input, which is the default", &args->file,
                       cli::Offer::file},
                      {"--id", "ID",
                       "a push of that id is taken once, however often it is sent within a week", &args->id},
                      {"-f,--format",
                       "FORMAT",
                       "what is read, if its name and content do not say",
                       &args->format,
                       cli::Offer::none,
                       false,
                       {"csv", "tsv", "json", "jsonl", "parquet"}}},
          .examples = {{"mlops features push airport landed.csv", "Add the flights of a file"},
                       {"mlops features push airport --id landed-17 <landed.csv",
                        "Add them once, even where the script is run again"}},
          .exits = {{Code::usage, "a column that the view reads is missing"},
                    {Code::not_found, "there is no such file, or the view is not online"},
                    {Code::corrupt, "a row cannot be read: nothing was pushed"}},
          .see_also = {"mlops-features-materialize(1)", "mlops-features-get(1)", "mlops-serve(1)"},
          .dry_run = true,
          .run = [args](cli::Invocation& invocation) { push(*args, invocation); }};
}

}  // namespace mlops::commands
