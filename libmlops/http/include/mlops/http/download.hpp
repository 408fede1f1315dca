#pragma once
/// One file by GET over http or https (RFC 9110), through the engine `fetch` (libcurl). The body goes to a
/// file as the server sends it: no content coding is asked for, so that the same file gives the same bytes
/// each time. What is cut is resumed where the server allows it (Range with If-Range, else from the
/// beginning); what may pass (connections that fail, 408, 425, 429, 5xx) is tried again with growing pauses
/// or as Retry-After says. Redirects are followed by us: bounded, to http and https only, never from https to
/// http. Certificates are always verified. Passwords come from a netrc file and go to https or to this very
/// machine only.

#include <mlops/base/cancel.hpp>
#include <mlops/base/engines.hpp>
#include <mlops/base/progress.hpp>
#include <mlops/http/network.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace mlops::http {

/// What tells one state of a resource from the next (RFC 9110, 8.8); as the server wrote it.
struct Seen {
  std::string etag = {};
  std::string modified = {};

  bool operator==(const Seen&) const = default;
  bool empty() const { return etag.empty() && modified.empty(); }
};

struct DownloadLimits {
  std::uint64_t body_bytes = std::uint64_t{64} << 30;
  unsigned redirects = 10;
  unsigned attempts = 5;  ///< In a row that brought less than `progress_bytes`.
  std::uint64_t progress_bytes = 1 << 20;
  std::chrono::milliseconds connect_time{20'000};
  std::chrono::seconds stall_time{30};  ///< Without `stall_bytes` a second for so long, it is cut.
  unsigned stall_bytes = 64;
  std::chrono::milliseconds first_pause{500};       ///< Twice as long each time.
  std::chrono::milliseconds longest_pause{60'000};  ///< A Retry-After beyond it ends the download.
};

struct Download {
  std::string url;
  std::filesystem::path file;  ///< Written from the beginning; what stays there after an Error means nothing.
  Seen seen = {};              ///< Of a state that the caller has: when it is still that, nothing is sent.
  Network network = {};
  DownloadLimits limits = {};
};

struct Downloaded {
  bool unchanged = false;  ///< The server says that it is as `seen`; `file` holds nothing.
  Seen seen = {};
  std::string content_type = {};
  std::string url = {};  ///< Where it was in the end, after redirects.
  std::uint64_t bytes = 0;
  unsigned attempts = 1;  ///< Requests made, without those that were redirected.
};

/// Throws Error: usage (no URL, credentials in it), not_found (404, 410, no such host), failed (refused: 401,
/// 403, other 4xx; certificates; redirects; larger than the limit), busy (to be tried later: connection
/// refused or cut, too slow, 5xx, 429; disk full), interrupted.
Downloaded download(Engines& engines, const Download& request, Progress& progress,
                    const Cancel* cancel = nullptr);

}  // namespace mlops::http
