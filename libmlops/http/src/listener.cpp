#include "src/listener.hpp"

#include <boost/asio/post.hpp>

#include <fmt/format.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace mlops::http {
namespace asio = boost::asio;
using Code = boost::system::error_code;

namespace {

constexpr int accepts_at_once = 64;
constexpr int all_that_wait = 1 << 16;
constexpr std::chrono::milliseconds pause_time{100};
constexpr std::chrono::milliseconds closing_time{50};
constexpr std::chrono::minutes silence{1};
/// Connections over the limit that are told so at the same time; the others are closed without a word.
constexpr std::size_t most_turned_away = 256;

/// Classic BPF over the TCP header: packets that begin a connection are dropped, so that none begins between
/// the last accept() and close(), which would reset it. The client's system sends them again, a second later.
void refuse_new_connections(int listener) {
  sock_filter code[] = {
      {BPF_LD | BPF_B | BPF_ABS, 0, 0, 13},      // the flags
      {BPF_JMP | BPF_JSET | BPF_K, 0, 1, 0x02},  // SYN
      {BPF_RET | BPF_K, 0, 0, 0},
      {BPF_RET | BPF_K, 0, 0, 0xffffffff},
  };
  const sock_fprog program = {4, code};
  ::setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

bool is_exhaustion(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

}  // namespace

Listener::Listener(Shared& shared, std::vector<std::unique_ptr<Loop>>& loops, int descriptor,
                   asio::ip::tcp protocol)
    : shared_(shared),
      loops_(loops),
      protocol_(protocol),
      acceptor_(loops.front()->context(), protocol, descriptor),
      timer_(loops.front()->context()) {}

void Listener::wait() {
  acceptor_.async_wait(asio::socket_base::wait_read, [this](const Code& code) {
    if (!code && accept_some(accepts_at_once)) wait();
  });
}

bool Listener::accept_some(int most) {
  try {
    return accept_up_to(most);
  } catch (const std::bad_alloc&) {
    pause(ENOMEM);
    return false;
  }
}

bool Listener::accept_up_to(int most) {
  for (int i = 0; i < most; ++i) {
    const int descriptor =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      welcome(descriptor);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return true;
    } else if (is_exhaustion(errno)) {
      pause(errno);
      return false;
    }
    // Anything else is the fault of one connection, which is gone: accept(2).
  }
  return true;
}

void Listener::welcome(int descriptor) {
  if (shared_.open.get() < shared_.limits.connections) {
    ++shared_.counters.accepted;
    shared_.open.add();
    idlest().adopt(descriptor, protocol_, Connection::Welcome::served);
    return;
  }
  ++shared_.counters.refused;
  if (shared_.turned_away.load() >= most_turned_away) {
    ::close(descriptor);
    return;
  }
  ++shared_.turned_away;
  idlest().adopt(descriptor, protocol_, Connection::Welcome::turned_away);
}

void Listener::pause(int error_number) {
  const auto now = std::chrono::steady_clock::now();
  if (last_told_ == std::chrono::steady_clock::time_point() || now - last_told_ > silence) {
    shared_.fault(fmt::format("cannot accept connections for a while: {}", std::strerror(error_number)));
    last_told_ = now;
  }
  timer_.expires_after(pause_time);
  timer_.async_wait([this](const Code& code) {
    if (!code) wait();
  });
}

Loop& Listener::idlest() {
  return **std::min_element(loops_.begin(), loops_.end(),
                            [](const auto& a, const auto& b) { return a->connections() < b->connections(); });
}

void Listener::close(std::function<void()> done) {
  asio::post(acceptor_.get_executor(), [this, done = std::move(done)] {
    if (!acceptor_.is_open()) return done();
    refuse_new_connections(acceptor_.native_handle());
    timer_.expires_after(closing_time);  // for handshakes that are under way
    timer_.async_wait([this, done](const Code&) {
      if (acceptor_.is_open()) accept_some(all_that_wait);
      Code ignored;
      acceptor_.close(ignored);
      done();
    });
  });
}

}  // namespace mlops::http
