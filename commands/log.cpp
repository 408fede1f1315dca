/// `mlops log`: the journal of what happened in this project.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "journal.hpp"
#include "log_facts.hpp"

#include <mlops/base/error.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

struct LogArgs {
  std::optional<std::string> name;
  std::optional<std::string> run;
  std::int64_t count = 0;
};

void log(const LogArgs& args, cli::Invocation& invocation) {
  if (args.name == "-") return log_lines(args.run, invocation);
  if (args.count < 0) throw error(Code::usage, "'--count' wants 1 or more, not {}", args.count);
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows;
  if (project.has_store()) {
    store::Store& store = project.store();
    const auto limit = static_cast<std::size_t>(args.count);
    for (const store::Event& event :
         args.name ? events_of(store, *args.name, limit) : store.catalogue().events("", limit)) {
      rows.push_back({{"time", event.time.text()},
                      {"name", event.name},
                      {"version", event.version},
                      {"kind", event.kind},
                      {"summary", event.summary},
                      {"digest", event.record.text(), ui::Show::digest}});
    }
  }
  invocation.rows("mlops.event/1", rows);
}

}  // namespace

cli::Command log() {
  const auto args = std::make_shared<LogArgs>();
  return {.name = "log",
          .summary = "show what happened in this project, newest first, or report facts of a run",
          .options = {{"address", "ADDRESS",
                       "only what happened to this dataset, view, model or run; - reads facts of a run",
                       &args->name, cli::Offer::address},
                      {"--count", "COUNT", "how many at most", &args->count},
                      {"--run", "RUN", "with -: a run by its id, or @last; else the one around this process",
                       &args->run, cli::Offer::run}},
          .examples = {{"mlops log", "Show the whole journal"},
                       {"mlops log churn --count 1", "Show the last thing that happened to churn"},
                       {"echo loss=0.31 step=3 | mlops log - --run @last", "Report what a program prints"}},
          .exits = {{Code::not_found, "there is no such thing"}},
          .run = [args](cli::Invocation& invocation) { log(*args, invocation); },
          .children = log_facts()};
}

}  // namespace mlops::commands
