#include <mlops/base/parallel.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace mlops {
namespace {

struct Shared {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex = {};
  std::exception_ptr fault = {};
};

void run(Shared& shared, std::size_t pieces, const Cancel* cancel,
         const std::function<void(std::size_t)>& work) {
  try {
    for (std::size_t i = shared.next++; i < pieces; i = shared.next++) {
      if (cancel != nullptr) cancel->check();
      work(i);
    }
  } catch (...) {
    shared.next = pieces;
    const std::lock_guard lock(shared.mutex);
    if (!shared.fault) shared.fault = std::current_exception();
  }
}

}  // namespace

void in_parallel(std::size_t pieces, const Workers& workers, const std::function<void(std::size_t)>& work) {
  Shared shared;
  std::vector<std::jthread> helpers;
  try {
    for (std::size_t i = 1; i < std::min<std::size_t>(workers.threads, pieces); ++i)
      helpers.emplace_back([&] { run(shared, pieces, workers.cancel, work); });
  } catch (const std::system_error&) {
    // The system gives no more threads: those that are there do it.
  }
  run(shared, pieces, workers.cancel, work);
  helpers.clear();
  if (shared.fault) std::rethrow_exception(shared.fault);
}

}  // namespace mlops
