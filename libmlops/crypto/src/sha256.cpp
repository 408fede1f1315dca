#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/crypto/sha256.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace mlops::crypto {
namespace {

using Algorithm = Handle<EVP_MD, EVP_MD_free>;

void check(bool good, const char* call) {
  if (!good) throw error(Code::internal, "libcrypto failed in {}", call);
}

/// Looked up once: a lookup for each digest would cost more than hashing a small record.
const EVP_MD* algorithm() {
  static const Algorithm sha256 = [] {
    // Without this the first lookup reads openssl.cnf, which may name any provider, and the environment.
    check(OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1, "OPENSSL_init_crypto");
    Algorithm found(EVP_MD_fetch(nullptr, "SHA2-256", nullptr));
    check(found != nullptr, "EVP_MD_fetch");
    return found;
  }();
  return sha256.get();
}

}  // namespace

struct Sha256::Context {
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> handle{EVP_MD_CTX_new()};

  void begin() { check(EVP_DigestInit_ex2(handle.get(), algorithm(), nullptr) == 1, "EVP_DigestInit_ex2"); }
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
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace mlops::crypto
