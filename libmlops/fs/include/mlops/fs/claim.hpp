#pragma once
/// Folders that belong to the process that works in them, and to nobody once it is gone, even if it was
/// killed: beside the folder X lies the file X.lock, and its owner holds the kernel lock of that file.
/// (Process ids would not do: a container sees other ids than its neighbour on the same disk. The folder
/// itself would not do either: NFS keeps the lock of a folder to one machine, and locks a file for its
/// writers only.)

#include <mlops/fs/file.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace mlops::fs {

class Claim {
 public:
  const std::filesystem::path& folder() const { return folder_; }

  /// Removes the folder and its lock file, as far as the system allows. Close files of the folder before: an
  /// open one keeps a name on NFS, and the folder would stay.
  void remove() noexcept;

  /// The folder stays as something that belongs to nobody; its lock file goes.
  void leave() noexcept;

 private:
  friend std::optional<Claim> claim(const std::filesystem::path& folder);
  friend Claim make_claimed(const std::filesystem::path& parent,
                            const std::function<std::string()>& fresh_name, unsigned permissions);
  Claim(std::filesystem::path folder, File lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path folder_;
  File lock_;
};

/// The folder as ours; nothing when its owner lives or when it is gone. Who may only read gets a claim that
/// others may have too: it says that no owner lives. Throws Error: failed (not ours to read or lock).
std::optional<Claim> claim(const std::filesystem::path& folder);

/// Makes a folder in `parent`, which is made if need be, under the first of the names that is free.
Claim make_claimed(const std::filesystem::path& parent, const std::function<std::string()>& fresh_name,
                   unsigned permissions = 0777);

}  // namespace mlops::fs
