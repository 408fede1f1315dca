#pragma once
/// Other programs: started without a shell, their output read as it comes, what they took of the machine
/// counted over the whole tree of processes. Used by one thread.

#include <mlops/base/cancel.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::proc {

enum class Stream { out, err };

struct Request {
  std::vector<std::string> command;  ///< The program is looked up in PATH of `environment`.
  std::map<std::string, std::string> environment;
  std::filesystem::path folder = {};  ///< Empty: the current one.
  /// Whole lines (and an unfinished last one) as they come; both streams through pipes. Nothing: inherited.
  std::function<void(Stream stream, std::string_view bytes)> at_output = {};
  std::function<void()> at_tick = {};  ///< About ten times a second while it runs.
  int patience_ms = 10'000;            ///< Between SIGTERM and SIGKILL to its process group, once cancelled.
};

struct Usage {
  double user_s = 0;
  double system_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

struct Ended {
  int status = 0;  ///< Exit code; 0 when it was killed by a signal.
  int signal = 0;
  double wall_s = 0;
  Usage usage;
};

/// Runs it to its end. Throws Error: not_found (no such program, with near misses in PATH), failed. A
/// cancelled run is not an error: its `signal` says so.
Ended run(const Request& request, const Cancel* cancel = nullptr);

/// The standard output of a short command that ends with status 0; nothing when it is not there, fails, or
/// takes longer.
std::optional<std::string> answer_of(const Request& request, int timeout_ms = 10'000);

}  // namespace mlops::proc
