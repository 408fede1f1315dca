/// `mlops log`: the journal of what happened in this project.
#include "cli/invocation.hpp"
#include "commands.hpp"
#include "log_facts.hpp"

#include <mlops/base/error.hpp>
#include <mlops/dataset/version.hpp>
#include <mlops/project/project.hpp>

namespace mlops::commands {
namespace {

struct LogArgs {
  std::optional<std::string> name;
  std::optional<std::string> run;
  std::int64_t count = 0;
};

/// "sources/churn" for whatever spelling the user chose.
std::string full_name(cli::Invocation& invocation, const std::string& address) {
  return dataset::resolve(invocation.project().store(), address).address();
}

void log(const LogArgs& args, cli::Invocation& invocation) {
  if (args.name == "-") return log_lines(args.run, invocation);
  if (args.count < 0) throw error(Code::usage, "'--count' wants 1 or more, not {}", args.count);
  project::Project& project = invocation.project();
  std::vector<ui::Row> rows;
  if (project.has_store()) {
    const std::string name = args.name ? full_name(invocation, *args.name) : "";
    for (const store::Event& event :
         project.store().catalogue().events(name, static_cast<std::size_t>(args.count))) {
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
          .options = {{"dataset", "DATASET", "only what happened to this one; - reads facts of a run",
                       &args->name, cli::Offer::dataset},
                      {"--count", "COUNT", "how many at most", &args->count},
                      {"--run", "RUN", "with -: a run by its id, or @last; else the one around this process",
                       &args->run, cli::Offer::run}},
          .examples = {{"mlops log", "Show the whole journal"},
                       {"mlops log churn --count 1", "Show the last thing that happened to churn"},
                       {"echo loss=0.31 step=3 | mlops log - --run @last", "Report what a program prints"}},
          .exits = {{Code::not_found, "there is no such dataset or run"}},
          .run = [args](cli::Invocation& invocation) { log(*args, invocation); },
          .children = log_facts()};
}

}  // namespace mlops::commands
