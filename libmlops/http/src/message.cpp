#include <mlops/http/message.hpp>

#include <algorithm>
#include <array>

namespace mlops::http {
namespace {

/// Longer bodies give their memory back.
constexpr std::size_t kept_bytes = 1024 * 1024;

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

struct Named {
  int status;
  std::string_view name;
};

/// RFC 9110 section 15 and RFC 6585; the ones that are asked for most come first.
constexpr std::array names = std::to_array<Named>({
    {200, "OK"},
    {400, "Bad Request"},
    {404, "Not Found"},
    {422, "Unprocessable Content"},
    {503, "Service Unavailable"},
    {500, "Internal Server Error"},
    {100, "Continue"},
    {101, "Switching Protocols"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
});

}  // namespace

std::string_view Request::header(std::string_view name) const {
  for (const Field& field : fields) {
    if (same_name(field.name, name)) return field.value;
  }
  return {};
}

void Response::clear() {
  status = 200;
  content_type = "application/json";
  fields.clear();
  if (body.capacity() > kept_bytes) std::string().swap(body);
  body.clear();
}

std::string_view reason(int status) {
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Named& named) { return named.status == status; });
  return found == names.end() ? std::string_view() : found->name;
}

}  // namespace mlops::http
