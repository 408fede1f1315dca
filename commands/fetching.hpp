#pragma once
/// The steps that fetch, pull and clone are made of.

#include "remotes.hpp"

#include <string>
#include <vector>

namespace mlops::commands {

class Fetch {
 public:
  Fetch(cli::Invocation& invocation, project::Project& project, remote::Remote& remote, std::string name);

  /// All names and records.
  void history();
  /// Versions that were made here go behind those of the remote.
  void rebase();
  /// Throws Error(conflict) for names that diverged.
  void require_together() const;
  /// mlops.yaml and mlops.lock as they were pushed, where they were not changed here.
  void files();
  /// What work needs, and these; or all.
  void contents(const std::vector<std::string>& addresses, bool all);
  /// Added files become what mlops.lock pins.
  void check_out(bool force);
  /// The rows, and one line for people.
  void tell(const std::string& schema);

 private:
  cli::Invocation& invocation_;
  project::Project& project_;
  remote::Remote& remote_;
  const std::string name_;
  std::vector<ui::Row> rows_;
  std::vector<remote::Standing> diverged_;
  std::uint64_t objects_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t written_ = 0;
};

/// What a fetch would move, for a rehearsal; `project` may have no store yet, or be null.
void rehearse_fetch(cli::Invocation& invocation, project::Project* project, remote::Space& space,
                    const std::string& name, const std::string& schema);

}  // namespace mlops::commands
