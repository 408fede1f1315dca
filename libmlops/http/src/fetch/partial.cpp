#include "src/fetch/partial.hpp"

#include <mlops/base/error.hpp>

#include <fcntl.h>

#include <cerrno>

namespace mlops::http {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path) {
  throw system_error(errno, fmt::format("cannot write '{}'", path.native()));
}

}  // namespace

Partial::Partial(const std::filesystem::path& file)
    : path_(file), file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
  if (file_.number() < 0) fail(path_);
}

void Partial::restart(std::string validator, std::uint64_t total) {
  const bool empty = bytes_ == 0;  // a device cannot be cut short
  if (!empty && (::ftruncate(file_.number(), 0) != 0 || ::lseek(file_.number(), 0, SEEK_SET) != 0))
    fail(path_);
  bytes_ = 0;
  total_ = total;
  validator_ = std::move(validator);
}

void Partial::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(file_.number(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) fail(path_);
    bytes.remove_prefix(static_cast<std::size_t>(done));
    bytes_ += static_cast<std::uint64_t>(done);
  }
}

}  // namespace mlops::http
