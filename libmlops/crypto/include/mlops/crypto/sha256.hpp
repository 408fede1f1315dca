#pragma once
/// SHA-256 (FIPS 180-4) through libcrypto, which uses the processor's SHA instructions. A Sha256 is used by
/// one thread.

#include <mlops/base/digest.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace mlops::crypto {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(const void* data, std::size_t size);
  void update(std::string_view text) { update(text.data(), text.size()); }
  /// The digest of all that was given; the object starts again from nothing.
  Digest finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Digest sha256(std::string_view bytes);

}  // namespace mlops::crypto
