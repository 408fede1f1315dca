// Hosts and ports.
#include "http_client.hpp"

#include <mlops/base/error.hpp>

#include <signal.h>
#include <sys/wait.h>

#include <fstream>

namespace mlops::http {
namespace {

class HttpListen : public Http {
 protected:
  Error fault_of(const std::string& host, std::uint16_t port) {
    ServerOptions how = options();
    how.host = host;
    how.port = port;
    try {
      listen(engines_, how);
    } catch (const Error& fault) {
      return fault;
    }
    return error(Code::internal, "it listens");
  }
  void serve_on(const std::string& host) {
    ServerOptions how = options();
    how.host = host;
    serve(how);
  }
};

int connect_v6(std::uint16_t port) {
  const int socket = ::socket(AF_INET6, SOCK_STREAM, 0);
  sockaddr_in6 address = {};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  address.sin6_addr = in6addr_loopback;
  const bool connected = ::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return connected;
}

std::string own_command_line() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  text.pop_back();
  for (char& c : text) c = c == '\0' ? ' ' : c;
  return text.size() <= 80 ? text : text.substr(0, 77) + "...";
}

TEST_F(HttpListen, TheUrlIsOneThatWorksHere) {
  serve();
  EXPECT_EQ(server_->url(), fmt::format("http://127.0.0.1:{}", server_->port()));
  EXPECT_NE(server_->port(), 0);
  serve_on("0.0.0.0");
  EXPECT_EQ(server_->url(), fmt::format("http://127.0.0.1:{}", server_->port()));
  serve_on("localhost");
  EXPECT_EQ(server_->url(), fmt::format("http://localhost:{}", server_->port()));
  EXPECT_EQ(ask(get("/")).status, 200) << "over IPv4";
}

/// Somebody calls first, and only then a server begins on the socket.
TEST_F(HttpListen, ASocketThatListensAlreadyIsServedWithWhoWaitsThere) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  ServerOptions how = options();
  how.listening = socket;
  EXPECT_THROW(listen(engines_, how), Error) << "it does not listen yet";
  ASSERT_EQ(::bind(socket, plain, size), 0);
  ASSERT_EQ(::listen(socket, 8), 0);
  ASSERT_EQ(::getsockname(socket, plain, &size), 0);
  const int caller = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(::connect(caller, plain, size), 0);
  serve(how);
  EXPECT_EQ(server_->port(), ntohs(address.sin_port));
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(::send(caller, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string answer(12, ' ');
  EXPECT_EQ(::recv(caller, answer.data(), answer.size(), MSG_WAITALL), 12);
  EXPECT_EQ(answer, "HTTP/1.1 200");
  ::close(caller);
  server_.reset();
  EXPECT_EQ(::listen(socket, 8), 0) << "the caller's own is open still";
  ::close(socket);
}

TEST_F(HttpListen, Ipv6IsServedAndItsUrlHasBrackets) {
  std::ifstream interfaces("/proc/net/if_inet6");
  std::string line;
  if (!std::getline(interfaces, line)) {
    EXPECT_NE(fault_of("::1", 0).message(), "it listens") << "a machine without IPv6 says so";
    return;
  }
  for (const auto* host : {"::1", "[::1]", "::"}) {
    serve_on(host);
    EXPECT_EQ(server_->url(), fmt::format("http://[::1]:{}", server_->port())) << host;
    EXPECT_TRUE(connect_v6(server_->port())) << host;
  }
  EXPECT_EQ(ask(get("/")).status, 200) << "'::' is reached over IPv4 too";
}

TEST_F(HttpListen, ATakenPortNamesItsHolder) {
  serve();
  const Error fault = fault_of("127.0.0.1", server_->port());
  EXPECT_EQ(fault.code(), Code::busy);
  EXPECT_EQ(fault.message(), fmt::format("port {} is taken by process {} ({})", server_->port(), getpid(),
                                         own_command_line()));
  EXPECT_EQ(fault.hint(), "`--port 0` takes any free one");
  EXPECT_EQ(fault_of("0.0.0.0", server_->port()).code(), Code::busy) << "all addresses include a taken one";
  EXPECT_EQ(ask(get("/")).status, 200) << "and the first server answers on";
}

TEST_F(HttpListen, APortIsFreeAgainWhenTheServerHasGone) {
  serve();
  Client one = client();
  one.ask(get("/"));
  ServerOptions how = options();
  how.port = server_->port();
  server_.reset();  // its connections linger in TIME_WAIT
  serve(how);
  EXPECT_EQ(server_->port(), how.port);
  EXPECT_EQ(ask(get("/")).status, 200);
}

TEST_F(HttpListen, AHolderOfAnotherUserIsNotNamed) {
  if (getuid() != 0) GTEST_SKIP() << "only root can become another user";
  int port_pipe[2];
  ASSERT_EQ(pipe(port_pipe), 0);
  const pid_t child = fork();  // while there are no threads, whose locks it would keep for ever
  if (child == 0) {
    std::uint16_t port = 0;
    fault_of("", 0);  // the engine is opened while it may be
    const bool ok = read(port_pipe[0], &port, sizeof port) == sizeof port && setgid(65534) == 0 &&
                    setuid(65534) == 0 &&
                    fault_of("127.0.0.1", port).message() ==
                        fmt::format("port {} is taken by a process of another user", port);
    _exit(ok ? 0 : 1);
  }
  serve();
  const std::uint16_t port = server_->port();
  ASSERT_EQ(write(port_pipe[1], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  for (const int end : port_pipe) ::close(end);
}

TEST_F(HttpListen, APortOfRootsIsRefusedToOthers) {
  std::ifstream in("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  int first = 0;
  in >> first;
  if (getuid() != 0 || first <= 1) GTEST_SKIP() << "needs root, to become another user, and a port of root's";
  const pid_t child = fork();
  if (child == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(2);
    const Error fault = fault_of("127.0.0.1", 1);
    _exit(fault.code() == Code::usage && fault.message().starts_with("port 1 is not for this user") ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST_F(HttpListen, AHostThatIsNotHereIsTheUsersFault) {
  const Error elsewhere = fault_of("192.0.2.1", 0);  // RFC 5737: for documentation
  EXPECT_EQ(elsewhere.code(), Code::usage);
  EXPECT_EQ(elsewhere.message(), "'192.0.2.1' is not an address of this machine");
  const Error unknown = fault_of("no.such.host.invalid", 0);
  EXPECT_EQ(unknown.code(), Code::usage);
  EXPECT_EQ(unknown.message(), "cannot listen on 'no.such.host.invalid': no such host");
  EXPECT_EQ(fault_of("", 0).code(), Code::usage);
}

TEST_F(HttpListen, AHandlerThatCannotBeMadeIsTheCallersErrorAndFreesThePort) {
  ServerOptions how = options();
  how.make_handler = []() -> Handler { throw error(Code::corrupt, "no model"); };
  EXPECT_THROW(serve(how), Error);
}

TEST_F(HttpListen, SignalsGoToTheCallersThread) {
  serve();
  ask(get("/"));
  int threads = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    if (task.path().filename() == std::to_string(getpid())) continue;
    std::ifstream in(task.path() / "status");
    std::string line, name;
    while (std::getline(in, line)) {
      if (line.starts_with("Name:")) name = line.substr(6);
      if (!line.starts_with("SigBlk:") || (name != "http" && name != "http-pool")) continue;
      ++threads;
      const auto blocked = std::stoull(line.substr(8), nullptr, 16);
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD}) {
        EXPECT_NE(blocked >> (signal - 1) & 1, 0u) << signal;
      }
    }
  }
  EXPECT_EQ(threads, 4) << "two loops and two threads of the pool";
}

}  // namespace
}  // namespace mlops::http
