#include "globals.hpp"

namespace mlops::cli {

ui::Format Globals::format() const {
  if (json) return ui::Format::json;
  return porcelain ? ui::Format::porcelain : ui::Format::human;
}

ui::When Globals::colour() const {
  if (color == "always") return ui::When::always;
  return color == "never" ? ui::When::never : ui::When::automatic;
}

std::vector<Option> global_options(Globals& globals) {
  return {
      {"-C,--directory", "DIR", "run as if started in DIR", &globals.directory, Offer::folder},
      {"--as-of", "TIME", "take TIME for now, such as 2026-11-01 or 2026-11-01T09:30Z", &globals.as_of},
      {"--json", "", "print the result as JSON, errors too", &globals.json},
      {"--porcelain", "", "print the result as tab-separated lines for scripts", &globals.porcelain},
      {"-q,--quiet", "", "print no notes and no progress", &globals.quiet},
      {"-v,--verbose", "", "say more about errors; twice for more", &globals.verbose},
      {"--color",
       "WHEN",
       "when to use colour: auto, always or never",
       &globals.color,
       Offer::none,
       false,
       {"auto", "always", "never"}},
      {"--no-progress", "", "draw no progress", &globals.no_progress},
      {"--no-pager", "", "show long help without a pager", &globals.no_pager},
      {"--no-input", "", "ask nothing, even at a terminal", &globals.no_input},
      {"-h", "", "print a short help", &globals.help},
      {"--help", "", "show the manual page", &globals.help_page},
      {"--version", "", "print the version; with -v of the parts too", &globals.version},
  };
}

Option dry_run_option(Globals& globals) {
  return {"-n,--dry-run", "", "say what would be done, and do nothing", &globals.dry_run};
}

}  // namespace mlops::cli
