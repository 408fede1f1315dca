#include <mlops/crypto/md5.hpp>

#include <array>

#include "src/algorithm.hpp"

namespace mlops::crypto {

struct Md5::Context {
  Algorithm algorithm = find_algorithm("MD5");
  DigestContext handle{EVP_MD_CTX_new()};
};

Md5::Md5() : context_(std::make_unique<Context>()) {
  check(context_->handle != nullptr, "EVP_MD_CTX_new");
  const EVP_MD* const md5 = context_->algorithm.get();
  if (md5 != nullptr)
    check(EVP_DigestInit_ex2(context_->handle.get(), md5, nullptr) == 1, "EVP_DigestInit_ex2");
}

Md5::~Md5() = default;

void Md5::update(std::string_view bytes) {
  if (context_->algorithm == nullptr) return;
  check(EVP_DigestUpdate(context_->handle.get(), bytes.data(), bytes.size()) == 1, "EVP_DigestUpdate");
}

std::optional<std::string> Md5::finish() {
  if (context_->algorithm == nullptr) return std::nullopt;
  static constexpr char digits[] = "0123456789abcdef";
  std::array<unsigned char, 16> digest = {};
  check(EVP_DigestFinal_ex(context_->handle.get(), digest.data(), nullptr) == 1, "EVP_DigestFinal_ex");
  std::string hex;
  for (const unsigned char byte : digest) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

}  // namespace mlops::crypto
