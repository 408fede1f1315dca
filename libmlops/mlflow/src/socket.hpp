#pragma once
/// A socket that listens on a port of 127.0.0.1, for whoever will answer there.

#include <mlops/fs/file.hpp>

#include <cstdint>

namespace mlops::mlflow {

struct Socket {
  fs::Descriptor descriptor = {};
  std::uint16_t port = 0;
};

/// On any port that is free; an empty one where none is to be had.
Socket listening_socket();

/// Somebody has connected and waits.
bool is_called(const Socket& socket);

}  // namespace mlops::mlflow
