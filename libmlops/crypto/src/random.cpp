#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>

#include <openssl/rand.h>

#include <vector>

namespace mlops::crypto {

std::string random_hex(std::size_t bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::vector<unsigned char> random(bytes);
  if (RAND_bytes(random.data(), static_cast<int>(bytes)) != 1) {
    throw error(Code::internal, "libcrypto failed in RAND_bytes");
  }
  std::string hex;
  hex.reserve(2 * bytes);
  for (const unsigned char byte : random) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace mlops::crypto
