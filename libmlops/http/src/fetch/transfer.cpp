#include "src/fetch/transfer.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include <charconv>

namespace mlops::http {
namespace {

/// Of the body of an answer that is of no use: more, and the connection is cut.
constexpr std::uint64_t most_passed_over = 1 << 20;

std::uint64_t number_in(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// A password must not be heard on the way.
bool is_private(const std::string& url) {
  const std::string host = host_of(url);
  return scheme_of(url) == "https" || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

/// A date is strong when the server could not have changed the file again within it (RFC 9110, 8.8.2.2).
bool is_strong_date(const std::string& modified, const std::string& now) {
  const time_t then = curl_getdate(modified.c_str(), nullptr);
  const time_t at = curl_getdate(now.c_str(), nullptr);
  return then >= 0 && at >= 0 && at - then >= 1;
}

std::string validator_of(const Reply& reply) {
  const std::string& etag = reply.field("etag");
  if (etag.starts_with('"')) return etag;
  const std::string& modified = reply.field("last-modified");
  return etag.empty() && is_strong_date(modified, reply.field("date")) ? modified : std::string();
}

}  // namespace

Reply Transfer::get(const std::string& url, bool resume) {
  reply_ = Reply();
  began_ = false;
  passed_over_ = 0;
  fault_ = nullptr;
  set_up(url);
  wire_.perform(reply_, headers(resume), [this] {
    if (began_) progress_.at(partial_.bytes());
  });
  if (fault_) std::rethrow_exception(fault_);
  if (reply_.code == CURLE_WRITE_ERROR && passed_over_ > 0) reply_.code = CURLE_OK;
  // An empty body has no first bytes.
  if (reply_.code == CURLE_OK && !began_ && (reply_.status == 200 || reply_.status == 203)) begin_body();
  if (fault_) std::rethrow_exception(fault_);
  return std::move(reply_);
}

void Transfer::set_up(const std::string& url) {
  const DownloadLimits& limits = request_.limits;
  wire_.begin(url, {limits.connect_time, limits.stall_time, limits.stall_bytes});
  wire_.set(CURLOPT_HEADERFUNCTION, take_header);
  wire_.set(CURLOPT_HEADERDATA, this);
  wire_.set(CURLOPT_WRITEFUNCTION, take_body);
  wire_.set(CURLOPT_WRITEDATA, this);
  if (!request_.network.netrc.empty() && is_private(url)) {
    wire_.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    wire_.set(CURLOPT_NETRC_FILE, request_.network.netrc.c_str());
  }
}

FieldLines Transfer::headers(bool resume) const {
  FieldLines lines;
  lines.add("Accept-Encoding: identity");
  if (resume) {
    lines.add(fmt::format("Range: bytes={}-", partial_.bytes()));
    lines.add("If-Range: " + partial_.validator());
    return lines;
  }
  if (!request_.seen.etag.empty()) lines.add("If-None-Match: " + request_.seen.etag);
  if (!request_.seen.modified.empty()) lines.add("If-Modified-Since: " + request_.seen.modified);
  return lines;
}

std::size_t Transfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    add_field(transfer.reply_, {data, size * count});
    return size * count;
  } catch (...) {
    transfer.fault_ = std::current_exception();
    return 0;
  }
}

std::size_t Transfer::take_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    return transfer.add_body({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    transfer.fault_ = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

bool Transfer::add_body(std::string_view bytes) {
  reply_.status = wire_.status();
  if (reply_.status != 200 && reply_.status != 203 && reply_.status != 206) {
    passed_over_ += bytes.size();
    return passed_over_ <= most_passed_over;
  }
  if (!began_ && !begin_body()) return false;
  const std::uint64_t most = request_.limits.body_bytes;
  if (partial_.bytes() + bytes.size() > most || partial_.total() > most) {
    throw error(Code::failed, "'{}' is larger than {}, which is as much as is taken", shown(request_.url),
                size_text(most))
        .with_id("http.too_large");
  }
  partial_.append(bytes);
  return true;
}

/// The answer is what was asked for: the rest, or the whole.
bool Transfer::begin_body() {
  began_ = true;
  const std::uint64_t length = number_in(reply_.field("content-length"));
  if (reply_.status == 206) {
    if (continues()) return true;
    partial_.forget_validator();
    return false;
  }
  partial_.restart(validator_of(reply_), length);
  progress_.phase(fmt::format("downloading {}", shown(request_.url)), length, Unit::bytes);
  return true;
}

/// "bytes 100-199/200" begins where the part on disk ends, of a whole of the same length.
bool Transfer::continues() const {
  std::string_view range = reply_.field("content-range");
  if (!range.starts_with("bytes ")) return false;
  range.remove_prefix(6);
  const std::size_t slash = range.find('/');
  if (slash == std::string_view::npos || number_in(range) != partial_.bytes()) return false;
  const std::string_view total = range.substr(slash + 1);
  return total == "*" || partial_.total() == 0 || number_in(total) == partial_.total();
}

}  // namespace mlops::http
