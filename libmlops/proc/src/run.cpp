#include <mlops/base/error.hpp>
#include <mlops/proc/process.hpp>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <vector>

#include "child.hpp"
#include "terminal.hpp"

namespace mlops::proc {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int tick_ms = 100;
constexpr std::size_t block_size = 64 << 10;

class Running {
 public:
  Running(const Request& request, const Cancel* cancel)
      : request_(request), cancel_(cancel), child_(request), terminal_(child_.id()) {}

  Ended to_the_end() {
    while (!is_over()) {
      wait_for_output();
      follow_cancel();
      if (Steady::now() < next_tick_) continue;
      next_tick_ = Steady::now() + std::chrono::milliseconds(tick_ms);
      if (request_.at_tick) request_.at_tick();
    }
    drain();
    Ended ended = child_.ended();
    ended.wall_s = std::chrono::duration<double>(Steady::now() - start_).count();
    return ended;
  }

 private:
  bool is_over() {
    int stopped = 0;
    const bool over = child_.has_ended(stopped);
    if (stopped != 0 && !over) terminal_.stopped(stopped);
    return over;
  }

  /// Until there is some or the program ends, but no longer than until it is time to look around again.
  void wait_for_output() {
    std::array<pollfd, 3> ends = {pollfd{child_.out().get(), POLLIN, 0},
                                  pollfd{child_.err().get(), POLLIN, 0}, pollfd{child_.end(), POLLIN, 0}};
    ::poll(ends.data(), ends.size(), tick_ms / 2);
    take(child_.out(), Stream::out);
    take(child_.err(), Stream::err);
  }

  /// One block, so that both streams and the clock get their turn; false when there was none.
  bool take(Pipe& from, Stream stream) {
    if (!from) return false;
    const ssize_t count = ::read(from.get(), block_.data(), block_.size());
    const bool read =
        count <= 0 || request_.at_output(stream, {block_.data(), static_cast<std::size_t>(count)});
    if (!read || count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) from.close();
    return read && count > 0;
  }

  /// What was written before it ended; of a process that goes on writing no more than a pipe holds.
  void drain() {
    constexpr std::size_t most = (1 << 20) / block_size + 1;
    for (std::size_t i = 0; i < most && take(child_.out(), Stream::out); ++i) {
    }
    for (std::size_t i = 0; i < most && take(child_.err(), Stream::err); ++i) {
    }
  }

  void follow_cancel() {
    if (cancel_ == nullptr || !cancel_->is_set()) return;
    const auto now = Steady::now();
    if (!asked_) {
      asked_ = now;
      child_.signal(SIGTERM);
      child_.signal(SIGCONT);
    } else if (now - *asked_ >= std::chrono::milliseconds(request_.patience_ms)) {
      child_.signal(SIGKILL);
    }
  }

  const Request& request_;
  const Cancel* cancel_;
  const Steady::time_point start_ = Steady::now();
  Child child_;
  Terminal terminal_;
  std::vector<char> block_ = std::vector<char>(block_size);
  Steady::time_point next_tick_ = start_ + std::chrono::milliseconds(tick_ms);
  std::optional<Steady::time_point> asked_;
};

}  // namespace

Ended run(const Request& request, const Cancel* cancel) { return Running(request, cancel).to_the_end(); }

}  // namespace mlops::proc
