#pragma once
/// HMAC with SHA-256 (RFC 2104, RFC 4231) through libcrypto: who knows the key has seen the text.

#include <mlops/base/digest.hpp>

#include <string_view>

namespace mlops::crypto {

Digest hmac_sha256(std::string_view key, std::string_view text);

}  // namespace mlops::crypto
