#pragma once
/// A store beside the one of this project, in a folder or a bucket: objects, and references that say what
/// they are. push() gives it what is new here, fetch takes what is new there.
///
/// References go on where they were, on both sides; a name that was moved here and there since they last met
/// has `diverged`, and neither side is changed before rebase() gives this side's versions the later numbers.
/// Journals (runs, checks, judgements, ...), whose numbers nobody uses, are merged by themselves.
/// All references of a push move at once, or none (ledger.hpp). Everything is hashed when it arrives. A push
/// or fetch that was cut, by a kill too, goes on from what was sent or had arrived.
///
/// A fetch takes all references, and all records: what there is. Contents come as they are asked for; those
/// that are not here are known to be there (store/exchange.hpp), and no fault. What is known of the remote is
/// kept in `remotes/<name>/` of the store, and made anew when it is lost. One process at a time talks to one
/// remote for a store; others wait. Used by one thread.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/remote/address.hpp>
#include <mlops/remote/ledger.hpp>
#include <mlops/remote/space.hpp>
#include <mlops/store/exchange.hpp>
#include <mlops/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mlops::remote {

struct Options {
  unsigned transfers = 8;  ///< At once.
  const Cancel* cancel = nullptr;
  bool passing = false;    ///< Nothing is remembered of it: a bundle that is carried away.
  bool rehearsal = false;  ///< Nothing is written here.
};

/// A reference here and there.
struct Standing {
  enum class State {
    ahead,     ///< There is more here: a push moves it there.
    behind,    ///< There is more there: a fetch moves it here.
    diverged,  ///< Both.
  };
  store::ReferenceName name = {};
  State state = State::ahead;
  std::int64_t common = 0;  ///< The newest version that is the same; 0: none.
  std::int64_t here = 0;    ///< The newest version; 0: none.
  std::int64_t there = 0;
};

/// Whether it is a journal: what happened, not what there is to choose from by number.
bool is_journal(const store::ReferenceName& name);

struct PushRequest {
  Time time = {};
  std::string who = {};
  /// What the project's files hold: "mlops.yaml", "mlops.lock". They come back in a clone. One that others
  /// have changed since it was last taken from there is not sent.
  std::map<std::string, std::string> files = {};
  bool files_win = false;  ///< But they are: something else, such as git, brings them together.
  bool dry_run = false;
};

struct Pushed {
  std::int64_t number = 0;  ///< Of the remote's newest entry.
  std::vector<Standing> moved = {};
  std::uint64_t objects = 0;  ///< That were not there.
  std::uint64_t bytes = 0;    ///< That were sent for them, or would be, as far as that is known before.
  std::vector<std::string> files = {};  ///< Of the project, that were sent.
  std::vector<std::string> apart = {};  ///< That were not.
};

/// A file of the project that was pushed and is not as it is here.
struct FileNews {
  std::string name = {};
  std::string text = {};  ///< As it was pushed.
  bool ours = false;      ///< It was changed here, too.
};

struct Fetched {
  std::vector<Standing> moved = {};
  std::vector<Standing> diverged = {};
  std::uint64_t objects = 0;  ///< That were not here.
  std::uint64_t bytes = 0;    ///< That came for them.
};

class Remote {
 public:
  struct Impl;  ///< This module's own.

  /// Waits for another process that talks to the same remote. `name` is that in `remotes:`.
  Remote(store::Store& store, std::string name, std::unique_ptr<Space> space, const Options& options = {});
  ~Remote();
  Remote(const Remote&) = delete;
  Remote& operator=(const Remote&) = delete;

  /// Reads what was pushed since it was last looked at; where nothing was, one request. Throws what the space
  /// throws, and Error: usage (a newer program has pushed), corrupt.
  void look(Progress& progress);
  /// As it was when it was last looked at.
  const Ledger& ledger() const;

  /// Names that are not the same here and there, as it was last looked at.
  std::vector<Standing> compare() const;

  /// Looks, and gives what is new. Throws Error: conflict (names diverged, and are told), corrupt (objects
  /// are missing or damaged here), what the space throws.
  Pushed push(const PushRequest& request, Progress& progress);

  /// Looks, and takes references and records. Names that diverged stay as they are, and are told. The store's
  /// catalogue knows of what was moved when it is opened next.
  Fetched fetch(Progress& progress);

  /// Takes what these lead to and is not here. Throws Error(not_found, "remote.no_object") for what the
  /// remote has not either.
  Fetched fetch(const std::vector<Digest>& roots, store::Reach how, Progress& progress);

  /// Takes these objects anew, whatever is here, as far as the remote has them; those that it has.
  std::vector<Digest> bring(const std::vector<Digest>& digests, Progress& progress);

  /// Versions of names that diverged get numbers behind those of the remote, and what was said of them goes
  /// with them; fetch() was called before. What was moved, `here` being the newest number now.
  std::vector<Standing> rebase();

  /// Of the project's files, those that were changed there since they were last taken from there. They count
  /// as taken from now on.
  std::vector<FileNews> news(const std::map<std::string, std::string>& files, Progress& progress);

 private:
  std::unique_ptr<Impl> impl_;
};

/// "sources/churn (v3 to v4 here, v3 there)": what was made since they were the same.
std::string text_of(const Standing& standing);

/// Whether anything was pushed there.
bool is_remote(Space& space);

/// What a remote is used for, and what is in the way.
struct Trial {
  std::string what = {};   ///< "read", "write", "push"
  std::string fault = {};  ///< Empty: nothing.
};
/// Tries all of it, and leaves nothing behind.
std::vector<Trial> test(Space& space);

/// As much of a remote as the store knows without asking it; nothing where it was never asked.
std::optional<Ledger> known(store::Store& store, const std::string& name);

/// For this store the remote is there, whatever mlops.yaml says: a folder that is relative to one project
/// leads elsewhere from a clone of it. Durable when it returns.
void set_place(store::Store& store, const std::string& name, const Address& address);
/// Nothing where it was not said. Throws Error(corrupt).
std::optional<Address> find_place(store::Store& store, const std::string& name);

/// Forgets what the store knows of the remote, and what it has of it elsewhere. Throws Error(failed).
void forget(store::Store& store, const std::string& name);

/// What was pushed to the remote, for who only looks: nothing is written.
Ledger read(Space& space, const std::string& name, const Options& options, Progress& progress);

/// Every name in the ledger, all of which a store that has nothing lacks.
std::vector<Standing> compare(const Ledger& ledger);

/// Names that are not the same in the store and in the ledger, sorted.
std::vector<Standing> compare(store::Store& store, const Ledger& ledger);

}  // namespace mlops::remote
