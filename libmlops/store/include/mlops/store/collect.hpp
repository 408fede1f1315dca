#pragma once
/// Garbage collection: objects that nothing names go, in two runs. The first one marks them; a later one,
/// when they have waited long enough and nothing has come to name them, takes them away. No command that is
/// at work is disturbed, and none waits but for a moment.
///
/// Why nothing is lost: every command that writes objects holds the lock of its folder in `tmp/` from before
/// its first look whether an object is there already, to its end. An object is marked only when it is older
/// than the oldest such command, so nothing that is being put together is. It is taken away only when all
/// commands at work have begun after it was marked; these take a marked object for one that is not there, and
/// write it anew, and one that only names it, in a record, takes back all marks first, under the lock that is
/// held while things are removed, and looks then whether it is still there; a removal whose marks are gone
/// does nothing. Marks that were made after a command had begun need not be taken back: that command is
/// waited for. A cache is used although it may be marked: who does so writes it anew first (Objects::keep()).
/// What recipes are made of stays as long as the recipe is not marked itself. All moments are
/// those of the store's own file system, so that clocks may differ.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>
#include <mlops/base/progress.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace mlops::store {

class Store;

struct CollectOptions {
  std::int64_t grace_s = 14 * 86400;  ///< Younger objects are not marked.
  std::int64_t delay_s = 86400;       ///< So long a marked object waits.
  bool dry_run = false;               ///< Nothing is written.
  std::vector<Digest> pinned = {};    ///< Trees and contents that stay, whether references name them or not.
  /// Records of dataset versions whose tables, where they are caches (mlops-store(5)), need not be kept.
  std::vector<Digest> uncached = {};
  /// What was forgotten (forgotten.hpp), and nothing else, goes, of any age, as soon as no command is at work
  /// that began before it was marked; what else is marked waits anew. What this process wrote must have been
  /// published. Objects that are kept as what differs from forgotten ones are made whole first.
  bool forgotten = false;
  std::vector<Digest> unnamed = {};  ///< With `forgotten`: these go, too, unless something names them.
  /// Called once it is known which commands are at work, before it is looked what is named: to name what a
  /// killed one has left for others to name.
  std::function<void()> settle = nullptr;
};

struct Collected {
  struct Amount {
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;  ///< On disk.

    bool operator==(const Amount&) const = default;
  };
  Amount kept;     ///< Named by something.
  Amount removed;  ///< By this run; with `dry_run`, by a run that is no rehearsal.
  Amount marked;   ///< Waiting, those marked now among them.
  Amount young;    ///< Named by nothing, and too young to be marked.
  std::uint64_t packs_merged = 0;
  std::optional<Time> due;         ///< When what waits may go.
  std::optional<Time> busy_since;  ///< A command that began before the marking is still at work.
};

/// What collections have marked, sorted.
std::vector<Digest> waiting(const Store& store);

/// Throws Error: busy (another collection is at work), corrupt (what is named cannot be told, as a reference
/// or a record is damaged: nothing is removed then).
Collected collect(Store& store, const CollectOptions& options, Progress& progress);

}  // namespace mlops::store
