#pragma once
/// Changes of the file tree that survive a crash: each is on disk when the call returns.

#include <filesystem>
#include <string_view>

namespace mlops::fs {

/// Replaces the file, or makes it: readers and crashes see the old content or the new, never a mixture. A
/// symbolic link is followed; a file that exists keeps its permissions, a new one gets `permissions` less the
/// umask. Writers of one file take turns; what a killed one left (".<name>.new") is removed by the next.
/// Throws Error: busy (disk full, another writer for over 10 s), failed.
void write_atomic(const std::filesystem::path& path, std::string_view bytes, unsigned permissions = 0666);

/// Makes the folder and those above it that are missing.
void make_folders(const std::filesystem::path& path);

/// Renames within one file system, over what is there. Durable after sync_folder() of the target's folder.
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Removes the file if it is there. Not synced: a file that comes back after a crash is removed again.
void remove_file(const std::filesystem::path& path);

/// Makes names that were added to, changed in or removed from the folder durable.
void sync_folder(const std::filesystem::path& folder);

/// Everything written to the file system that `path` lies on is on disk (syncfs): for many files at once,
/// where a sync of each would cost a seek or a flush each.
void sync_volume(const std::filesystem::path& path);

}  // namespace mlops::fs
