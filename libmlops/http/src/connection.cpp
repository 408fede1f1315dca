#include "src/connection.hpp"

#include "src/answer.hpp"
#include "src/loop.hpp"

#include <mlops/base/text.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <sys/socket.h>

namespace mlops::http {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kept_answer_bytes = 64 * 1024;
constexpr std::chrono::seconds leave_time{2};
/// What a client has to take each second of a long answer, beyond write_time.
constexpr std::size_t least_rate = 256 * 1024;

}  // namespace

Connection::Connection(Loop& loop, asio::ip::tcp::socket socket, Welcome welcome)
    : loop_(loop),
      socket_(std::move(socket)),
      descriptor_(socket_.native_handle()),
      reader_(loop.shared().limits, loop.shared().budget),
      welcome_(welcome) {}

Connection::~Connection() = default;

void Connection::start() {
  if (welcome_ == Welcome::turned_away) {
    return guarded([&] { refuse_and_leave({503, "too many connections"}); });
  }
  expires_in(loop_.shared().limits.idle_time);
  read();
}

void Connection::expires_in(std::chrono::seconds time) { deadline_ = loop_.now() + time.count() + 1; }

void Connection::read() {
  const auto space = reader_.space();
  socket_.async_read_some(asio::mutable_buffer(space.data(), space.size()),
                          [this](const Code& code, std::size_t bytes) { received(code, bytes); });
}

void Connection::received(const Code& code, std::size_t bytes) {
  if (is_cut_) return close();
  const bool was_asked = std::exchange(is_asked_to_leave_, false);
  if (was_asked && code == asio::error::operation_aborted) return nothing_waits() ? close() : read();
  if (std::exchange(is_late_, false)) {
    const auto limit = loop_.shared().limits.request_time.count();
    return guarded([&] { refuse_and_leave({408, fmt::format("the request took longer than {} s", limit)}); });
  }
  if (code) return close();
  if (activity_ == Activity::idle) {
    activity_ = Activity::receiving;
    expires_in(loop_.shared().limits.request_time);
  }
  reader_.filled(bytes);
  go();
}

void Connection::guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& fault) {
    loop_.shared().fault(fault.what());
    close();
  }
}

bool Connection::send() {
  if (out_.empty()) return true;
  const ssize_t bytes = ::send(descriptor_, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  sent_ = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  if (sent_ == out_.size()) {
    clear_output();
    return true;
  }
  after_sending_ = activity_;
  activity_ = Activity::sending;
  expires_in(loop_.shared().limits.write_time + std::chrono::seconds(out_.size() / least_rate));
  asio::async_write(socket_, asio::const_buffer(out_.data() + sent_, out_.size() - sent_),
                    [this](const Code& code, std::size_t) { sent(code); });
  return false;
}

void Connection::sent(const Code& code) {
  if (code || is_cut_) return close();
  clear_output();
  activity_ = after_sending_;
  const Limits& limits = loop_.shared().limits;
  expires_in(activity_ == Activity::idle ? limits.idle_time : limits.request_time);
  guarded([this] {
    if (proceed()) go();
  });
}

void Connection::clear_output() {
  out_.clear();
  if (out_.capacity() > kept_answer_bytes) std::string().swap(out_);
}

bool Connection::proceed() {
  switch (then_) {
    case Then::go_on:
      return true;
    case Then::read:
      read();
      return false;
    case Then::compute:
      compute();
      return false;
    case Then::leave:
      leave();
      return false;
  }
  return false;
}

void Connection::leave() {
  Code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  activity_ = Activity::leaving;
  expires_in(leave_time);
  discard();
}

void Connection::discard() {
  socket_.async_read_some(loop_.scratch(), [this](const Code& code, std::size_t) {
    if (code || is_cut_) return close();
    discard();
  });
}

void Connection::sweep() {
  if (deadline_ > loop_.now() || activity_ == Activity::computing || is_cut_ || is_late_) return;
  switch (activity_) {
    case Activity::receiving: {
      is_late_ = true;
      Code ignored;
      socket_.cancel(ignored);
      break;
    }
    case Activity::sending:
      ++loop_.shared().counters.too_slow;
      cut();
      break;
    default:
      cut();
  }
}

void Connection::leave_if_idle() {
  const bool asks = activity_ == Activity::receiving ? !reader_.is_in_head() : activity_ != Activity::idle;
  if (asks || is_cut_) return;
  is_asked_to_leave_ = true;
  Code ignored;
  socket_.cancel(ignored);
}

bool Connection::nothing_waits() const {
  char one = 0;
  return ::recv(descriptor_, &one, 1, MSG_DONTWAIT | MSG_PEEK) <= 0;
}

/// The operation under way ends with an error, and its handler closes.
void Connection::cut() {
  is_cut_ = true;
  Code ignored;
  if (activity_ == Activity::sending) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Connection::close() { loop_.remove(*this); }

}  // namespace mlops::http
