#pragma once
/// One event loop: a thread, its connections, and what they share.

#include "src/answer.hpp"
#include "src/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <thread>

namespace mlops::http {

class Loop {
 public:
  Loop(Shared& shared, Pool& pool, Handler handler);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();
  /// Returns when the thread has ended; connections stay as they are.
  void stop();

  // From any thread.
  boost::asio::io_context& context() { return context_; }
  /// Takes the connected socket `descriptor`.
  void adopt(int descriptor, boost::asio::ip::tcp protocol, Connection::Welcome welcome);
  std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }
  void leave_idle();

  // For its connections.
  Shared& shared() { return shared_; }
  Pool& pool() { return pool_; }
  const Handler& handler() const { return handler_; }
  Response& response() { return response_; }
  std::string_view date() const { return date_.text(); }
  std::int64_t now() const { return now_; }  ///< Seconds of a steady clock.
  boost::asio::mutable_buffer scratch() { return boost::asio::buffer(scratch_.get(), scratch_bytes); }
  void remove(Connection& connection);

 private:
  static constexpr std::size_t scratch_bytes = 64 * 1024;

  void run();
  void tick();
  void welcome(int descriptor, boost::asio::ip::tcp protocol, Connection::Welcome welcome);
  void departed(Connection::Welcome welcome);

  Shared& shared_;
  Pool& pool_;
  const Handler handler_;
  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  boost::intrusive::list<Connection> list_;
  std::atomic<std::size_t> connections_ = 0;
  Response response_ = {};
  DateLine date_;
  std::int64_t now_ = 0;
  std::unique_ptr<char[]> scratch_;
  std::thread thread_;
};

}  // namespace mlops::http
