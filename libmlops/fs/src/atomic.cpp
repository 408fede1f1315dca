#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <optional>
#include <thread>

#include "src/still_named.hpp"

namespace mlops::fs {
namespace {

constexpr auto patience = std::chrono::seconds(10);

std::optional<File> make_new(const std::filesystem::path& path, unsigned permissions) {
  try {
    return File(path, File::Mode::create_new, permissions);
  } catch (const Error& e) {
    if (e.code() == Code::conflict) return std::nullopt;
    throw;
  }
}

/// For writing where it may be: NFS gives the lock of a file to its writers only.
File open_leftover(const std::filesystem::path& path) {
  return File(path, ::access(path.c_str(), W_OK) == 0 ? File::Mode::update : File::Mode::read);
}

void remove_leftover(const std::filesystem::path& path) {
  if (!find_stamp(path)) return;
  try {
    const File leftover = open_leftover(path);
    if (try_lock(leftover) && still_named(leftover)) remove_file(path);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
  }
}

/// The one ".<name>.new" of this moment, locked by us.
File begin(const std::filesystem::path& path, unsigned permissions) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    auto file = make_new(path, permissions);
    if (file && try_lock(*file) && still_named(*file)) return std::move(*file);
    if (!file) remove_leftover(path);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  throw error(Code::busy, "'{}' is being written by another process", path.native());
}

void fill(File& file, std::string_view bytes, const std::filesystem::path& target) {
  struct stat status = {};
  if (::stat(target.c_str(), &status) == 0) file.set_permissions(status.st_mode & 07777);
  file.write(bytes);
  file.sync();
  rename_file(file.path(), target);
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  const auto folder = path.parent_path();
  return folder.empty() ? std::filesystem::path(".") : folder;
}

}  // namespace

void write_atomic(const std::filesystem::path& path, std::string_view bytes, unsigned permissions) {
  std::error_code none;
  const auto target =
      std::filesystem::is_symlink(path, none) ? std::filesystem::weakly_canonical(path, none) : path;
  const auto folder = folder_of(target);
  File file = begin(folder / ("." + target.filename().native() + ".new"), permissions);
  try {
    fill(file, bytes, target);
  } catch (...) {
    ::unlink(file.path().c_str());
    throw;
  }
  sync_folder(folder);
}

void make_folders(const std::filesystem::path& path) {
  if (path.empty() || ::mkdir(path.c_str(), 0777) == 0) {
    if (!path.empty()) sync_folder(folder_of(path));
    return;
  }
  if (errno == EEXIST) {
    std::error_code none;
    if (std::filesystem::is_directory(path, none)) return;
    throw error(Code::failed, "'{}' is not a folder", path.native());
  }
  if (errno != ENOENT || !path.has_relative_path()) {
    throw system_error(errno, fmt::format("cannot make the folder '{}'", path.native()));
  }
  make_folders(path.parent_path());
  if (::mkdir(path.c_str(), 0777) != 0 && errno != EEXIST) {
    throw system_error(errno, fmt::format("cannot make the folder '{}'", path.native()));
  }
  sync_folder(folder_of(path));
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return;
  throw system_error(errno, fmt::format("cannot rename '{}' to '{}'", from.native(), to.native()));
}

void remove_file(const std::filesystem::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return;
  throw system_error(errno, fmt::format("cannot remove '{}'", path.native()));
}

void sync_folder(const std::filesystem::path& folder) { File(folder).sync(); }

void sync_volume(const std::filesystem::path& path) {
  const File file(path);
  if (::syncfs(file.descriptor()) == 0) return;
  throw system_error(errno, fmt::format("cannot write the file system of '{}'", path.native()));
}

}  // namespace mlops::fs
