#include <curl/curl.h>
#include <fmt/format.h>

#include "src/fetch/client.hpp"
#include "src/fetch/download.hpp"
#include "src/fetch/entry.hpp"

extern "C" const char* mlops_engine_version() {
  static const std::string text = [] {
    const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
    return fmt::format("libcurl {} ({})", info->version, info->ssl_version);
  }();
  return text.c_str();
}

extern "C" void mlops_http_download(const mlops::http::Download& request, mlops::Progress& progress,
                                    const mlops::Cancel* cancel, mlops::http::Downloaded& out) {
  out = mlops::http::Session(request, progress, cancel).run();
}

extern "C" mlops::http::Client* mlops_http_make_client(const mlops::http::Network& network,
                                                       const mlops::http::ClientLimits& limits,
                                                       const mlops::Cancel* cancel) {
  return new mlops::http::WireClient(network, limits, cancel);
}
