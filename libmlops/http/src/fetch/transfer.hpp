#pragma once
/// One request and its answer, through libcurl. The body of a 200, 203 or 206 goes to a Partial; of others
/// nothing is kept. No redirect is followed here.

#include <mlops/http/download.hpp>

#include <curl/curl.h>

#include <exception>
#include <map>
#include <string>
#include <string_view>

#include "src/fetch/partial.hpp"

namespace mlops::http {

struct Reply {
  CURLcode code = CURLE_OK;
  std::string reason = {};  ///< What libcurl says of `code`.
  long status = 0;
  std::map<std::string, std::string> fields = {};  ///< Names in lower case; the last of equal ones.
  std::string redirect = {};  ///< Absolute, where the status is a redirection with a place.
  long retry_after_s = 0;
  std::string proxy = {};  ///< What stood between, if anything.

  const std::string& field(const std::string& name) const;
};

class Transfer {
 public:
  Transfer(const Download& request, Progress& progress, const Cancel* cancel, Partial& partial);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Gets `url`; with `resume` only what the Partial lacks. Throws Error: interrupted, busy (disk full),
  /// failed (too large), and what writing says.
  Reply get(const std::string& url, bool resume);

 private:
  static std::size_t take_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);
  void set_up(const std::string& url);
  void set_authorities();
  void set_proxy(const std::string& url);
  curl_slist* headers(bool resume) const;
  CURLcode perform();
  void add_header(std::string_view line);
  bool add_body(std::string_view bytes);
  bool begin_body();
  bool continues() const;

  const Download& request_;
  Progress& progress_;
  const Cancel* cancel_;
  Partial& partial_;
  CURLM* multi_;
  CURL* easy_;
  char reason_[CURL_ERROR_SIZE] = {};
  Reply reply_;
  bool began_ = false;
  std::uint64_t passed_over_ = 0;
  std::exception_ptr fault_;  // of a callback, which libcurl must not see
};

}  // namespace mlops::http
