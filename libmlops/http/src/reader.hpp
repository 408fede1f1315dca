#pragma once
/// Bytes in, requests out: the half of a connection that knows HTTP and no sockets.
///
///   reader.filled(read(reader.space()));
///   while (reader.advance() == Reader::State::complete) { ...reader.request()...; reader.finish(); }

#include "src/parser.hpp"

#include <memory>

namespace mlops::http {

class Reader {
 public:
  enum class State {
    empty,           ///< Not a byte of a next request.
    need_more,       ///< A part of one.
    wants_continue,  ///< The same, and the client waits for "100 Continue"; said once.
    complete,        ///< request() is there.
    refused,         ///< refusal() says why; nothing more can be read.
  };

  Reader(const Limits& limits, Budget& budget);

  /// Where the next bytes go; never empty after empty, need_more and wants_continue.
  std::span<char> space();
  void filled(std::size_t bytes);
  State advance();

  /// Holds until finish(), space() or advance().
  const Request& request() const { return request_; }
  bool keeps_alive() const { return keeps_alive_; }
  bool is_http11() const { return head_.is_http11; }
  /// The header is not whole: nothing has been asked yet.
  bool is_in_head() const { return phase_ == Phase::head; }
  bool is_big() const { return request_.body.size() > limits_.inline_body_bytes; }
  /// True when bytes of a further request are there already.
  bool has_more() const { return end_ < used_; }
  /// Drops the request that was complete.
  void finish();

  const Refusal& refusal() const { return head_.refusal; }
  /// The method of a refused request too, if it came that far.
  std::string_view method() const { return head_.method; }

 private:
  enum class Phase { head, sized_in_buffer, sized_in_body, chunked, complete, refused };

  State advance_head();
  State advance_chunks();
  State begin_body();
  State begin_big_body(std::size_t length);
  State wait_for_body();
  State complete(std::string_view body);
  State refuse(Refusal refusal);
  State refuse(const boost::beast::error_code& code);
  /// Returns what is wrong with the target.
  std::string_view set_request();
  void skip_empty_lines();
  /// Moves what is used to the front of a buffer of `capacity` bytes.
  void relocate(std::size_t capacity);

  const Limits& limits_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;   ///< Of the request.
  std::size_t parsed_ = 0;  ///< The parser has seen what is before.
  std::size_t used_ = 0;
  std::size_t end_ = 0;     ///< Of the request, once it is complete.
  std::size_t length_ = 0;  ///< Of a body whose length is known.
  Head head_ = {};
  Body body_;
  ChunkSink sink_;
  std::optional<Parser> parser_ = {};
  Phase phase_ = Phase::head;
  bool has_moved_ = false;  ///< The buffer, since set_request().
  bool keeps_alive_ = false;
  std::string decoded_ = {};
  Request request_ = {};
};

}  // namespace mlops::http
