#include "src/log_window.hpp"

#include <mlops/base/error.hpp>

#include <algorithm>

namespace mlops::monitor {
namespace {

bool may_have(const Segment& segment, const Window& window) {
  constexpr std::int64_t minute_us = 60'000'000;
  constexpr std::int64_t late_us = 10 * minute_us;
  constexpr std::int64_t longest_us = 60 * minute_us + late_us;
  return segment.begun.us < window.to.us + late_us && segment.begun.us + longest_us >= window.from.us;
}

}  // namespace

std::vector<Segment> segments_in(const std::filesystem::path& log, const std::string& model,
                                 std::span<const Window> windows) {
  std::vector<Segment> all = segments(log, model);
  std::erase_if(all, [&](const Segment& one) {
    return std::none_of(windows.begin(), windows.end(),
                        [&](const Window& window) { return may_have(one, window); });
  });
  return all;
}

Lines read_if_there(const Segment& segment, const std::function<void(std::string_view line)>& line) {
  try {
    return read(segment, line);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    return {};
  }
}

}  // namespace mlops::monitor
