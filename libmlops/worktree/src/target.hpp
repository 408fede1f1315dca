#pragma once
/// The writing half of a checkout, for one thread, which has its own helpers.

#include <mlops/store/small.hpp>

#include <atomic>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "src/survey.hpp"

namespace mlops::worktree {

/// Throws Error(conflict) where something else has the name of a folder between `top` and `folder`.
void check_way(const std::filesystem::path& top, const std::filesystem::path& folder);

/// A folder has files that stay, where a file should be.
Error not_empty(const std::filesystem::path& folder);

class Target {
 public:
  /// A folder that is not there yet is made beside its place, and gets its name when it is whole.
  Target(const Place& place, const std::string& path, bool folder, const CheckoutOptions& options);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  void remove(const Item& item);
  /// Whether a folder stands where this file goes.
  bool is_folder(const Item& item) const;
  /// Makes the folders above the file. Throws Error(conflict) where something else has the name of one.
  void make_room(const Item& item);
  /// Makes room for a file where an empty folder is. Throws Error(conflict) when it is not empty.
  void remove_folder(const Item& item);
  /// The file as it should be, in one step; the item is as it lies there then. Throws Error: corrupt, busy.
  void write(Item& item);
  /// All of them, on all threads.
  void write(const std::vector<Item*>& items);
  /// Folders that lost a file and have nothing any more.
  void remove_empty_folders();
  void finish();
  /// A copy of the file takes its place, that may be written.
  void make_own(const std::filesystem::path& file, std::uint32_t mode);

  std::uint64_t reflinked() const { return reflinked_; }
  std::uint64_t linked() const { return linked_; }

 private:
  std::filesystem::path at(const Item& item) const;
  std::filesystem::path temporary(const std::filesystem::path& target);
  void write_piece(std::span<Item* const> piece);
  void fill(const std::filesystem::path& file, const store::TreeFile& content);
  using Make = std::function<void(const std::filesystem::path& made)>;
  void put(Item& item, const Make& make);
  void replace(const std::filesystem::path& target, bool overwrite, const Make& make);
  bool hard_linked(const std::filesystem::path& file, const store::TreeFile& content);

  const Place& place_;
  const store::SmallObjects small_;
  const std::filesystem::path top_;  ///< Where it belongs.
  const bool hard_links_;
  const bool overwrite_;             ///< What stands where nothing was, too.
  bool one_volume_ = true;           ///< A file of the store can be renamed to its place.
  std::filesystem::path stage_;      ///< Where it is made; empty: in its place.
  std::optional<std::string> made_;  ///< The folder that was made last, below `top_`.
  std::set<std::filesystem::path> emptied_;
  std::atomic<std::uint64_t> names_ = 0;
  std::atomic<std::uint64_t> reflinked_ = 0;
  std::atomic<std::uint64_t> linked_ = 0;
};

}  // namespace mlops::worktree
