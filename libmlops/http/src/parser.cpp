#include "src/parser.hpp"

#include "src/target.hpp"

#include <mlops/base/text.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include <limits>

namespace mlops::http {
namespace beast = boost::beast;
using beast::http::field;

namespace {

/// The parser's code for "our own verdict, see Head::refusal".
constexpr auto refused = beast::http::error::bad_field;

/// More fields than this are nobody's request.
constexpr std::size_t most_fields = 256;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

std::string_view moved(std::string_view text, const char* from, const char* to) {
  return text.data() == nullptr ? text : std::string_view(to + (text.data() - from), text.size());
}

/// RFC 9112 section 5.2. The parser joins the lines elsewhere, or skips empty first ones.
bool is_folded(std::string_view name, std::string_view value, std::span<const char> bytes) {
  const char* const colon = name.data() + name.size();
  const std::less<const char*> before;
  if (before(value.data(), colon) || before(bytes.data() + bytes.size(), value.data())) return true;
  return std::find(colon, value.data(), '\r') != value.data();
}

}  // namespace

void Head::clear() {
  method = target = {};
  fields.clear();
  is_http11 = expects_continue = complete = false;
  hosts = lengths = encodings = 0;
  refusal.status = 0;
}

void Head::relocate(const char* from, const char* to) {
  method = moved(method, from, to);
  target = moved(target, from, to);
  for (Field& each : fields) each = {moved(each.name, from, to), moved(each.value, from, to)};
}

bool ChunkSink::reserve(std::size_t bytes) {
  if (bytes > limits_.inline_body_bytes && bytes > taken_) {
    if (!budget_.take(bytes - taken_)) return false;
    taken_ = bytes;
  }
  return body_.reserve(bytes);
}

bool ChunkSink::append(std::string_view piece) {
  const std::size_t needed = body_.size() + piece.size();
  if (needed > body_.capacity()) {
    const std::size_t wanted = std::max({needed, 2 * body_.capacity(), std::size_t{16} * 1024});
    if (!reserve(wanted) && !reserve(needed)) return false;
  }
  body_.append(piece);
  return true;
}

void ChunkSink::give_back() {
  budget_.give_back(taken_);
  taken_ = 0;
}

Parser::Parser(const Limits& limits, Head& head, ChunkSink& sink) : head_(head), sink_(sink) {
  header_limit(static_cast<std::uint32_t>(
      std::min<std::size_t>(limits.header_bytes, std::numeric_limits<std::uint32_t>::max())));
  body_limit(static_cast<std::uint64_t>(limits.body_bytes));
}

std::size_t Parser::read(std::span<const char> bytes, Code& code) {
  bytes_ = bytes;
  return put(boost::asio::const_buffer(bytes.data(), bytes.size()), code);
}

void Parser::on_request_impl(beast::http::verb, Text method, Text target, int version, Code&) {
  head_.method = view(method);
  head_.target = view(target);
  head_.is_http11 = version == 11;
}

void Parser::on_field_impl(field known, Text name, Text value, Code& code) {
  if (head_.complete) return;  // trailers
  switch (known) {
    case field::host:
    case field::content_length:
    case field::transfer_encoding:
    case field::expect:
      framing_field(known, view(value));
      break;
    default:
      break;
  }
  if (is_folded(view(name), view(value), bytes_)) head_.refusal = {400, "a field is folded over two lines"};
  if (head_.fields.size() >= most_fields) {
    head_.refusal = {431, fmt::format("the request has more than {} fields", most_fields)};
  }
  if (head_.refusal.status != 0) {
    code = refused;
    return;
  }
  head_.fields.push_back({view(name), view(value)});
}

void Parser::framing_field(field known, std::string_view value) {
  if (known == field::host) {
    if (++head_.hosts > 1) head_.refusal = {400, "the request has two Host fields"};
    if (!is_host(value)) head_.refusal = {400, "the Host field is not a host"};
  } else if (known == field::content_length) {
    if (++head_.lengths > 1 || value.find(',') != std::string_view::npos) {
      head_.refusal = {400, "the request has two lengths"};
    }
  } else if (known == field::transfer_encoding) {
    ++head_.encodings;
    if (!beast::iequals({value.data(), value.size()}, "chunked")) {
      head_.refusal = {501, "a transfer encoding other than 'chunked' is not understood"};
    }
  } else if (beast::iequals({value.data(), value.size()}, "100-continue")) {
    head_.expects_continue = true;
  } else {
    head_.refusal = {417, "nothing can be expected but '100-continue'"};
  }
}

void Parser::on_header_impl(Code& code) {
  head_.complete = true;
  if (head_.is_http11 && head_.hosts == 0) head_.refusal = {400, "the request has no Host field"};
  if (!head_.is_http11 && head_.encodings > 0) {
    head_.refusal = {400, "HTTP/1.0 knows no transfer encodings"};
  }
  if (head_.refusal.status != 0) code = refused;
}

std::size_t Parser::on_chunk_body_impl(std::uint64_t, Text piece, Code& code) {
  if (sink_.append(view(piece))) return piece.size();
  head_.refusal = {503, "too many big requests at once"};
  code = refused;
  return 0;
}

Refusal refusal_of(const beast::error_code& code, const Limits& limits) {
  using Kind = beast::http::error;
  const auto malformed = [](std::string_view what) {
    return Refusal{400, fmt::format("not HTTP: {}", what)};
  };
  if (code == Kind::body_limit) {
    return {413, fmt::format("the body is larger than {}", size_text(limits.body_bytes))};
  }
  if (code == Kind::header_limit) {
    return {431, fmt::format("the header is larger than {}", size_text(limits.header_bytes))};
  }
  if (code == Kind::bad_method) return malformed("the method is not a word followed by a space");
  if (code == Kind::bad_target) return malformed("the target is empty or has a forbidden character");
  if (code == Kind::bad_version) return malformed("the version is neither HTTP/1.1 nor HTTP/1.0");
  if (code == Kind::bad_field || code == Kind::bad_value) return malformed("a field is malformed");
  if (code == Kind::bad_line_ending) return malformed("a line does not end with CR LF");
  if (code == Kind::bad_content_length)
    return malformed("the Content-Length is not a number, or not the only length");
  if (code == Kind::bad_transfer_encoding) return malformed("the request has two lengths");
  if (code == Kind::bad_chunk || code == Kind::bad_chunk_extension) return malformed("a chunk is malformed");
  return malformed(code.message());
}

}  // namespace mlops::http
