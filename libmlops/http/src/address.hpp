#pragma once
/// From a host and a port to a listening socket, and from a listening socket to a URL.

#include "src/descriptor.hpp"

#include <mlops/http/server.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace mlops::http {

struct Listening {
  Descriptor descriptor = {};
  boost::asio::ip::tcp::endpoint endpoint = {};
};

/// Throws Error as mlops::http::listen().
Listening listen_on(const std::string& host, std::uint16_t port);

/// A duplicate of a socket that listens already. Throws Error: usage (it is none), failed.
Listening listen_with(int descriptor);

/// An address that works on this machine, for one of all addresses; a name stays a name.
std::string url_of(const std::string& host, const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace mlops::http
