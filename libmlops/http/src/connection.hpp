#pragma once
/// One client. It lives on its loop; exactly one thing is under way at any time (a read, a write, a job in
/// the pool, a wait before it leaves), and whoever ends it decides what comes next.

#include "src/pool.hpp"
#include "src/reader.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace mlops::http {

class Loop;

class Connection final : public boost::intrusive::list_base_hook<>, private Job {
 public:
  enum class Welcome { served, turned_away };

  Connection(Loop& loop, boost::asio::ip::tcp::socket socket, Welcome welcome);
  virtual ~Connection();

  void start();
  Welcome how_welcomed() const { return welcome_; }
  /// Called about once a second.
  void sweep();
  /// The server drains and has waited long enough: goes unless something has been asked.
  void leave_if_idle();

 private:
  using Code = boost::system::error_code;
  enum class Activity { idle, receiving, sending, computing, leaving };
  enum class Then { read, go_on, compute, leave };

  void read();
  void received(const Code& code, std::size_t bytes);
  /// Answers what has been asked, sends the answers, and starts what comes then. The connection may be gone
  /// afterwards.
  void go();
  Then answer_requests();
  bool is_for_pool() const;
  void answer_request();
  void refuse(const Refusal& refusal);
  void refuse_and_leave(const Refusal& refusal);
  /// Runs `work`; what it throws (there is no memory) ends this connection and no other.
  void guarded(const std::function<void()>& work);
  /// False: it goes on in sent().
  bool send();
  void sent(const Code& code);
  void clear_output();
  /// True when there are more requests to answer at once.
  bool proceed();
  void compute();
  void work(const Handler& handler) override;
  void computed();
  /// Says that nothing more will be sent, and waits for the client to have read it: who closes with unread
  /// bytes of the client's makes it lose the answer.
  void leave();
  void discard();
  /// Of what the client has sent, nothing is left to read.
  bool nothing_waits() const;
  bool closes_after_request() const;
  void append_answer(Response& response);
  void expires_in(std::chrono::seconds time);
  void cut();
  void close();

  Loop& loop_;
  boost::asio::ip::tcp::socket socket_;
  const int descriptor_;
  Reader reader_;
  const Welcome welcome_;
  Activity activity_ = Activity::idle;
  Activity after_sending_ = Activity::idle;
  Then then_ = Then::read;
  bool is_late_ = false;
  bool is_cut_ = false;
  bool is_asked_to_leave_ = false;
  std::int64_t deadline_ = 0;  ///< In the loop's seconds.
  std::size_t sent_ = 0;
  std::string out_ = {};
  Response computed_ = {};
};

}  // namespace mlops::http
