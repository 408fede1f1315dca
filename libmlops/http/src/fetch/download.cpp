#include "src/fetch/download.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>
#include <thread>

#include "src/fetch/fault.hpp"

namespace mlops::http {
namespace {

using std::chrono::milliseconds;

bool is_redirect(const Reply& reply) {
  return reply.status == 301 || reply.status == 302 || reply.status == 303 || reply.status == 307 ||
         reply.status == 308;
}

bool brings_data(const Reply& reply) {
  return reply.code == CURLE_OK && (reply.status == 200 || reply.status == 203 || reply.status == 206);
}

/// What was not asked for, and what no reader of ours undoes.
void require_readable_coding(const Reply& reply, const std::string& url) {
  const std::string& coding = reply.field("content-encoding");
  if (coding.empty() || coding == "identity" || coding == "gzip" || coding == "x-gzip" || coding == "zstd")
    return;
  throw error(Code::failed, "'{}' is sent in the coding '{}', which was not asked for", shown(url), coding);
}

}  // namespace

Downloaded Session::run() {
  for (;;) {
    const std::uint64_t before = partial_.bytes();
    const Reply reply = follow();
    if (brings_data(reply)) {
      require_readable_coding(reply, url_);
      return done(reply);
    }
    if (reply.code == CURLE_OK && reply.status == 304 && !request_.seen.empty()) return done(reply);
    if (!again(reply, before)) throw fault_of(reply, url_, request_.network);
    pause(reply);
  }
}

/// One attempt, from the first URL to where it leads.
Reply Session::follow() {
  ++requests_;
  url_ = request_.url;
  for (unsigned count = 0;; ++count) {
    const bool resume = partial_.bytes() > 0 && !partial_.validator().empty();
    Reply reply = transfer_.get(url_, resume);
    if (!is_redirect(reply)) return reply;
    if (count >= request_.limits.redirects) {
      throw error(Code::failed, "'{}' leads on and on: {} redirects were followed", shown(request_.url),
                  count)
          .with_id("http.redirects");
    }
    url_ = next_url(reply, url_);
  }
}

std::string Session::next_url(const Reply& reply, const std::string& url) const {
  if (reply.redirect.empty()) {
    throw error(Code::failed, "'{}' leads elsewhere but does not say where", shown(url))
        .with_id("http.redirects");
  }
  const std::string scheme = scheme_of(reply.redirect);
  if (scheme != "http" && scheme != "https") {
    throw error(Code::failed, "'{}' leads to '{}', which is neither http nor https", shown(url),
                shown(reply.redirect))
        .with_id("http.redirects");
  }
  if (scheme == "http" && scheme_of(url) == "https") {
    throw error(Code::failed, "'{}' leads to '{}', which is not encrypted", shown(url), shown(reply.redirect))
        .with_id("http.redirects")
        .with_hint("if that is as it should be, write the second URL");
  }
  require_fetchable(reply.redirect);
  return reply.redirect;
}

Downloaded Session::done(const Reply& reply) const {
  Downloaded out;
  out.unchanged = reply.status == 304;
  out.seen = {.etag = reply.field("etag"), .modified = reply.field("last-modified")};
  if (out.unchanged && out.seen.etag.empty()) out.seen.etag = request_.seen.etag;
  if (out.unchanged && out.seen.modified.empty()) out.seen.modified = request_.seen.modified;
  out.content_type = reply.field("content-type");
  out.url = url_;
  out.bytes = partial_.bytes();
  out.attempts = requests_;
  return out;
}

/// Whether to try once more; attempts that get on do not count.
bool Session::again(const Reply& reply, std::uint64_t before) {
  if (reply.code == CURLE_OK && reply.status == 416 && partial_.bytes() > 0) {
    partial_.restart("", 0);  // it is shorter now than what is here
    return ++fruitless_ < request_.limits.attempts;
  }
  if (!may_pass(reply)) return false;
  const std::uint64_t after = partial_.bytes();
  const bool got_on = after > before && after - before >= request_.limits.progress_bytes;
  fruitless_ = got_on ? 0 : fruitless_ + 1;
  if (std::chrono::seconds(reply.retry_after_s) > request_.limits.longest_pause) return false;
  return fruitless_ < request_.limits.attempts;
}

/// As the server says, or twice as long each time.
void Session::pause(const Reply& reply) const {
  using Clock = std::chrono::steady_clock;
  const unsigned doublings = std::min(fruitless_ == 0 ? 0 : fruitless_ - 1, 16u);
  milliseconds length = request_.limits.first_pause * (1 << doublings);
  if (reply.retry_after_s > 0) length = std::chrono::seconds(reply.retry_after_s);
  const auto end = Clock::now() + std::min(length, request_.limits.longest_pause);
  while (Clock::now() < end) {
    if (cancel_ != nullptr) cancel_->check();
    std::this_thread::sleep_for(std::min<Clock::duration>(milliseconds(50), end - Clock::now()));
  }
}

}  // namespace mlops::http
