#pragma once
/// Requests to a server over http or https (RFC 9110) for who speaks its protocol, through the engine `fetch`
/// (libcurl): one exchange a call, nothing is retried and no redirect followed here. Certificates are always
/// verified. A client keeps its connections from call to call; it is used by one thread.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/http/network.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::http {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> fields = {};  ///< Names in lower case.
  std::string body = {};

  /// Empty when there is no field of that name.
  const std::string& field(const std::string& name) const;
};

struct Call {
  std::string method = "GET";  ///< The answer to a HEAD has no body; a PUT and a POST have one, be it empty.
  std::string url = {};        ///< Sent as it is: already percent-encoded.
  std::vector<std::pair<std::string, std::string>> fields = {};

  /// What is sent: these bytes, or `size` bytes of the file from `offset` on.
  std::string_view body = {};
  std::filesystem::path file = {};
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  /// Sees status and fields of an answer of 200 or 206 before its body; what it throws ends the call.
  std::function<void(const Answer& head)> begun = nullptr;
  /// Takes the body of an answer of 200 or 206 in pieces; without it, and of other answers, it is in
  /// Answer::body, which may have 16 MiB.
  std::function<void(std::string_view bytes)> take = nullptr;
  /// Hears of bytes of the body as they are sent.
  std::function<void(std::uint64_t bytes)> sent = nullptr;
};

struct ClientLimits {
  std::chrono::milliseconds connect_time{20'000};
  std::chrono::seconds stall_time{30};  ///< Without `stall_bytes` a second for so long, it is cut.
  unsigned stall_bytes = 64;
};

class Client {
 public:
  virtual ~Client() = default;

  /// Whatever the status is. Throws Error: not_found (no such host), busy (refused, cut, too slow: may pass),
  /// failed (certificates, an answer of more than 16 MiB), usage (no URL), interrupted, not_found and failed
  /// (the file cannot be read), and what the functions of the call throw.
  virtual Answer perform(const Call& call) = 0;
};

/// `network` is copied. Throws Error(failed) when the engine is not installed.
std::unique_ptr<Client> make_client(Engines& engines, const Network& network, const ClientLimits& limits = {},
                                    const Cancel* cancel = nullptr);

}  // namespace mlops::http
