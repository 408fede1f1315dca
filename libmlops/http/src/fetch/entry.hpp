#pragma once
/// The symbols of the engine `fetch`, shared by the half that looks them up and the half that has them.

#include <mlops/http/client.hpp>
#include <mlops/http/download.hpp>

/// Throws Error.
extern "C" void mlops_http_download(const mlops::http::Download& request, mlops::Progress& progress,
                                    const mlops::Cancel* cancel, mlops::http::Downloaded& out);

/// Throws Error. The caller deletes it.
extern "C" mlops::http::Client* mlops_http_make_client(const mlops::http::Network& network,
                                                       const mlops::http::ClientLimits& limits,
                                                       const mlops::Cancel* cancel);

/// "libcurl 7.88.1 (OpenSSL/3.0.11)": every engine has this symbol.
extern "C" const char* mlops_engine_version();
