#include "src/socket.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace mlops::mlflow {
namespace {

constexpr int backlog = 128;

}  // namespace

Socket listening_socket() {
  Socket out;
  out.descriptor = fs::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!out.descriptor) return {};
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  const int socket = out.descriptor.get();
  const bool listens = ::bind(socket, plain, size) == 0 && ::listen(socket, backlog) == 0 &&
                       ::getsockname(socket, plain, &size) == 0;
  if (!listens) return {};
  out.port = ntohs(address.sin_port);
  return out;
}

bool is_called(const Socket& socket) {
  pollfd waiting = {socket.descriptor.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1 && (waiting.revents & POLLIN) != 0;
}

}  // namespace mlops::mlflow
