#include "src/algorithm.hpp"

#include <mlops/base/error.hpp>

#include <openssl/crypto.h>

namespace mlops::crypto {

void check(bool good, const char* call) {
  if (!good) throw error(Code::internal, "libcrypto failed in {}", call);
}

Algorithm find_algorithm(const char* name) {
  // Without this the first lookup reads openssl.cnf, which may name any provider, and the environment.
  check(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1, "OPENSSL_init_crypto");
  return Algorithm(EVP_MD_fetch(nullptr, name, nullptr));
}

const EVP_MD* sha256_algorithm() {
  static const Algorithm sha256 = [] {
    Algorithm found = find_algorithm("SHA2-256");
    check(found != nullptr, "EVP_MD_fetch");
    return found;
  }();
  return sha256.get();
}

}  // namespace mlops::crypto
