#pragma once
/// How the outside is reached: proxies, authorities and credentials, as the environment that is handed in
/// names them (the conventions of curl). Pure but for the look at which files are there.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace mlops::http {

struct Network {
  std::string http_proxy =
      {};  ///< http_proxy, else all_proxy. HTTP_PROXY is what a CGI client may set: not read.
  std::string https_proxy = {};        ///< https_proxy or HTTPS_PROXY, else all_proxy or ALL_PROXY.
  std::string no_proxy = {};           ///< Hosts that are reached without: no_proxy or NO_PROXY.
  std::filesystem::path ca_file = {};  ///< SSL_CERT_FILE, else the system's; empty: none was found.
  std::filesystem::path ca_dir = {};   ///< SSL_CERT_DIR.
  std::filesystem::path netrc = {};    ///< NETRC, else ~/.netrc if it is there: names and passwords by host.
};

Network network_of(const std::map<std::string, std::string>& environment);

/// "https" of "https://host/path"; empty when there is no scheme. Lower case.
std::string scheme_of(std::string_view url);

/// "host" of "https://user@host:8443/path?query".
std::string host_of(std::string_view url);

/// The URL as messages show it: without its query, which may hold a key.
std::string shown(std::string_view url);

/// Throws Error(usage) for what is no URL of http or https, or carries a name or password.
void require_fetchable(std::string_view url);

}  // namespace mlops::http
