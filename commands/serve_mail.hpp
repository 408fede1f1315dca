#pragma once
/// What threads that answer have to say, kept for the one thread that talks.

#include <mlops/base/clock.hpp>
#include <mlops/serve/service.hpp>

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace mlops::commands {

/// Safe for many threads. Whoever puts waits for nobody: what is too much is counted and dropped.
class Letterbox {
 public:
  void put(std::string line);
  /// What came since the last call, with a line about what was dropped.
  std::vector<std::string> take();

 private:
  std::mutex mutex_;
  std::vector<std::string> lines_;
  std::size_t dropped_ = 0;
};

struct Mail {
  Letterbox faults = {};
  Letterbox requests = {};
};

/// "2026-11-20T09:30:00.123Z POST /invocations 200 0.21 ms 1 row". A path is shown without control
/// characters.
std::string request_line(const serve::Service::Seen& seen, Time now);

}  // namespace mlops::commands
