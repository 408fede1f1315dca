/// http_echo ENGINES PORT THREADS [BODY_BYTES]: answers every request with the same small JSON, through the
/// module http and nothing else: the floor that serving stands on. With BODY_BYTES the answer is that long.
/// Prints the port when it listens, and ends with a signal.

#include <mlops/base/error.hpp>
#include <mlops/http/server.hpp>

#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string body_of(std::size_t bytes) {
  std::string body = R"({"ok":true})";
  if (bytes > body.size()) body.insert(body.size() - 1, R"(,"x":")" + std::string(bytes, 'x') + '"');
  return body;
}

int run(const char* folder, int port, int threads, std::size_t bytes) {
  mlops::Engines engines({folder});
  const std::string body = body_of(bytes);
  const auto server = mlops::http::listen(engines, {.port = static_cast<std::uint16_t>(port),
                                                    .threads = static_cast<unsigned>(threads),
                                                    .make_handler = [&] {
                                                      return [&body](const mlops::http::Request&,
                                                                     mlops::http::Response& response) {
                                                        response.body = body;
                                                      };
                                                    }});
  std::printf("%d\n", server->port());
  std::fflush(stdout);
  while (poll(nullptr, 0, -1) == 0) {
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 4) {
    std::fputs("usage: http_echo ENGINES PORT THREADS [BODY_BYTES]\n", stderr);
    return 2;
  }
  return run(argv[1], std::atoi(argv[2]), std::atoi(argv[3]),
             argc > 4 ? std::strtoul(argv[4], nullptr, 10) : 0);
} catch (const mlops::Error& fault) {
  std::fprintf(stderr, "error: %s\n", fault.what());
  return 1;
}
