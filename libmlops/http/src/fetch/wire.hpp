#pragma once
/// libcurl's handles, and what every request through them has in common: whom it trusts, what stands between,
/// how long it waits, that it can be cancelled. Nothing of it comes from the environment. The connections of
/// one request serve the next. Used by one thread.

#include <mlops/base/cancel.hpp>
#include <mlops/http/network.hpp>

#include <curl/curl.h>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace mlops::http {

/// What came of a request.
struct Reply {
  CURLcode code = CURLE_OK;
  std::string reason = {};  ///< What libcurl says of `code`.
  long status = 0;
  std::map<std::string, std::string> fields = {};  ///< Names in lower case; the last of equal ones.
  std::string redirect = {};  ///< Absolute, where the status is a redirection with a place.
  long retry_after_s = 0;

  const std::string& field(const std::string& name) const;
};

/// Adds "Name: value" to the fields; a line with the status begins them anew.
void add_field(Reply& reply, std::string_view line);

/// Lines of fields as libcurl takes them.
class FieldLines {
 public:
  FieldLines() = default;
  ~FieldLines() { curl_slist_free_all(list_); }
  FieldLines(FieldLines&& other) noexcept : list_(std::exchange(other.list_, nullptr)) {}
  FieldLines& operator=(FieldLines&&) = delete;

  void add(const std::string& line);
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

struct Waits {
  std::chrono::milliseconds connect_time;
  std::chrono::seconds stall_time;
  unsigned stall_bytes;
};

class Wire {
 public:
  Wire(const Network& network, const Cancel* cancel);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Forgets the options of the last request and sets those that all have.
  void begin(const std::string& url, const Waits& waits);

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_, option, value);
  }

  /// Fills all of `reply` but its fields, which are the business of who hears the headers. `at_tick` is
  /// called ten times a second at least. Throws Error: interrupted, failed.
  void perform(Reply& reply, const FieldLines& lines, const std::function<void()>& at_tick);

  /// Of the answer whose headers have come.
  long status() const;

 private:
  CURLcode run(const std::function<void()>& at_tick);

  const Network& network_;
  const Cancel* cancel_;
  CURLM* multi_;
  CURL* easy_;
  char reason_[CURL_ERROR_SIZE] = {};
};

}  // namespace mlops::http
