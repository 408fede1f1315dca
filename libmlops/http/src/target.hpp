#pragma once
/// The request-target of RFC 9112 section 3.2 taken apart.

#include <string>
#include <string_view>

namespace mlops::http {

struct Target {
  std::string_view path;   ///< Percent-decoded; into `decoded` where there was something to decode.
  std::string_view query;  ///< As sent, without '?'.
};

/// Origin form ("/a?b") and absolute form ("http://host/a?b"); `decoded` is memory for the path. Returns what
/// is wrong with it, or an empty text.
std::string_view split_target(std::string_view text, std::string& decoded, Target& target);

/// Whether a Host field may have this value: RFC 3986's authority without user information.
bool is_host(std::string_view text);

}  // namespace mlops::http
