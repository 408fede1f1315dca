#pragma once
/// Beast's strict, incremental HTTP/1 parser with our own storage behind it, stricter still where two servers
/// could read the same bytes differently: one Content-Length, "chunked" and nothing else, no folded fields,
/// one Host.

#include "src/body.hpp"
#include "src/shared.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::http {

/// A request that is answered by the server itself, and the connection closed.
struct Refusal {
  int status = 0;  ///< 0: there is none.
  std::string text = {};
};

/// Views into the read buffer.
struct Head {
  std::string_view method = {};
  std::string_view target = {};
  std::vector<Field> fields = {};
  bool is_http11 = false;
  bool expects_continue = false;
  bool complete = false;
  unsigned hosts = 0;
  unsigned lengths = 0;
  unsigned encodings = 0;
  Refusal refusal = {};

  void clear();
  /// The buffer has moved from `from` to `to`.
  void relocate(const char* from, const char* to);
};

/// Where chunks go: bounded by the limits, and by the budget once they are many.
class ChunkSink {
 public:
  ChunkSink(const Limits& limits, Budget& budget, Body& body)
      : limits_(limits), budget_(budget), body_(body) {}
  ~ChunkSink() { give_back(); }
  ChunkSink(const ChunkSink&) = delete;
  ChunkSink& operator=(const ChunkSink&) = delete;

  /// Room for `bytes` in all, taken from the budget when they are more than an inline body.
  bool reserve(std::size_t bytes);
  bool append(std::string_view piece);
  void give_back();
  bool holds_budget() const { return taken_ > 0; }

 private:
  const Limits& limits_;
  Budget& budget_;
  Body& body_;
  std::size_t taken_ = 0;
};

class Parser final : public boost::beast::http::basic_parser<true> {
 public:
  Parser(const Limits& limits, Head& head, ChunkSink& sink);

  /// put(), which also knows where the bytes are: a folded field is one that the parser has copied elsewhere.
  std::size_t read(std::span<const char> bytes, boost::beast::error_code& code);

 private:
  using Code = boost::beast::error_code;
  using Text = boost::beast::string_view;
  using Length = boost::optional<std::uint64_t>;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, Code& code) override;
  void on_response_impl(int, Text, int, Code&) override {}
  void on_field_impl(boost::beast::http::field known, Text name, Text value, Code& code) override;
  void on_header_impl(Code& code) override;
  void on_body_init_impl(const Length&, Code&) override {}
  std::size_t on_body_impl(Text, Code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Code& code) override;
  void on_finish_impl(Code&) override {}

  void framing_field(boost::beast::http::field known, std::string_view value);

  Head& head_;
  ChunkSink& sink_;
  std::span<const char> bytes_ = {};
};

/// What the parser's own verdicts mean for the client.
Refusal refusal_of(const boost::beast::error_code& code, const Limits& limits);

}  // namespace mlops::http
