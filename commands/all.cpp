/// The tree: the explicit list, and the only registration there is.
#include "commands.hpp"

namespace mlops::commands {
namespace {

cli::Command in_group(std::string group, cli::Command command) {
  command.group = std::move(group);
  return command;
}

}  // namespace

cli::Command root() {
  return {
      .name = "mlops",
      .summary = "version data, train, judge, promote, serve and watch models from a terminal",
      .children =
          {
              in_group("data", init()),
              in_group("data", ingest()),
              in_group("data", check()),
              in_group("data", data()),
              in_group("data", import()),
              in_group("data", features()),
              in_group("models", train()),
              in_group("models", predict()),
              in_group("models", evaluate()),
              in_group("models", model()),
              in_group("models", serve()),
              in_group("models", monitor()),
              in_group("data", plan()),
              in_group("data", why()),
              in_group("runs", schedule()),
              in_group("runs", run()),
              in_group("runs", runs()),
              in_group("history", status()),
              in_group("history", show()),
              in_group("history", log()),
              in_group("history", store()),
              in_group("sharing", clone()),
              in_group("sharing", pull()),
              in_group("sharing", fetch()),
              in_group("sharing", push()),
              in_group("sharing", remote()),
              in_group("about mlops", help()),
              in_group("about mlops", config()),
              in_group("about mlops", doctor()),
              in_group("about mlops", completion()),
              in_group("about mlops", version()),
              complete_words(),
              print_page(),
          },
  };
}

}  // namespace mlops::commands
