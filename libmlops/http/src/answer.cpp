#include "src/answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

#include "src/shared.hpp"

namespace mlops::http {
namespace {

/// A body longer than this is not copied behind what waits; what waits is put before it.
constexpr std::size_t long_body = 64 * 1024;

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_status(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(status));
  out += ' ';
  out += reason(status);
  out += "\r\n";
}

/// A line break in a value would begin a field that nobody has written.
void append_value(std::string& out, std::string_view value) {
  const auto breaks = [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; };
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out += value;
  std::replace_if(out.begin() + begin, out.end(), breaks, ' ');
}

void append_head(std::string& out, const Response& response, std::string_view date, Manner manner) {
  append_status(out, response.status);
  out += date;
  const bool has_content = response.status != 204 && response.status != 304;
  if (has_content && !response.content_type.empty()) {
    out += "Content-Type: ";
    out += response.content_type;
    out += "\r\n";
  }
  if (has_content) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  for (const auto& [name, value] : response.fields) {
    out += name;
    out += ": ";
    append_value(out, value);
    out += "\r\n";
  }
  if (manner.closes) {
    out += "Connection: close\r\n";
  } else if (!manner.is_http11) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
}

std::string json_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + '"';
}

}  // namespace

void DateLine::update(std::int64_t unix_seconds) {
  if (unix_seconds == second_) return;
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm at = {};
  gmtime_r(&seconds, &at);
  text_ = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", days[at.tm_wday], at.tm_mday,
                      months[at.tm_mon], at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
  second_ = unix_seconds;
}

void append(std::string& out, Response& response, std::string_view date, Manner manner) {
  append_head(out, response, date, manner);
  if (manner.is_head || response.status == 204 || response.status == 304) return;
  if (response.body.size() <= long_body) {
    out += response.body;
    return;
  }
  response.body.insert(0, out);
  out = std::move(response.body);
}

std::string refusal_body(int, std::string_view text) {
  return fmt::format("{{\"error\":{}}}", json_text(text));
}

void append(std::string& out, const Refusal& refusal, std::string body, std::string_view date, bool is_head) {
  Response response;
  response.status = refusal.status;
  response.body = std::move(body);
  if (refusal.status == 503) response.fields.emplace_back("Retry-After", "1");
  append(out, response, date, {.closes = true, .is_head = is_head});
}

}  // namespace mlops::http
