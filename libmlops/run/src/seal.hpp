#pragma once
/// From a living run to a record: what its folder holds becomes objects, the record is published as the next
/// entry of its experiment, and the folder goes.

#include "facts.hpp"
#include "folder.hpp"

namespace mlops::run {

/// A run as it can be read: from its folder, or, where the command removed that, from open descriptors.
struct Opened {
  Folder folder;
  Begin begin;
  Path journal;            ///< "/proc/self/fd/N" of a living run.
  std::vector<Path> logs;  ///< As log_names; empty paths for what there is none of.
};

/// The run in what an entry of runs/* says: it can be read when the record cannot.
std::string sealed_run(std::string_view why);

/// What the folder of a run says of it; for runs of other processes. Throws Error: corrupt, not_found.
Opened open_folder(const Folder& folder);

/// The facts in journal and folder as they are now.
Facts read_facts(const Opened& opened);

struct Ending {
  Status status = Status::lost;
  int exit_code = 0;
  int signal = 0;
  std::optional<Resources> resources = {};
  std::optional<Time> time = {};  ///< Nothing: not known.
  std::vector<std::string> notes = {};
};

/// How it ended is written down before it is sealed, into room that was taken when it began: neither a full
/// disk nor a kill between the two makes a finished run a lost one.
void reserve_ending(const Folder& folder);
void note_ending(const Folder& folder, const Ending& ending) noexcept;
void clear_ending(const Folder& folder) noexcept;
std::optional<Ending> ending_in(const Folder& folder);

/// Publishes the record; the folder stays for the caller to remove.
Live::Sealed seal(store::Store& store, const Opened& opened, const Ending& ending);

/// Seals the run of a process that is gone ("lost", or as it ended if it came to note that), unless it was
/// sealed and only its folder is left.
void seal_lost(store::Store& store, fs::Claim& claim);

}  // namespace mlops::run
