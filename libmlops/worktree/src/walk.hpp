#pragma once
/// The files of an added path, in the order of a tree, without what `.mlopsignore` leaves out.

#include <mlops/fs/folder.hpp>
#include <mlops/worktree/ignore.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mlops::worktree {

struct Walked {
  std::shared_ptr<const fs::Folder> folder;
  std::string name;
  std::string path;  ///< Below the added folder; empty for a file that is added itself.
  fs::Type type = fs::Type::other;
};

class Walk {
 public:
  /// `path` is relative to the project's root; nothing is walked when there is nothing. The temporary files
  /// of a checkout that was killed are left out.
  Walk(const std::filesystem::path& root, const std::string& path);

  /// False behind the last one. Throws Error: failed (a folder that cannot be read), not_found (one that goes
  /// away meanwhile).
  bool next(Walked& walked);

 private:
  struct Level {
    std::shared_ptr<const fs::Folder> folder;
    fs::Folder::Listing list;
    std::string prefix;  ///< "" or "a/b/"
    Ignore ignore;
    std::size_t at = 0;
  };
  void enter(std::shared_ptr<const fs::Folder> folder, std::string prefix, const Ignore& above);
  /// Its path from the project's root on, as rules want it.
  std::string project_path(const std::string& path) const;
  bool is_left_out(const Level& level, const std::string& path, std::string_view name, fs::Type type) const;

  std::string top_;
  std::vector<Level> levels_;
  std::vector<Walked> single_;
};

/// What a checkout puts beside its target where it cannot rename out of the store: no data.
constexpr std::string_view temporary_prefix = ".mlops-new-";

}  // namespace mlops::worktree
