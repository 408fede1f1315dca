#include "src/s3/refusal.hpp"

#include <mlops/http/message.hpp>

#include <algorithm>
#include <array>

namespace mlops::remote::s3 {
namespace {

/// "403 AccessDenied", "503 Service Unavailable"
std::string word_of(const Told& told) {
  const std::string_view name = told.fault.code.empty() ? http::reason(told.status()) : told.fault.code;
  return name.empty() ? fmt::format("{}", told.status()) : fmt::format("{} {}", told.status(), name);
}

std::string_view what_to_look_at(const std::string& code) {
  if (code == "SignatureDoesNotMatch") return "the secret key is another one than the server has";
  if (code == "InvalidAccessKeyId")
    return "the server does not know the access key: is it one of this server?";
  if (code == "ExpiredToken" || code == "InvalidToken" || code == "TokenRefreshRequired")
    return "the keys were given for a while that is over: get new ones";
  if (code == "RequestTimeTooSkewed") return "the clock of this machine is wrong";
  return "the keys are known but may not do this: look at the policies of the bucket and of the user";
}

Error no_bucket(const Bucket& bucket) {
  return error(Code::not_found, "there is no bucket '{}' at '{}'", bucket.name, bucket.origin())
      .with_id("remote.no_bucket")
      .with_hint("make it where the storage is administered; look at the endpoint and the region, too");
}

}  // namespace

bool may_pass(const Told& told) {
  static constexpr std::array statuses = {408, 429, 500, 502, 503, 504};
  static constexpr std::array<std::string_view, 6> codes = {"SlowDown",
                                                            "RequestTimeout",
                                                            "InternalError",
                                                            "ConditionalRequestConflict",
                                                            "ConcurrentModification",
                                                            "OperationAborted"};
  return std::find(statuses.begin(), statuses.end(), told.status()) != statuses.end() ||
         std::find(codes.begin(), codes.end(), told.fault.code) != codes.end();
}

Error refusal_of(const Told& told, const std::string& place, const Bucket& bucket) {
  const int status = told.status();
  if (told.fault.code == "NoSuchBucket") return no_bucket(bucket);
  if (status == 404)
    return error(Code::not_found, "there is no '{}': {}", place, word_of(told)).with_id("remote.not_found");
  if (status == 401 || status == 403) {
    return error(Code::failed, "'{}' is refused: {}", place, word_of(told))
        .with_id("remote.refused")
        .with_hint("{}", what_to_look_at(told.fault.code));
  }
  if (status >= 300 && status < 400) {
    return error(Code::failed, "'{}' is elsewhere: {}", place, word_of(told))
        .with_id("remote.elsewhere")
        .with_hint("look at the endpoint and the region; now they are '{}' and '{}'", bucket.origin(),
                   bucket.region);
  }
  if (status == 501) {
    return error(Code::failed, "the server of '{}' cannot do that: {}", place, word_of(told))
        .with_id("remote.not_implemented");
  }
  if (may_pass(told) || status >= 500)
    return error(Code::busy, "'{}' is not served now: {}", place, word_of(told)).with_id("remote.busy");
  return error(Code::failed, "'{}' is not served: {}{}{}", place, word_of(told),
               told.fault.message.empty() ? "" : ": ", told.fault.message.substr(0, 200))
      .with_id("remote.failed");
}

}  // namespace mlops::remote::s3
