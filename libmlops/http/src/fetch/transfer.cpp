#include "src/fetch/transfer.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/base/version.hpp>

#include <charconv>
#include <memory>
#include <mutex>

namespace mlops::http {
namespace {

constexpr int tick_ms = 100;

/// Of the body of an answer that is of no use: more, and the connection is cut.
constexpr std::uint64_t most_passed_over = 1 << 20;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

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

curl_slist* with(curl_slist* list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  return longer;
}

}  // namespace

const std::string& Reply::field(const std::string& name) const {
  static const std::string none;
  const auto found = fields.find(name);
  return found == fields.end() ? none : found->second;
}

Transfer::Transfer(const Download& request, Progress& progress, const Cancel* cancel, Partial& partial)
    : request_(request), progress_(progress), cancel_(cancel), partial_(partial) {
  start_library();
  multi_ = curl_multi_init();
  easy_ = curl_easy_init();
  if (multi_ == nullptr || easy_ == nullptr) throw std::bad_alloc();
}

Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

Reply Transfer::get(const std::string& url, bool resume) {
  reply_ = Reply();
  began_ = false;
  passed_over_ = 0;
  fault_ = nullptr;
  reason_[0] = '\0';
  set_up(url);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> list(headers(resume),
                                                                         curl_slist_free_all);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, list.get());
  curl_multi_add_handle(multi_, easy_);
  try {
    reply_.code = perform();
  } catch (...) {
    curl_multi_remove_handle(multi_, easy_);
    throw;
  }
  curl_multi_remove_handle(multi_, easy_);
  if (fault_) std::rethrow_exception(fault_);
  if (reply_.code == CURLE_WRITE_ERROR && passed_over_ > 0) reply_.code = CURLE_OK;
  // An empty body has no first bytes.
  if (reply_.code == CURLE_OK && !began_ && (reply_.status == 200 || reply_.status == 203)) begin_body();
  if (fault_) std::rethrow_exception(fault_);
  reply_.reason = reason_[0] != '\0' ? reason_ : curl_easy_strerror(reply_.code);
  const char* redirect = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) reply_.redirect = redirect;
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds);
  reply_.retry_after_s = static_cast<long>(seconds);
  return std::move(reply_);
}

void Transfer::set_up(const std::string& url) {
  const DownloadLimits& limits = request_.limits;
  curl_easy_reset(easy_);
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, reason_);
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, fmt::format("mlops/{}", version()).c_str());
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_time.count()));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits.stall_bytes));
  curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.stall_time.count()));
  curl_easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  set_authorities();
  set_proxy(url);
  if (!request_.network.netrc.empty() && is_private(url)) {
    curl_easy_setopt(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    curl_easy_setopt(easy_, CURLOPT_NETRC_FILE, request_.network.netrc.c_str());
  }
}

void Transfer::set_authorities() {
  const Network& network = request_.network;
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy_, CURLOPT_CAINFO, network.ca_file.empty() ? nullptr : network.ca_file.c_str());
  curl_easy_setopt(easy_, CURLOPT_CAPATH, network.ca_dir.empty() ? nullptr : network.ca_dir.c_str());
}

/// Both are set in any case: libcurl would look into the environment for what is not.
void Transfer::set_proxy(const std::string& url) {
  const Network& network = request_.network;
  reply_.proxy = scheme_of(url) == "https" ? network.https_proxy : network.http_proxy;
  curl_easy_setopt(easy_, CURLOPT_PROXY, reply_.proxy.c_str());
  curl_easy_setopt(easy_, CURLOPT_NOPROXY, network.no_proxy.c_str());
}

curl_slist* Transfer::headers(bool resume) const {
  curl_slist* list = with(nullptr, "Accept-Encoding: identity");
  if (resume) {
    list = with(list, fmt::format("Range: bytes={}-", partial_.bytes()));
    return with(list, "If-Range: " + partial_.validator());
  }
  if (!request_.seen.etag.empty()) list = with(list, "If-None-Match: " + request_.seen.etag);
  if (!request_.seen.modified.empty()) list = with(list, "If-Modified-Since: " + request_.seen.modified);
  return list;
}

CURLcode Transfer::perform() {
  for (int running = 1; running != 0;) {
    if (cancel_ != nullptr) cancel_->check();
    CURLMcode code = curl_multi_perform(multi_, &running);
    if (code == CURLM_OK && running != 0) code = curl_multi_poll(multi_, nullptr, 0, tick_ms, nullptr);
    if (code != CURLM_OK)
      throw error(Code::failed, "the transfer cannot go on: {}", curl_multi_strerror(code));
    if (began_) progress_.at(partial_.bytes());
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_, &left);
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &reply_.status);
  return message == nullptr ? CURLE_OK : message->data.result;
}

std::size_t Transfer::take_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.add_header({data, size * count});
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

void Transfer::add_header(std::string_view line) {
  if (line.starts_with("HTTP/")) reply_.fields.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  reply_.fields[lowered(trimmed(line.substr(0, colon)))] = std::string(trimmed(line.substr(colon + 1)));
}

bool Transfer::add_body(std::string_view bytes) {
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &reply_.status);
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
