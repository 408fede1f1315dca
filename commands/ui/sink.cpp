#include "sink.hpp"

#include <poll.h>
#include <unistd.h>
#include <mlops/base/error.hpp>

#include <cerrno>

namespace mlops::ui {
namespace {

constexpr std::size_t buffer_bytes = 1 << 16;

}  // namespace

void Sink::write(std::string_view text) {
  if (closed_) return;
  buffer_ += text;
  if (buffer_.size() >= buffer_bytes) flush();
}

void Sink::flush() {
  std::string_view rest = buffer_;
  int fault = 0;
  while (!rest.empty() && fault == 0) {
    const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
    if (count >= 0) rest.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR) fault = errno;
  }
  buffer_.clear();
  closed_ = closed_ || fault == EPIPE;
  if (fault != 0 && fault != EPIPE) throw system_error(fault, "cannot write to standard output");
}

bool error_takes() noexcept {
  pollfd error = {STDERR_FILENO, POLLOUT, 0};
  return ::poll(&error, 1, 0) != 0;
}

void write_error(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace mlops::ui
