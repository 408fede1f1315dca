#pragma once
/// Unpredictable bytes from libcrypto.

#include <cstddef>
#include <string>

namespace mlops::crypto {

/// `bytes` random bytes as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace mlops::crypto
