#pragma once
/// The field Date of HTTP (RFC 9110, 5.6.7).

#include <mlops/base/clock.hpp>

#include <optional>
#include <string_view>

namespace mlops::remote::s3 {

/// Reads "Sun, 06 Nov 1994 08:49:37 GMT"; nothing for any other text.
std::optional<Time> http_date(std::string_view text);

}  // namespace mlops::remote::s3
