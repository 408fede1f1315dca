#include "src/fetch/wire.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/base/version.hpp>

#include <mutex>
#include <new>

namespace mlops::http {
namespace {

constexpr int tick_ms = 100;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

const std::string& Reply::field(const std::string& name) const {
  static const std::string none;
  const auto found = fields.find(name);
  return found == fields.end() ? none : found->second;
}

void add_field(Reply& reply, std::string_view line) {
  if (line.starts_with("HTTP/")) reply.fields.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  reply.fields[lowered(trimmed(line.substr(0, colon)))] = std::string(trimmed(line.substr(colon + 1)));
}

void FieldLines::add(const std::string& line) {
  curl_slist* const longer = curl_slist_append(list_, line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  list_ = longer;
}

Wire::Wire(const Network& network, const Cancel* cancel) : network_(network), cancel_(cancel) {
  start_library();
  multi_ = curl_multi_init();
  easy_ = curl_easy_init();
  if (multi_ == nullptr || easy_ == nullptr) throw std::bad_alloc();
}

Wire::~Wire() {
  curl_easy_cleanup(easy_);
  curl_multi_cleanup(multi_);
}

void Wire::begin(const std::string& url, const Waits& waits) {
  curl_easy_reset(easy_);
  reason_[0] = '\0';
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_ERRORBUFFER, reason_);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_USERAGENT, fmt::format("mlops/{}", version()).c_str());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(waits.connect_time.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(waits.stall_bytes));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(waits.stall_time.count()));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  set(CURLOPT_CAINFO, network_.ca_file.empty() ? nullptr : network_.ca_file.c_str());
  set(CURLOPT_CAPATH, network_.ca_dir.empty() ? nullptr : network_.ca_dir.c_str());
  // Both are set in any case: libcurl would look into the environment for what is not.
  const bool encrypted = scheme_of(url) == "https";
  set(CURLOPT_PROXY, (encrypted ? network_.https_proxy : network_.http_proxy).c_str());
  set(CURLOPT_NOPROXY, network_.no_proxy.c_str());
}

void Wire::perform(Reply& reply, const FieldLines& lines, const std::function<void()>& at_tick) {
  set(CURLOPT_HTTPHEADER, lines.get());
  curl_multi_add_handle(multi_, easy_);
  try {
    reply.code = run(at_tick);
  } catch (...) {
    curl_multi_remove_handle(multi_, easy_);
    throw;
  }
  curl_multi_remove_handle(multi_, easy_);
  reply.status = status();
  reply.reason = reason_[0] != '\0' ? reason_ : curl_easy_strerror(reply.code);
  const char* redirect = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &redirect);
  if (redirect != nullptr) reply.redirect = redirect;
  curl_off_t seconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &seconds);
  reply.retry_after_s = static_cast<long>(seconds);
}

long Wire::status() const {
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

CURLcode Wire::run(const std::function<void()>& at_tick) {
  for (int running = 1; running != 0;) {
    if (cancel_ != nullptr) cancel_->check();
    CURLMcode code = curl_multi_perform(multi_, &running);
    if (code == CURLM_OK && running != 0) code = curl_multi_poll(multi_, nullptr, 0, tick_ms, nullptr);
    if (code != CURLM_OK)
      throw error(Code::failed, "the transfer cannot go on: {}", curl_multi_strerror(code));
    if (at_tick) at_tick();
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_, &left);
  return message == nullptr ? CURLE_OK : message->data.result;
}

}  // namespace mlops::http
