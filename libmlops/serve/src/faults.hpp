#pragma once
/// Faults of a request, with the ids that body.hpp promises.

#include <mlops/base/error.hpp>

#include <string>
#include <string_view>

namespace mlops::serve {

/// 400: not of the protocol.
template <typename... Args>
Error malformed(fmt::format_string<Args...> format, Args&&... args) {
  return error(Code::usage, format, std::forward<Args>(args)...).with_id("request.malformed");
}

/// 422: of the protocol, but not what the model takes.
template <typename... Args>
Error mismatch(fmt::format_string<Args...> format, Args&&... args) {
  return error(Code::usage, format, std::forward<Args>(args)...).with_id("signature.mismatch");
}

/// A name of the client's in quotes, cut where it is very long.
std::string quoted(std::string_view name);

}  // namespace mlops::serve
