/// `mlops import`: what other tools keep.
#include "commands.hpp"
#include "import_dvc.hpp"

namespace mlops::commands {

cli::Command import() {
  return {.name = "import", .summary = "take over what other tools keep", .children = {import_dvc_spec()}};
}

}  // namespace mlops::commands
