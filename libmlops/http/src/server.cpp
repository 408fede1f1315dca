#include "src/server.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/signals_blocked.hpp>

#include <sched.h>

#include <future>
#include <thread>

namespace mlops::http {
namespace {

unsigned usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
  return count > 0 ? static_cast<unsigned>(count) : std::max(1u, std::thread::hardware_concurrency());
}

std::vector<Handler> handlers(const ServerOptions& options, unsigned count) {
  std::vector<Handler> made;
  for (unsigned i = 0; i < count; ++i) made.push_back(options.make_handler());
  return made;
}

}  // namespace

AsioServer::AsioServer(const ServerOptions& options) : host_(options.host), shared_(options) {
  const unsigned threads = options.threads > 0 ? options.threads : usable_processors();
  Listening listening =
      options.listening >= 0 ? listen_with(options.listening) : listen_on(options.host, options.port);
  endpoint_ = listening.endpoint;
  const SignalsBlocked blocked;
  auto for_pool = handlers(options, threads);
  auto for_loops = handlers(options, threads);
  pool_ = std::make_unique<Pool>(std::move(for_pool), options.limits.queued_requests);
  for (Handler& handler : for_loops) {
    loops_.push_back(std::make_unique<Loop>(shared_, *pool_, std::move(handler)));
  }
  listener_ =
      std::make_unique<Listener>(shared_, loops_, listening.descriptor.release(), endpoint_.protocol());
  listener_->start();
  for (auto& loop : loops_) loop->start();
}

/// The loops first, so that nobody asks the pool any more; then the pool, whose jobs look into connections;
/// then the connections, with their loops.
AsioServer::~AsioServer() {
  for (auto& loop : loops_) loop->context().stop();
  for (auto& loop : loops_) loop->stop();
  if (pool_) pool_->stop();
  listener_.reset();
  loops_.clear();
}

Traffic AsioServer::traffic() const {
  const Counters& counters = shared_.counters;
  return {.open = shared_.open.get(),
          .accepted = counters.accepted.load(),
          .refused = counters.refused.load(),
          .malformed = counters.malformed.load(),
          .too_large = counters.too_large.load(),
          .too_slow = counters.too_slow.load(),
          .overloaded = counters.overloaded.load()};
}

bool AsioServer::drain(std::chrono::milliseconds patience) {
  using namespace std::chrono;
  const auto begin = steady_clock::now();
  shared_.stage = Stage::draining;
  const auto closed = std::make_shared<std::promise<void>>();
  auto is_closed = closed->get_future();
  listener_->close([closed] { closed->set_value(); });
  if (is_closed.wait_until(begin + patience) != std::future_status::ready) return false;
  const auto last_call = begin + std::min<milliseconds>(seconds(1), patience / 2);
  if (shared_.open.wait_for_none(last_call)) return true;
  shared_.stage = Stage::closing;
  for (auto& loop : loops_) loop->leave_idle();
  return shared_.open.wait_for_none(begin + patience);
}

}  // namespace mlops::http
