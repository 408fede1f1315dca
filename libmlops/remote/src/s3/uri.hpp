#pragma once
/// Percent-encoding as S3 signs it (RFC 3986): letters, digits, '-', '.', '_' and '~' stay.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::remote::s3 {

using Query = std::vector<std::pair<std::string, std::string>>;

/// Of a value: '/' is encoded too.
std::string encoded(std::string_view text);

/// Of a path: '/' stays.
std::string encoded_path(std::string_view path);

/// The other way; a '%' without two digits stays as it is.
std::string decoded(std::string_view text);

/// "a=1&b=&c=x%20y": sorted by name and then by value, as it is signed and sent.
std::string query_text(const Query& query);

}  // namespace mlops::remote::s3
