#pragma once
/// The Error of an answer that is no success.

#include <mlops/base/error.hpp>

#include "src/s3/service.hpp"

namespace mlops::remote::s3 {

/// Another attempt may go well.
bool may_pass(const Told& told);

/// `place` is "s3://bucket/key". Codes as Service::refusal() says.
Error refusal_of(const Told& told, const std::string& place, const Bucket& bucket);

}  // namespace mlops::remote::s3
