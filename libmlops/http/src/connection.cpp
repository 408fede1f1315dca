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
      reader_(loop.shared().limits, loop.shared().budget),
      welcome_(welcome) {}

Connection::~Connection() = default;

void Connection::start() {
  if (welcome_ == Welcome::turned_away) {
    refuse({503, "too many connections"});
    then_ = Then::leave;
    if (send()) leave();
    return;
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
  if (is_asked_to_leave_ && code == asio::error::operation_aborted) {
    is_asked_to_leave_ = false;
    return is_idle_for_good() ? close() : read();
  }
  if (is_late_) {
    refuse(
        {408, fmt::format("the request took longer than {} s", loop_.shared().limits.request_time.count())});
    then_ = Then::leave;
    if (send()) leave();
    return;
  }
  if (code) return close();
  if (activity_ == Activity::idle) {
    activity_ = Activity::receiving;
    expires_in(loop_.shared().limits.request_time);
  }
  reader_.filled(bytes);
  go();
}

void Connection::go() {
  try {
    do {
      then_ = answer_requests();
      if (!send()) return;
    } while (proceed());
  } catch (const std::exception& fault) {  // no memory
    loop_.shared().fault(fault.what());
    close();
  }
}

Connection::Then Connection::answer_requests() {
  for (;;) {
    switch (reader_.advance()) {
      case Reader::State::empty:
        activity_ = Activity::idle;
        expires_in(loop_.shared().limits.idle_time);
        return Then::read;
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
  return loop_.shared().stage.load(std::memory_order_relaxed) != Stage::serving && !reader_.has_more();
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

bool Connection::send() {
  if (out_.empty()) return true;
  const ssize_t bytes =
      ::send(socket_.native_handle(), out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  sent_ = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
  if (sent_ == out_.size()) {
    out_.clear();
    return true;
  }
  activity_ = Activity::sending;
  expires_in(loop_.shared().limits.write_time + std::chrono::seconds(out_.size() / least_rate));
  asio::async_write(socket_, asio::const_buffer(out_.data() + sent_, out_.size() - sent_),
                    [this](const Code& code, std::size_t more) { sent(code, more); });
  return false;
}

void Connection::sent(const Code& code, std::size_t) {
  if (code || is_cut_) return close();
  out_.clear();
  if (out_.capacity() > kept_bytes) std::string().swap(out_);
  activity_ = Activity::receiving;
  expires_in(loop_.shared().limits.request_time);
  if (proceed()) go();
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
  refuse({503, "too many requests wait"});
  then_ = Then::leave;
  if (send()) leave();
}

void Connection::work(const Handler& handler) {
  answer(handler, reader_.request(), computed_, loop_.shared());
  asio::post(loop_.context(), [this] { computed(); });
}

void Connection::computed() {
  activity_ = Activity::receiving;
  then_ = Then::go_on;
  append_answer(computed_);
  std::string().swap(computed_.body);
  computed_.fields.clear();
  if (then_ == Then::leave) {
    if (send()) leave();
  } else {
    go();
  }
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
  if (deadline_ >= loop_.now() || activity_ == Activity::computing || is_cut_ || is_late_) return;
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

/// Nothing has come since the read was taken back.
bool Connection::is_idle_for_good() {
  char one = 0;
  return ::recv(socket_.native_handle(), &one, 1, MSG_DONTWAIT | MSG_PEEK) <= 0;
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
