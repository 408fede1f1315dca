#pragma once
/// Algorithms of libcrypto by name, without its configuration.

#include <mlops/base/handle.hpp>

#include <openssl/evp.h>

namespace mlops::crypto {

using Algorithm = Handle<EVP_MD, EVP_MD_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

/// Throws Error(internal) naming the call when it did not go well.
void check(bool good, const char* call);

/// Nothing when this libcrypto has none of that name.
Algorithm find_algorithm(const char* name);

/// SHA-256, looked up once: a lookup for each digest would cost more than hashing a small record.
const EVP_MD* sha256_algorithm();

}  // namespace mlops::crypto
