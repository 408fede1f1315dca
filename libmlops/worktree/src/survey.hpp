#pragma once
/// What lies in the work tree beside what should: a walk, a tree and an index, all in the order of the paths,
/// merged and handed out in windows, so that a million files take no more memory than some thousands.

#include <mlops/base/error.hpp>
#include <mlops/base/parallel.hpp>
#include <mlops/store/tree.hpp>
#include <mlops/worktree/worktree.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "src/index.hpp"
#include "src/walk.hpp"

namespace mlops::worktree {

struct Item {
  std::string path;    ///< Below the added folder; empty for a file that is added itself.
  bool there = false;  ///< In the work tree.
  std::shared_ptr<const fs::Folder> folder = {};  ///< Where it lies.
  std::string name = {};
  fs::Look look = {};                            ///< Of what lies there.
  std::uint32_t mode = 0;                        ///< As a tree has it.
  std::optional<store::TreeFile> expected = {};  ///< What should lie there.
  std::optional<Digest> digest = {};             ///< Of what lies there, as far as it is known.

  bool is_link() const { return mode == store::TreeFile::link; }
  std::filesystem::path file() const { return folder->path() / name; }
  /// Known to be as it should.
  bool same() const { return expected && digest == expected->digest && mode == expected->mode; }
};

class Survey {
 public:
  /// `pin` is what should be there, if anything should. What `.mlopsignore` leaves out is seen where it
  /// stands under the name of something that should be there, if `all_pinned`.
  Survey(const Place& place, const std::string& path, const std::optional<Pin>& pin, bool all_pinned = false);

  /// The next files in their order, looked at; none behind the last one. Throws Error: failed, for what
  /// cannot be versioned (a FIFO, a socket, a device) and what cannot be read.
  std::vector<Item> next();

 private:
  bool next_expected();
  void fill(std::vector<Item>& window);
  void look(std::vector<Item>& window) const;
  void look_behind_rules(Item& item);

  const Place& place_;
  const std::string path_;
  const bool all_pinned_;
  std::string last_folder_ = "/";  ///< Of look_behind_rules().
  std::shared_ptr<const fs::Folder> last_;
  Walk walk_;
  IndexReader index_;
  std::optional<Walked> walked_;
  std::unique_ptr<store::TreeReader> tree_;
  std::optional<store::TreeFile> expected_;
};

/// The fault of a file that is written while it is read.
Error changed(const Item& item);

/// Reads the file or link, and says what it hashes to. Throws Error: conflict (it changed meanwhile).
Digest hash_of(const Item& item);

/// Calls work for all of these items, on all threads, large ones apart from each other. `lane` is below the
/// number of threads, and no two calls at one time have the same.
void share_out(const Place& place, const std::vector<Item*>& items,
               const std::function<void(Item& item, std::size_t lane)>& work);

/// The same, a piece at a time: neighbours, so many that a thread is busy for a while.
void share_out_pieces(const Place& place, const std::vector<Item*>& items,
                      const std::function<void(std::span<Item* const> piece, std::size_t lane)>& work);

/// As an item is noted in an index.
Known known_of(const Item& item, const Digest& digest);

}  // namespace mlops::worktree
