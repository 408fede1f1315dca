#pragma once
/// What a DVC project tracks: the outs of its `.dvc` files and of its `dvc.lock` files, as plain values. No
/// contents are read here, and nothing of DVC's is ever written.

#include <mlops/base/error.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::dvc {

/// The name of an object: an MD5.
struct Name {
  std::string hex = {};  ///< 32 digits, and ".dir" where it is of a folder.
  /// As DVC 2 made it: of a text with CRLF as if each were LF (see Hasher).
  bool dos = false;

  bool folder() const { return hex.size() > 32; }
  auto operator<=>(const Name&) const = default;
};

struct Out {
  /// `not_ours`: DVC leaves it to git. `unnamed`: DVC itself does not know its contents by an MD5.
  enum class Kind { ours, not_ours, unnamed };

  std::string path = {};  ///< From the DVC project's root, with '/'; as it was written where that is outside.
  std::string file = {};  ///< That names it: "images.dvc", "train/dvc.lock".
  Name name = {};
  bool executable = false;
  std::optional<std::uint64_t> bytes = {};
  std::optional<std::uint64_t> files = {};
  std::string remote = {};  ///< The remote that it is kept in, where that is not the usual one.
  Kind kind = Kind::ours;
  std::string why = {};  ///< It is not ours, or unnamed.
};

/// The nearest folder from `start` upwards that holds a folder `.dvc`.
std::optional<std::filesystem::path> find_project(const std::filesystem::path& start);

/// The outs of a `.dvc` file; `file` is its path from the root. Throws Error(usage) with file and line.
std::vector<Out> read_dvc_file(std::string_view text, const std::string& file);

/// The outs of a `dvc.lock`, as far as the `dvc.yaml` beside it still has them. What that computes (`${}`) is
/// taken for any text. Throws Error(usage) with file and line.
std::vector<Out> read_lock(std::string_view lock, std::string_view dvc_yaml, const std::string& file);

struct Found {
  std::vector<Out> outs = {};      ///< Sorted by path.
  std::vector<Error> faults = {};  ///< Of files that could not be read.
};

/// Looks through the project as DVC does: not into outs, `.dvcignore`d and nested projects' folders.
Found find_outs(const std::filesystem::path& root);

}  // namespace mlops::dvc
