#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/lock.hpp>
#include <mlops/pipeline/work.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <limits>

namespace mlops::pipeline {
namespace {

std::optional<int> written_worker(const std::filesystem::path& lock) {
  const auto text = fs::find_file(lock);
  int id = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), id).ec != std::errc() || id <= 1)
    return std::nullopt;
  return id;
}

/// Ids are used again: it is the one only if it has the very file open.
bool has_open(int id, const std::filesystem::path& path) {
  struct stat wanted = {};
  if (::stat(path.c_str(), &wanted) != 0) return false;
  std::error_code ignored;
  const std::filesystem::path folder = "/proc/" + std::to_string(id) + "/fd";
  for (auto entry = std::filesystem::directory_iterator(folder, ignored);
       entry != std::filesystem::directory_iterator(); entry.increment(ignored)) {
    struct stat found = {};
    if (::stat(entry->path().c_str(), &found) == 0 && found.st_dev == wanted.st_dev &&
        found.st_ino == wanted.st_ino)
      return true;
  }
  return false;
}

}  // namespace

std::optional<Work> Work::take(const std::filesystem::path& lock, std::int64_t wait_us,
                               const Cancel* cancel) {
  fs::make_folders(lock.parent_path());
  fs::File file(lock, fs::File::Mode::append);
  if (!fs::try_lock(file)) {
    if (wait_us <= 0) return std::nullopt;
    const auto wait_ms =
        static_cast<int>(std::min<std::int64_t>((wait_us + 999) / 1000, std::numeric_limits<int>::max()));
    try {
      fs::lock(file, wait_ms, cancel);
    } catch (const Error& e) {
      if (e.code() != Code::busy) throw;
      return std::nullopt;
    }
  }
  file.truncate(0);
  file.write(std::to_string(::getpid()) + "\n");
  return Work(std::move(file));
}

bool is_at_work(const std::filesystem::path& lock) {
  std::error_code ignored;
  if (!std::filesystem::exists(lock, ignored)) return false;
  const fs::File file(lock);
  return !fs::try_lock(file, fs::Sharing::shared);
}

std::optional<int> worker(const std::filesystem::path& lock) {
  const auto id = written_worker(lock);
  return id && has_open(*id, lock) && is_at_work(lock) ? id : std::nullopt;
}

bool ask_to_end(const std::filesystem::path& lock) {
  const auto id = worker(lock);
  return id && ::kill(*id, SIGTERM) == 0;
}

}  // namespace mlops::pipeline
