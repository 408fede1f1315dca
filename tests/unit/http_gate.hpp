#pragma once
// Handlers that wait until the test lets them go on.
#include "http_client.hpp"

#include <condition_variable>

namespace mlops::http {

/// Handlers of "/wait" stand here until the test opens it.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [&] { return open_; });
    --waiting_;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  int waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
  int waiting_ = 0;
};

class HttpGated : public Http {
 protected:
  ~HttpGated() override { gate_.open(); }

  ServerOptions gated() {
    return options([this](const Request& request, Response& response) {
      if (request.path == "/wait") gate_.pass();
      response.body = fmt::format("{} {}", request.path, request.body.size());
    });
  }
  bool holds(int count) {
    return comes_true([&] { return gate_.waiting() == count; });
  }

  Gate gate_;
  const std::string big_ = std::string(100'000, 'b');
};

}  // namespace mlops::http
