#pragma once
/// Other programs: started without a shell, in a process group of their own, their output read as it comes,
/// what they took of the machine counted. Used by one thread.
///
/// What is counted: the program and all that it, or a process below it, waited for; and those of its
/// descendants that lost their parent (they come to us) and ended before it did. A process that goes on in
/// the background is neither waited for, nor killed, nor counted. Peak memory is that of the largest single
/// process, and at least that of the caller when it started the program (as wait4(2) has it). Bytes read and
/// written are those that went to a disk, not those served by the cache.
///
/// When standard input is a terminal and we are in its foreground, the program gets it: Ctrl-C goes to the
/// program, and Ctrl-Z stops both.

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
  /// Bytes as they come, wherever a line ends; both streams through pipes. Nothing: inherited. It has to cope
  /// with its own faults: one that it throws ends the program.
  /// False: nobody reads that stream any more; the program is told so, as by a closed pipe.
  std::function<bool(Stream stream, std::string_view bytes)> at_output = {};
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

/// Runs it to its end. Throws Error: not_found (no such program, with near misses in PATH), failed (it cannot
/// be started). A cancelled run is not an error: its `signal` says so. What is left in the pipes when the
/// program has ended is still read; a descendant that keeps them open is not waited for.
Ended run(const Request& request, const Cancel* cancel = nullptr);

/// Where `name` is in the PATH of `environment`; a name with a slash is taken from `folder`. Throws
/// Error(not_found) as run() does.
std::filesystem::path find_program(const std::string& name,
                                   const std::map<std::string, std::string>& environment,
                                   const std::filesystem::path& folder = {});

/// The standard output of a short command that ends with status 0; nothing when it is not there, fails, or
/// takes longer. Its standard error is thrown away.
std::optional<std::string> answer_of(const Request& request, int timeout_ms = 10'000);

}  // namespace mlops::proc
