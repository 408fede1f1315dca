#include "src/s3/signature.hpp"

#include <mlops/crypto/hmac.hpp>
#include <mlops/crypto/sha256.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace mlops::remote::s3 {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string_view bytes_of(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

/// Without blanks at the ends, and one where there are several.
std::string plain_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c != ' ') out += c;
    else if (!out.empty() && out.back() != ' ') out += c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string signed_fields(const Signable& request) {
  std::string out;
  for (const auto& [name, value] : request.fields) out += (out.empty() ? "" : ";") + name;
  return out;
}

}  // namespace

std::string Scope::text() const {
  return fmt::format("{}/{}/{}/aws4_request", stamp.substr(0, 8), region, service);
}

std::string stamp_of(Time time) {
  std::string text = Time{time.us - time.us % 1'000'000}.text();  // 2013-05-24T00:00:00Z
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::string canonical_request(const Signable& request) {
  std::string out = fmt::format("{}\n{}\n{}\n", request.method, request.path, query_text(request.query));
  for (const auto& [name, value] : request.fields) out += fmt::format("{}:{}\n", name, plain_value(value));
  return out + fmt::format("\n{}\n{}", signed_fields(request), request.payload);
}

std::string string_to_sign(const Signable& request, const Scope& scope) {
  return fmt::format("{}\n{}\n{}\n{}", algorithm, scope.stamp, scope.text(),
                     crypto::sha256(canonical_request(request)).hex());
}

Digest signing_key(const std::string& secret, const Scope& scope) {
  Digest key = crypto::hmac_sha256("AWS4" + secret, scope.stamp.substr(0, 8));
  key = crypto::hmac_sha256(bytes_of(key), scope.region);
  key = crypto::hmac_sha256(bytes_of(key), scope.service);
  return crypto::hmac_sha256(bytes_of(key), "aws4_request");
}

std::string authorization(const Signable& request, const Scope& scope, const std::string& key_id,
                          const std::string& secret) {
  const Digest key = signing_key(secret, scope);
  const Digest signature = crypto::hmac_sha256(bytes_of(key), string_to_sign(request, scope));
  return fmt::format("{} Credential={}/{},SignedHeaders={},Signature={}", algorithm, key_id, scope.text(),
                     signed_fields(request), signature.hex());
}

}  // namespace mlops::remote::s3
