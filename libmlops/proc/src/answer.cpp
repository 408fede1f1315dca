/// Short questions to other programs.
#include <mlops/base/error.hpp>
#include <mlops/proc/process.hpp>

#include <chrono>

namespace mlops::proc {

std::optional<std::string> answer_of(const Request& request, int timeout_ms) {
  using Steady = std::chrono::steady_clock;
  const auto end = Steady::now() + std::chrono::milliseconds(timeout_ms);
  std::string answer;
  Cancel late;
  Request asked = request;
  asked.patience_ms = 0;
  asked.at_output = [&](Stream stream, std::string_view bytes) {
    if (stream == Stream::out) answer += bytes;
    return true;
  };
  asked.at_tick = [&] {
    if (Steady::now() >= end) late.set();
  };
  try {
    const Ended ended = run(asked, &late);
    if (ended.status == 0 && ended.signal == 0) return answer;
  } catch (const Error& e) {
    if (e.code() != Code::not_found && e.code() != Code::failed) throw;
  }
  return std::nullopt;
}

}  // namespace mlops::proc
