#pragma once
/// The options that every command takes, bound to one struct like a command's own.

#include "command.hpp"
#include "ui/output.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mlops::cli {

struct Globals {
  std::filesystem::path directory;
  std::optional<std::string> as_of;
  bool json = false;
  bool porcelain = false;
  bool quiet = false;
  int verbose = 0;
  std::string color = "auto";
  bool no_progress = false;
  bool no_pager = false;
  bool no_input = false;
  bool help = false;       ///< -h
  bool help_page = false;  ///< --help
  bool version = false;
  bool dry_run = false;

  ui::Format format() const;
  ui::When colour() const;
};

/// Options that write into `globals`, which must outlive them.
std::vector<Option> global_options(Globals& globals);

/// -n, --dry-run: for the commands that declare it.
Option dry_run_option(Globals& globals);

}  // namespace mlops::cli
