#pragma once
/// What a request sends: bytes in memory, or a range of a file, in pieces as libcurl asks for them.

#include <mlops/http/client.hpp>

#include <cstddef>
#include <cstdint>

#include "src/descriptor.hpp"

namespace mlops::http {

class Payload {
 public:
  /// Throws Error: not_found, failed (the file).
  explicit Payload(const Call& call);

  std::uint64_t size() const { return size_; }

  /// Up to `room` bytes; 0 at the end. Throws Error(failed) when the file ends before.
  std::size_t read(char* to, std::size_t room);
  /// The next bytes are those from `at` on: what was sent has to be sent again.
  void seek(std::uint64_t at) { at_ = at; }

 private:
  const Call& call_;
  Descriptor file_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
};

}  // namespace mlops::http
