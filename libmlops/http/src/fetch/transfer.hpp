#pragma once
/// One request and its answer, through libcurl. The body of a 200, 203 or 206 goes to a Partial; of others
/// nothing is kept. No redirect is followed here.

#include <mlops/http/download.hpp>

#include <exception>
#include <string>
#include <string_view>

#include "src/fetch/partial.hpp"
#include "src/fetch/wire.hpp"

namespace mlops::http {

class Transfer {
 public:
  Transfer(const Download& request, Progress& progress, const Cancel* cancel, Partial& partial)
      : request_(request), progress_(progress), partial_(partial), wire_(request.network, cancel) {}
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Gets `url`; with `resume` only what the Partial lacks. Throws Error: interrupted, busy (disk full),
  /// failed (too large), and what writing says.
  Reply get(const std::string& url, bool resume);

 private:
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  void set_up(const std::string& url);
  FieldLines headers(bool resume) const;
  bool add_body(std::string_view bytes);
  bool begin_body();
  bool continues() const;

  const Download& request_;
  Progress& progress_;
  Partial& partial_;
  Wire wire_;
  Reply reply_;
  bool began_ = false;
  std::uint64_t passed_over_ = 0;
  std::exception_ptr fault_;  // of a callback, which libcurl must not see
};

}  // namespace mlops::http
