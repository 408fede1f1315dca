#pragma once
/// Responses as bytes.

#include "src/parser.hpp"

#include <cstdint>
#include <string>

namespace mlops::http {

/// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", made once a second.
class DateLine {
 public:
  void update(std::int64_t unix_seconds);
  std::string_view text() const { return text_; }

 private:
  std::int64_t second_ = -1;
  std::string text_ = {};
};

struct Manner {
  bool closes = false;
  bool is_head = false;   ///< The body is counted and not sent.
  bool is_http11 = true;  ///< Else a connection that stays open has to be announced.
};

/// Appends the response to `out`; takes the memory of a long body.
void append(std::string& out, Response& response, std::string_view date, Manner manner);

/// With Retry-After for 503; closes.
void append(std::string& out, const Refusal& refusal, std::string body, std::string_view date, bool is_head);

}  // namespace mlops::http
