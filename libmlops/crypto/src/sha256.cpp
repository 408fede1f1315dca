#include <mlops/crypto/sha256.hpp>

#include "src/algorithm.hpp"

namespace mlops::crypto {

struct Sha256::Context {
  DigestContext handle{EVP_MD_CTX_new()};

  void begin() {
    check(EVP_DigestInit_ex2(handle.get(), sha256_algorithm(), nullptr) == 1, "EVP_DigestInit_ex2");
  }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  check(context_->handle != nullptr, "EVP_MD_CTX_new");
  context_->begin();
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t size) {
  check(EVP_DigestUpdate(context_->handle.get(), data, size) == 1, "EVP_DigestUpdate");
}

Digest Sha256::finish() {
  Digest digest;
  check(EVP_DigestFinal_ex(context_->handle.get(), digest.bytes.data(), nullptr) == 1, "EVP_DigestFinal_ex");
  context_->begin();
  return digest;
}

Digest sha256(std::string_view bytes) {
  thread_local Sha256 hash;  // Small contents come by the thousand, and a fresh one costs an allocation.
  hash.update(bytes);
  return hash.finish();
}

}  // namespace mlops::crypto
