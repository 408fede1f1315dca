#pragma once
/// The symbols of the engine `http`, shared by the half that looks them up and the half that has them.

#include <mlops/http/server.hpp>

/// The caller owns the server. Throws Error.
extern "C" mlops::http::Server* mlops_http_listen(const mlops::http::ServerOptions& options);

/// "Boost 1.74.0": every engine has this symbol.
extern "C" const char* mlops_engine_version();
