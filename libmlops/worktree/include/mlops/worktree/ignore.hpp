#pragma once
/// What `.mlopsignore` files (and others of their kind) leave out, by the rules of gitignore(5) as git has
/// them: the last rule that matches decides, the rules of a folder's own file come after those of the folders
/// above it. Case matters.
///
/// Values are cheap to copy (a pointer) and may be asked by many threads; a child keeps what it needs of its
/// parents. Nothing here reads a file or throws an Error: a rule that cannot match anything is not a fault.

#include <memory>
#include <string_view>

namespace mlops::worktree {

class IgnoreLevel;

/// Asked by a walk from the top down: whoever does not go into an ignored folder has what is below it
/// ignored, whatever later rules say.
class Ignore {
 public:
  /// Ignores nothing.
  Ignore() = default;
  /// The rules of `parent`, then those in `text`, which is the `.mlopsignore` of `folder`; folders are
  /// relative to the root of the project, which is "".
  Ignore(const Ignore& parent, std::string_view folder, std::string_view text);

  /// False when there is no rule to ask.
  bool has_rules() const { return level_ != nullptr; }
  /// `path` is relative to the root of the project, without a slash at either end.
  bool ignored(std::string_view path, bool folder) const {
    return level_ != nullptr && decided(path, folder);
  }

 private:
  bool decided(std::string_view path, bool folder) const;

  std::shared_ptr<const IgnoreLevel> level_;
};

}  // namespace mlops::worktree
