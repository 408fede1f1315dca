#include "src/entry.hpp"
#include "src/server.hpp"

#include <boost/version.hpp>

#include <fmt/format.h>

extern "C" const char* mlops_engine_version() {
  static const std::string text =
      fmt::format("Boost {}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
  return text.c_str();
}

extern "C" mlops::http::Server* mlops_http_listen(const mlops::http::ServerOptions& options) {
  return new mlops::http::AsioServer(options);
}
