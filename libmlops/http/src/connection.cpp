#include "src/connection.hpp"

#include "src/answer.hpp"
#include "src/loop.hpp"

#include <mlops/base/text.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <sys/socket.h>

namespace mlops::http {
namespace asio = boost::asio;

namespace {

/// Answers to pipelined requests are sent when they are this many bytes.
constexpr std::size_t flush_bytes = 64 * 1024;
constexpr std::size_t kept_bytes = 64 * 1024;
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
  if (is_late_) {
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

/// Without memory this connection goes, and the others stay.
template <typename Work>
void Connection::guarded(Work work) {
  try {
    work();
  } catch (const std::exception& fault) {
    loop_.shared().fault(fault.what());
    close();
  }
}

void Connection::go() {
  guarded([this] {
    do {
      then_ = answer_requests();
      if (!send()) return;
    } while (proceed());
  });
}

Connection::Then Connection::answer_requests() {
  for (;;) {
    switch (reader_.advance()) {
      case Reader::State::empty:
        activity_ = Activity::idle;
        expires_in(loop_.shared().limits.idle_time);
        return loop_.shared().stage == Stage::closing && nothing_waits() ? Then::leave : Then::read;
      case Reader::State::need_more:
        return Then::read;
      case Reader::State::wants_continue:
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
        return Then::read;
      case Reader::State::refused:
        refuse(reader_.refusal());
        return Then::leave;
      case Reader::State::complete:
        if (reader_.is_big()) return Then::compute;
        answer_request();
        break;
    }
    if (then_ == Then::leave) return Then::leave;
    if (out_.size() > flush_bytes) return Then::go_on;
  }
}

void Connection::answer_request() {
  Response& response = loop_.response();
  answer(loop_.handler(), reader_.request(), response, loop_.shared());
  append_answer(response);
}

bool Connection::closes_after_request() const {
  if (!reader_.keeps_alive()) return true;
  const bool drains = loop_.shared().stage.load(std::memory_order_relaxed) != Stage::serving;
  return drains && !reader_.has_more() && nothing_waits();
}

void Connection::append_answer(Response& response) {
  const bool closes = closes_after_request();
  append(out_, response, loop_.date(),
         {.closes = closes, .is_head = reader_.request().method == "HEAD", .is_http11 = reader_.is_http11()});
  reader_.finish();
  if (closes) then_ = Then::leave;
  if (reader_.has_more()) expires_in(loop_.shared().limits.request_time);
}

void Connection::refuse(const Refusal& refusal) {
  if (welcome_ == Welcome::served) loop_.shared().counters.refusal(refusal.status);
  append(out_, refusal, loop_.date(), reader_.method() == "HEAD");
}

void Connection::refuse_and_leave(const Refusal& refusal) {
  refuse(refusal);
  then_ = Then::leave;
  if (send()) leave();
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
  if (out_.capacity() > kept_bytes) std::string().swap(out_);
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

void Connection::compute() {
  activity_ = Activity::computing;
  if (loop_.pool().add(*this)) return;
  refuse_and_leave({503, "too many requests wait"});
}

void Connection::work(const Handler& handler) {
  answer(handler, reader_.request(), computed_, loop_.shared());
  asio::post(loop_.context(), [this] { computed(); });
}

void Connection::computed() {
  activity_ = Activity::receiving;
  guarded([this] {
    then_ = Then::go_on;
    append_answer(computed_);
    computed_ = {};
    if (send() && proceed()) go();
  });
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
  if (activity_ != Activity::idle || is_cut_) return;
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
