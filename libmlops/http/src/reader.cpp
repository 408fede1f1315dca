#include "src/reader.hpp"

#include "src/target.hpp"

#include <algorithm>
#include <cstring>

namespace mlops::http {
namespace {

constexpr std::size_t first_bytes = 8 * 1024;
constexpr std::size_t least_space = 2 * 1024;
/// "0 CR LF CR LF": wherever in its chunks a request is, so much of it is still to come. The parser of
/// Boost 1.74 asserts it, too, where it does not have to be there yet.
constexpr std::size_t last_chunk_bytes = 5;
constexpr std::size_t chunk_space = 32 * 1024;
/// A connection keeps no more than this between two requests.
constexpr std::size_t kept_request_bytes = 64 * 1024;

}  // namespace

Reader::Reader(const Limits& limits, Budget& budget)
    : limits_(limits),
      buffer_(std::make_unique_for_overwrite<char[]>(first_bytes)),
      capacity_(first_bytes),
      sink_(limits, budget, body_) {
  head_.fields.reserve(16);
}

std::span<char> Reader::space() {
  if (phase_ == Phase::sized_in_body) return body_.space().first(length_ - body_.size());
  if (phase_ == Phase::sized_in_buffer) {
    const std::size_t missing = length_ - (used_ - parsed_);
    if (capacity_ - used_ < missing) relocate(std::max(capacity_, used_ - begin_ + missing));
  } else {
    const std::size_t least =
        phase_ == Phase::chunked && body_.size() > first_bytes ? chunk_space : least_space;
    const bool roomy = capacity_ - (used_ - begin_) >= least;
    if (capacity_ - used_ < least)
      relocate(roomy ? capacity_ : std::max(capacity_ * 2, used_ - begin_ + least));
  }
  return {buffer_.get() + used_, capacity_ - used_};
}

void Reader::filled(std::size_t bytes) {
  if (phase_ == Phase::sized_in_body) {
    body_.filled(bytes);
  } else {
    used_ += bytes;
  }
}

Reader::State Reader::advance() {
  switch (phase_) {
    case Phase::head:
      return advance_head();
    case Phase::sized_in_buffer:
      if (used_ - parsed_ < length_) return State::need_more;
      end_ = parsed_ + length_;
      return complete({buffer_.get() + parsed_, length_});
    case Phase::sized_in_body:
      return body_.size() < length_ ? State::need_more : complete(body_.text());
    case Phase::chunked:
      return advance_chunks();
    case Phase::complete:
      return State::complete;
    case Phase::refused:
      break;
  }
  return State::refused;
}

/// RFC 9112 section 2.2: empty lines before a request are ignored.
void Reader::skip_empty_lines() {
  while (used_ - begin_ >= 2 && std::memcmp(buffer_.get() + begin_, "\r\n", 2) == 0) begin_ += 2;
  parsed_ = begin_;
}

Reader::State Reader::advance_head() {
  if (!parser_) {
    skip_empty_lines();
    if (begin_ == used_) {
      begin_ = parsed_ = used_ = 0;
      return State::empty;
    }
    if (used_ - begin_ == 1 && buffer_[begin_] == '\r') return State::need_more;
    parser_.emplace(limits_, head_, sink_);
  }
  boost::beast::error_code code;
  parsed_ += parser_->read({buffer_.get() + parsed_, used_ - parsed_}, code);
  if (code == boost::beast::http::error::need_more) {
    if (used_ - begin_ < limits_.header_bytes) return State::need_more;
    code = boost::beast::http::error::header_limit;
  }
  if (!code && parsed_ - begin_ > limits_.header_bytes) code = boost::beast::http::error::header_limit;
  if (code) return refuse(code);
  return begin_body();
}

std::string_view Reader::set_request() {
  Target target;
  const auto fault = split_target(head_.target, decoded_, target);
  request_ = {
      .method = head_.method, .path = target.path, .query = target.query, .body = {}, .fields = head_.fields};
  has_moved_ = false;
  return fault;
}

Reader::State Reader::begin_body() {
  if (const auto fault = set_request(); !fault.empty()) return refuse({400, std::string(fault)});
  keeps_alive_ = parser_->keep_alive();
  end_ = parsed_;
  if (parser_->is_done()) return complete({});
  if (parser_->chunked()) {
    parser_->eager(true);
    body_.clear();
    phase_ = Phase::chunked;
  } else {
    length_ = static_cast<std::size_t>(*parser_->content_length());
    if (length_ > limits_.inline_body_bytes) return begin_big_body(length_);
    phase_ = Phase::sized_in_buffer;
  }
  return wait_for_body();
}

Reader::State Reader::begin_big_body(std::size_t length) {
  body_.clear();
  if (!sink_.reserve(length)) return refuse({503, "too many big requests at once"});
  const std::size_t there = std::min(length, used_ - parsed_);
  body_.append({buffer_.get() + parsed_, there});
  end_ = parsed_ + there;
  phase_ = Phase::sized_in_body;
  return wait_for_body();
}

Reader::State Reader::wait_for_body() {
  const State state = advance();
  if (state != State::need_more || !head_.expects_continue || !head_.is_http11) return state;
  head_.expects_continue = false;
  return State::wants_continue;
}

Reader::State Reader::advance_chunks() {
  boost::beast::error_code code;
  std::size_t at = parsed_;
  while (used_ - at >= last_chunk_bytes && !parser_->is_done() && !code) {
    at += parser_->read({buffer_.get() + at, used_ - at}, code);
  }
  std::memmove(buffer_.get() + parsed_, buffer_.get() + at, used_ - at);
  used_ -= at - parsed_;
  if (code == boost::beast::http::error::need_more) {
    if (used_ - parsed_ < limits_.header_bytes) return State::need_more;
    code = boost::beast::http::error::header_limit;
  }
  if (code) return refuse(code);
  if (!parser_->is_done()) return State::need_more;
  keeps_alive_ = parser_->keep_alive();
  end_ = parsed_;
  return complete(body_.text());
}

Reader::State Reader::complete(std::string_view body) {
  if (has_moved_) set_request();
  request_.body = body;
  phase_ = Phase::complete;
  return State::complete;
}

Reader::State Reader::refuse(Refusal refusal) {
  head_.refusal = std::move(refusal);
  body_.release();
  sink_.give_back();
  phase_ = Phase::refused;
  return State::refused;
}

Reader::State Reader::refuse(const boost::beast::error_code& code) {
  return refuse(head_.refusal.status != 0 ? Refusal(head_.refusal) : refusal_of(code, limits_));
}

void Reader::finish() {
  parser_.reset();
  head_.clear();
  if (body_.capacity() > kept_request_bytes || sink_.holds_budget()) body_.release();
  sink_.give_back();
  begin_ = parsed_ = end_;
  phase_ = Phase::head;
  if (begin_ == used_) begin_ = parsed_ = used_ = 0;
  if (capacity_ > kept_request_bytes && used_ - begin_ <= first_bytes) relocate(first_bytes);
}

void Reader::relocate(std::size_t capacity) {
  char* const from = buffer_.get() + begin_;
  const std::size_t bytes = used_ - begin_;
  if (capacity == capacity_) {
    std::memmove(buffer_.get(), from, bytes);
    head_.relocate(from, buffer_.get());
  } else {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    std::memcpy(larger.get(), from, bytes);
    head_.relocate(from, larger.get());
    buffer_ = std::move(larger);
    capacity_ = capacity;
  }
  has_moved_ = true;
  parsed_ -= begin_;
  used_ = bytes;
  end_ -= std::min(end_, begin_);
  begin_ = 0;
}

}  // namespace mlops::http
