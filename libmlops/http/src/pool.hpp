#pragma once
/// Threads for requests that would hold up the others of an event loop. First in, first out.

#include <mlops/http/server.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace mlops::http {

/// Something that waits for a thread of the pool. It must live until work() has returned.
class Job {
 public:
  virtual void work(const Handler& handler) = 0;

 protected:
  ~Job() = default;
};

class Pool {
 public:
  /// One thread for each handler.
  Pool(std::vector<Handler> handlers, std::size_t queue_limit);
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False when the queue is full.
  bool add(Job& job);
  /// Jobs that nobody has begun are dropped; returns when the others have ended.
  void stop();

 private:
  void run(const Handler& handler);

  const std::size_t queue_limit_;
  std::vector<Handler> handlers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job*> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mlops::http
