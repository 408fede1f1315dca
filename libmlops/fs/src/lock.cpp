#include <mlops/base/error.hpp>
#include <mlops/fs/lock.hpp>

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace mlops::fs {

bool try_lock(const File& file, Sharing sharing) {
  const int operation = (sharing == Sharing::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  if (::flock(file.descriptor(), operation) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  throw system_error(errno, fmt::format("cannot lock '{}'", file.path().native()));
}

void lock(const File& file, int timeout_ms, const Cancel* cancel, Sharing sharing) {
  using namespace std::chrono;
  const auto end = steady_clock::now() + milliseconds(timeout_ms);
  // flock() knows no time-out, and a signal to wake it would be a trap for every other thread: look again,
  // soon at first and then every 50 ms.
  auto pause = milliseconds(1);
  while (!try_lock(file, sharing)) {
    if (cancel != nullptr) cancel->check();
    if (steady_clock::now() >= end) {
      throw error(Code::busy, "'{}' is locked by another process: waited {} ms", file.path().native(),
                  timeout_ms)
          .with_hint("try again when the other command has finished");
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(2 * pause, milliseconds(50));
  }
}

void refresh(const File& file) {
  ::posix_fadvise(file.descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  // A read compares the cache with the server, which a write does not do as thoroughly.
  char last = 0;
  const std::uint64_t size = file.stamp().size;
  if (size > 0) file.read_at(&last, 1, size - 1);
}

Lock::Lock(const std::filesystem::path& path, int timeout_ms, const Cancel* cancel, Sharing sharing)
    : file_(path, File::Mode::append) {
  lock(file_, timeout_ms, cancel, sharing);
}

}  // namespace mlops::fs
