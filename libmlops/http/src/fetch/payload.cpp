#include "src/fetch/payload.hpp"

#include <mlops/base/error.hpp>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace mlops::http {

Payload::Payload(const Call& call) : call_(call), size_(call.file.empty() ? call.body.size() : call.size) {
  if (call.file.empty()) return;
  file_ = Descriptor(::open(call.file.c_str(), O_RDONLY | O_CLOEXEC));
  if (file_.number() < 0) throw system_error(errno, fmt::format("cannot read '{}'", call.file.native()));
}

std::size_t Payload::read(char* to, std::size_t room) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(room, size_ - at_));
  if (count == 0) return 0;
  if (call_.file.empty()) {
    std::memcpy(to, call_.body.data() + at_, count);
    at_ += count;
    return count;
  }
  ssize_t done = 0;
  do {
    done = ::pread(file_.number(), to, count, static_cast<off_t>(call_.offset + at_));
  } while (done < 0 && errno == EINTR);
  if (done < 0) throw system_error(errno, fmt::format("cannot read '{}'", call_.file.native()));
  if (done == 0) throw error(Code::failed, "'{}' is shorter than it was", call_.file.native());
  at_ += static_cast<std::uint64_t>(done);
  return static_cast<std::size_t>(done);
}

}  // namespace mlops::http
