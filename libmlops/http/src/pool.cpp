#include "src/pool.hpp"

#include <pthread.h>

namespace mlops::http {

Pool::Pool(std::vector<Handler> handlers, std::size_t queue_limit)
    : queue_limit_(queue_limit), handlers_(std::move(handlers)) {
  try {
    for (const Handler& handler : handlers_) {
      threads_.emplace_back([this, &handler] { run(handler); });
      pthread_setname_np(threads_.back().native_handle(), "http-pool");
    }
  } catch (...) {
    stop();
    throw;
  }
}

bool Pool::add(Job& job) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || queue_.size() >= queue_limit_) return false;
    queue_.push_back(&job);
  }
  changed_.notify_one();
  return true;
}

void Pool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    queue_.clear();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Pool::run(const Handler& handler) {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
    if (stopped_) return;
    Job& job = *queue_.front();
    queue_.pop_front();
    lock.unlock();
    job.work(handler);
  }
}

}  // namespace mlops::http
