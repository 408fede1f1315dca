#pragma once
/// Requests to one bucket: signed, tried again where that may help, with the region and the time that the
/// server says. Safe for many threads; each request that goes on has a connection of its own.

#include <mlops/base/clock.hpp>
#include <mlops/base/error.hpp>
#include <mlops/http/client.hpp>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "src/s3/answers.hpp"
#include "src/s3/bucket.hpp"
#include "src/s3/credentials.hpp"
#include "src/s3/open.hpp"
#include "src/s3/uri.hpp"

namespace mlops::remote::s3 {

struct Ask {
  std::string method = "GET";
  std::string key = {};  ///< Whole, with the prefix; empty: the bucket.
  Query query = {};
  std::map<std::string, std::string> fields = {};  ///< Names in lower case.

  /// What is sent, as http::Call has it.
  std::string_view body = {};
  std::filesystem::path file = {};
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string payload = {};  ///< SHA-256 of a file's range, in hexadecimal digits; of `body` it is made here.

  std::function<void(const http::Answer& head)> begun = nullptr;
  std::function<void(std::string_view bytes)> take = nullptr;
  std::function<void(std::uint64_t bytes)> sent = nullptr;
  /// Called before it is tried again: what was taken or sent came to nothing, unless it says otherwise here.
  std::function<void(Ask& ask)> again = nullptr;
  /// An answer of 200 may hold a fault: the server had to say 200 before it knew.
  bool fault_behind_200 = false;
};

struct Told {
  http::Answer answer;
  Fault fault = {};  ///< Of a status of 400 and more.
  unsigned attempts = 1;

  int status() const { return answer.status; }
  bool good() const { return answer.status >= 200 && answer.status < 300; }
};

class Service {
 public:
  /// `surroundings` and what they point to must outlive it. Throws Error: usage, not_found (no credentials).
  Service(const Address& address, const Surroundings& surroundings, const Manner& manner);

  /// Of every key.
  const std::string& prefix() const { return bucket_.prefix; }
  const Manner& manner() const { return manner_; }
  const Cancel* cancel() const { return cancel_; }

  /// The answer that stays, whatever it is. Throws Error: busy (the server fails, or cannot be reached), what
  /// http::Client and the functions of `ask` throw.
  Told send(Ask ask);

  /// The answer of success; any other is the Error that refusal() makes of it.
  Told need(const Ask& ask);

  /// "s3://bucket/key"
  std::string place_of(const std::string& key) const;

  /// Throws Error: not_found (id "remote.no_bucket", "remote.not_found"), failed ("remote.refused"), busy.
  Error refusal(const Told& told, const std::string& key);

 private:
  class Attempt;

  http::Answer exchange(const Ask& ask, const Bucket& bucket);
  bool adapt(const Told& told, const Bucket& used);
  Bucket bucket_now();
  http::Call signed_call(const Ask& ask, const Bucket& bucket);
  std::unique_ptr<http::Client> borrow();
  void give_back(std::unique_ptr<http::Client> client);

  Bucket bucket_;  // its region may change, under the mutex
  const Manner manner_;
  Engines& engines_;
  const Cancel* cancel_;
  const http::Network network_;
  const SystemClock clock_ = {};
  Keys keys_;
  std::atomic<std::int64_t> ahead_us_ = 0;  // of the server's clock before ours
  std::mutex mutex_;
  std::vector<std::unique_ptr<http::Client>> idle_;
};

}  // namespace mlops::remote::s3
