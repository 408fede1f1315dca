#pragma once
/// Amazon's signature, version 4, in the field Authorization: pure functions, each a step of "Signature
/// Calculations for the Authorization Header" in the S3 documentation. As S3 wants it, the path is encoded
/// once only and not normalised.

#include <mlops/base/clock.hpp>
#include <mlops/base/digest.hpp>

#include <map>
#include <string>

#include "src/s3/uri.hpp"

namespace mlops::remote::s3 {

/// What of a request is signed.
struct Signable {
  std::string method;
  std::string path;  ///< Percent-encoded, as it is sent.
  Query query = {};  ///< Not encoded.
  std::map<std::string, std::string>
      fields;           ///< Names in lower case; "host" and "x-amz-date" are among them.
  std::string payload;  ///< SHA-256 of the body, 64 hexadecimal digits.
};

/// For when and where a signature holds.
struct Scope {
  std::string stamp;  ///< "20130524T000000Z"
  std::string region;
  std::string service = "s3";

  /// "20130524/us-east-1/s3/aws4_request"
  std::string text() const;
};

/// "20130524T000000Z"
std::string stamp_of(Time time);

std::string canonical_request(const Signable& request);
std::string string_to_sign(const Signable& request, const Scope& scope);
Digest signing_key(const std::string& secret, const Scope& scope);

/// The value of the field Authorization.
std::string authorization(const Signable& request, const Scope& scope, const std::string& key_id,
                          const std::string& secret);

}  // namespace mlops::remote::s3
