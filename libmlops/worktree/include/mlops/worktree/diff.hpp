#pragma once
/// What differs between two versions of files that the store has: folders by their trees, single files by
/// their lines or bytes. Nothing of the work tree is read, and no content of a folder's files: equal digests
/// are equal files. Memory does not grow with the number of files or their sizes.

#include <mlops/store/tree.hpp>
#include <mlops/worktree/worktree.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::worktree {

enum class ChangeState {
  added,
  removed,
  modified,  ///< Another content or mode.
  renamed,   ///< The content of one that was removed, perhaps with another mode.
};
std::string_view name_of(ChangeState state);

/// One file that is not the same in both; paths are below the folder, empty for a file that was added alone.
struct Change {
  std::optional<store::TreeFile> before = {};  ///< Nothing of what was added.
  std::optional<store::TreeFile> after = {};   ///< Nothing of what was removed.

  ChangeState state() const;
};

struct Changes {
  std::uint64_t added = 0;
  std::uint64_t removed = 0;
  std::uint64_t modified = 0;
  std::uint64_t renamed = 0;
  std::int64_t bytes = 0;  ///< So many more after than before, in all.

  bool any() const { return added + removed + modified + renamed > 0; }
};

/// Tells each file that differs, in the order of the paths (of the new one, where it was renamed). Where more
/// than 20,000 files were removed, or added, none is told as renamed. `before` and `after` are both folders
/// or both files. Throws Error: corrupt (the store lacks a tree, or it is damaged), interrupted.
Changes diff(const store::Objects& objects, const Pin& before, const Pin& after,
             const std::function<void(const Change& change)>& tell, const Cancel* cancel = nullptr);

// ---- single files

/// How the contents of two files differ.
struct ContentDiff {
  enum class Kind {
    same,
    text,    ///< Both are text, and `lines` tells.
    large,   ///< Both begin as text, but are too large or too different to be compared line by line.
    binary,  ///< One of them has a zero in its first 8,000 bytes.
  };

  /// One line of what is shown: ' ' of both, '-' of the old one, '+' of the new one.
  struct Line {
    char sign = ' ';
    std::string text = {};  ///< Without its newline.
    bool unended = false;   ///< The file ends here without one.
    bool operator==(const Line&) const = default;
  };
  /// Neighbouring lines around what differs, with up to three of both before and behind. First lines count
  /// from 1; of no lines it is the number of the line before.
  struct Hunk {
    std::uint64_t first_before = 0;
    std::uint64_t count_before = 0;
    std::uint64_t first_after = 0;
    std::uint64_t count_after = 0;
    std::vector<Line> lines = {};
    bool operator==(const Hunk&) const = default;
  };

  Kind kind = Kind::same;
  std::uint64_t first_byte = 0;  ///< Where they part, from 0.
  std::uint64_t first_line = 0;  ///< The line of that byte, from 1.
  std::uint64_t lines_added = 0;
  std::uint64_t lines_removed = 0;
  std::vector<Hunk> hunks = {};
};

/// Throws Error: corrupt (the store lacks a content, or it is damaged), interrupted.
ContentDiff diff_contents(const store::Objects& objects, const Digest& before, const Digest& after,
                          const Cancel* cancel = nullptr);

/// The fewest lines that make one text the other, with up to `most` of them; nothing when it takes more.
std::optional<std::vector<ContentDiff::Hunk>> diff_lines(std::string_view before, std::string_view after,
                                                         std::uint64_t most);

}  // namespace mlops::worktree
