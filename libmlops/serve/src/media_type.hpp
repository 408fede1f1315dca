#pragma once
/// The field Content-Type of a request (RFC 9110 section 8.3).

#include <string_view>

namespace mlops::serve {

inline constexpr std::string_view json_type = "application/json";

enum class Media { json, csv };

/// JSON is what calls itself so (application/json, anything +json), what has no type, and what curl sends as
/// application/x-www-form-urlencoded when nobody told it better. Throws request.media_type for other types,
/// and for a charset that is not UTF-8.
Media media_of(std::string_view content_type);

/// Whether the client really said that it is JSON.
bool says_json(std::string_view content_type);

}  // namespace mlops::serve
