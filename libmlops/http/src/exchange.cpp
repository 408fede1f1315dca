/// Connection: from requests to answers.
#include "src/answer.hpp"
#include "src/connection.hpp"
#include "src/loop.hpp"

#include <boost/asio/post.hpp>

namespace mlops::http {
namespace {

/// Answers to pipelined requests are sent when they are this many bytes.
constexpr std::size_t flush_bytes = 64 * 1024;

}  // namespace

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
        if (is_for_pool()) return Then::compute;
        answer_request();
        break;
    }
    if (then_ == Then::leave) return Then::leave;
    if (out_.size() > flush_bytes) return Then::go_on;
  }
}

bool Connection::is_for_pool() const {
  const auto& waits = loop_.shared().waits;
  return reader_.is_big() || (waits && waits(reader_.request()));
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
  append(out_, refusal, loop_.shared().refusal_body(refusal.status, refusal.text), loop_.date(),
         reader_.method() == "HEAD");
}

void Connection::refuse_and_leave(const Refusal& refusal) {
  refuse(refusal);
  then_ = Then::leave;
  if (send()) leave();
}

void Connection::compute() {
  activity_ = Activity::computing;
  if (loop_.pool().add(*this)) return;
  refuse_and_leave({503, "too many requests wait"});
}

void Connection::work(const Handler& handler) {
  answer(handler, reader_.request(), computed_, loop_.shared());
  boost::asio::post(loop_.context(), [this] { computed(); });
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

}  // namespace mlops::http
