#pragma once
/// One HTTP request as a handler sees it, and its answer.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::http {

struct Field {
  std::string_view name;  ///< As it was sent.
  std::string_view value;
};

/// Views into the connection's memory; they hold until the handler returns.
struct Request {
  std::string_view method;  ///< "GET", "POST", ...; of "HEAD", the server leaves the answer's body out.
  std::string_view path;    ///< Percent-decoded, without the query; begins with '/'.
  std::string_view query;   ///< As sent, without '?'.
  std::string_view body;
  std::span<const Field> fields;

  /// The value of the field of that name, in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

/// Reused from request to request: clear() keeps the memory.
struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  ///< Of static lifetime; empty: none is sent.
  std::string body = {};
  /// More fields. Content-Length, Date and Connection are the server's business.
  std::vector<std::pair<std::string_view, std::string>> fields = {};

  void clear();
};

/// "Not Found"; "" for a number that has no name.
std::string_view reason(int status);

}  // namespace mlops::http
