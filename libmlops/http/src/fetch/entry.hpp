#pragma once
/// The symbols of the engine `fetch`, shared by the half that looks them up and the half that has them.

#include <mlops/http/download.hpp>

/// Throws Error.
extern "C" void mlops_http_download(const mlops::http::Download& request, mlops::Progress& progress,
                                    const mlops::Cancel* cancel, mlops::http::Downloaded& out);

/// "libcurl 7.88.1 (OpenSSL/3.0.11)": every engine has this symbol.
extern "C" const char* mlops_engine_version();
