#include <mlops/worktree/diff.hpp>

#include <mlops/base/error.hpp>

#include <map>
#include <set>
#include <utility>

namespace mlops::worktree {
namespace {

using store::TreeFile;

/// Renamed files are looked for among so many that were removed, and so many that were added: as
/// compare() does it.
constexpr std::size_t most_moved = 20'000;

/// The files of two trees side by side, in the order of their paths.
class Merge {
 public:
  Merge(const store::Objects& objects, const Digest& before, const Digest& after)
      : before_(objects, before), after_(objects, after) {
    advance(before_, before_file_);
    advance(after_, after_file_);
  }

  /// The next path, and what either has of it: one of them at least. False behind the last.
  bool next(Change& change) {
    change = {};
    if (!before_file_ && !after_file_) return false;
    const int order = !before_file_ ? 1 : !after_file_ ? -1 : before_file_->path.compare(after_file_->path);
    if (order <= 0) change.before = std::move(before_file_);
    if (order >= 0) change.after = std::move(after_file_);
    if (order <= 0) advance(before_, before_file_);
    if (order >= 0) advance(after_, after_file_);
    return true;
  }

  /// The same, without what is equal in both.
  bool next_different(Change& change) {
    while (next(change)) {
      if (!change.before || !change.after || *change.before != *change.after) return true;
    }
    return false;
  }

 private:
  static void advance(store::TreeReader& tree, std::optional<TreeFile>& file) {
    file.emplace();
    if (!tree.next(*file)) file.reset();
  }

  store::TreeReader before_;
  store::TreeReader after_;
  std::optional<TreeFile> before_file_;
  std::optional<TreeFile> after_file_;
};

/// Which removed file each added one was, found before anything is told.
class Renames {
 public:
  Renames(const store::Objects& objects, const Digest& before, const Digest& after, const Cancel* cancel) {
    Merge files(objects, before, after);
    Change change;
    while (files.next_different(change)) {
      if (cancel != nullptr) cancel->check();
      if (change.before && change.after) continue;
      std::vector<TreeFile>& moved = change.before ? removed_ : added_;
      moved.push_back(std::move(change.before ? *change.before : *change.after));
      if (moved.size() <= most_moved) continue;
      removed_.clear();
      added_.clear();
      return;
    }
    pair_up();
  }

  /// What the added file was.
  const TreeFile* origin_of(const std::string& path) const {
    const auto found = origins_.find(path);
    return found == origins_.end() ? nullptr : found->second;
  }
  bool went_on(const std::string& removed_path) const { return gone_.contains(removed_path); }

 private:
  void pair_up() {
    std::multimap<Digest, const TreeFile*> contents;
    for (const TreeFile& file : removed_) contents.emplace(file.digest, &file);
    for (const TreeFile& file : added_) {
      const auto origin = contents.lower_bound(file.digest);
      if (origin == contents.end() || origin->first != file.digest) continue;
      origins_.emplace(file.path, origin->second);
      gone_.insert(origin->second->path);
      contents.erase(origin);
    }
  }

  std::vector<TreeFile> removed_;
  std::vector<TreeFile> added_;
  std::map<std::string_view, const TreeFile*> origins_;
  std::set<std::string_view> gone_;
};

void count(Changes& changes, const Change& change) {
  switch (change.state()) {
    case ChangeState::added:
      ++changes.added;
      break;
    case ChangeState::removed:
      ++changes.removed;
      break;
    case ChangeState::modified:
      ++changes.modified;
      break;
    case ChangeState::renamed:
      ++changes.renamed;
      break;
  }
  changes.bytes += static_cast<std::int64_t>(change.after ? change.after->size : 0) -
                   static_cast<std::int64_t>(change.before ? change.before->size : 0);
}

TreeFile as_file(const Pin& pin) {
  return {.path = "", .mode = pin.executable ? 0755U : 0644U, .size = pin.bytes, .digest = pin.digest};
}

}  // namespace

std::string_view name_of(ChangeState state) {
  switch (state) {
    case ChangeState::added:
      return "added";
    case ChangeState::removed:
      return "removed";
    case ChangeState::modified:
      return "modified";
    case ChangeState::renamed:
      return "renamed";
  }
  return "";
}

ChangeState Change::state() const {
  if (!before) return ChangeState::added;
  if (!after) return ChangeState::removed;
  return before->path == after->path ? ChangeState::modified : ChangeState::renamed;
}

Changes diff(const store::Objects& objects, const Pin& before, const Pin& after,
             const std::function<void(const Change& change)>& tell, const Cancel* cancel) {
  Changes changes;
  const auto say = [&](const Change& change) {
    count(changes, change);
    tell(change);
  };
  if (!before.folder || !after.folder) {
    if (as_file(before) != as_file(after)) say({as_file(before), as_file(after)});
    return changes;
  }
  if (before.digest == after.digest) return changes;
  const Renames renames(objects, before.digest, after.digest, cancel);
  Merge files(objects, before.digest, after.digest);
  Change change;
  while (files.next_different(change)) {
    if (cancel != nullptr) cancel->check();
    if (!change.after && renames.went_on(change.before->path)) continue;  // Told where it is now.
    if (!change.before) {
      if (const TreeFile* origin = renames.origin_of(change.after->path)) change.before = *origin;
    }
    say(change);
  }
  return changes;
}

}  // namespace mlops::worktree
