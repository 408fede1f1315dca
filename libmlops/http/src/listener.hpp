#pragma once
/// The one listening socket of a server. What is accepted goes to the loop that has the fewest connections.

#include "src/loop.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <vector>

namespace mlops::http {

class Listener {
 public:
  /// `descriptor` is bound and listens, and does not block. It works on the first loop.
  Listener(Shared& shared, std::vector<std::unique_ptr<Loop>>& loops, int descriptor,
           boost::asio::ip::tcp protocol);

  void start() { wait(); }
  /// From any thread: takes the connections that wait, then no more. `done` is called on the loop.
  void close(std::function<void()> done);

 private:
  void wait();
  /// At most so many, so that those who are served get their turn. False: out of descriptors or memory.
  bool accept_some(int most);
  bool accept_up_to(int most);
  void welcome(int descriptor);
  void pause(int error_number);
  Loop& idlest();

  Shared& shared_;
  std::vector<std::unique_ptr<Loop>>& loops_;
  const boost::asio::ip::tcp protocol_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer timer_;
  std::chrono::steady_clock::time_point last_told_ = {};
};

}  // namespace mlops::http
