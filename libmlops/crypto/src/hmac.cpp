#include <mlops/crypto/hmac.hpp>

#include <openssl/hmac.h>

#include "src/algorithm.hpp"

namespace mlops::crypto {

Digest hmac_sha256(std::string_view key, std::string_view text) {
  Digest digest;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  check(HMAC(sha256_algorithm(), key.empty() ? "" : key.data(), static_cast<int>(key.size()), bytes,
             text.size(), digest.bytes.data(), nullptr) != nullptr,
        "HMAC");
  return digest;
}

}  // namespace mlops::crypto
