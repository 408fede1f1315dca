#include <mlops/monitor/watch.hpp>

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <set>

#include "src/log_line.hpp"
#include "src/log_window.hpp"

namespace mlops::monitor {
namespace {

std::int64_t floor_to(std::int64_t us, std::int64_t width) {
  const std::int64_t past = ((us % width) + width) % width;
  return us - past;
}

/// The times of the first and the last whole line; nothing where either is not told by the ends of the file:
/// it is gone, or a line there is very long or not ours.
std::optional<Window> reach_of(const Segment& segment) {
  constexpr std::size_t portion = 64'000;
  try {
    const fs::File file(segment.path);
    std::string head(portion, '\0'), tail(portion, '\0');
    const std::uint64_t size = file.stamp().size;
    head.resize(file.read_at(head.data(), portion, 0));
    tail.resize(file.read_at(tail.data(), portion, size > portion ? size - portion : 0));
    tail.erase(tail.find_last_of('\n') + 1);
    if (tail.empty()) return std::nullopt;
    const std::size_t before = tail.find_last_of('\n', tail.size() - 2);
    const auto first = time_of(head);
    const auto last = time_of(std::string_view(tail).substr(before == std::string::npos ? 0 : before + 1));
    if (!first || !last) return std::nullopt;
    return Window{*first, *last};
  } catch (const Error& e) {
    if (e.code() == Code::not_found) return std::nullopt;
    throw;
  }
}

/// The beginnings of the windows in which a line of the segment is, or is due.
class Begins {
 public:
  Begins(std::int64_t every_us, std::int64_t after_us) : every_us_(every_us), after_us_(after_us) {}

  void add(const Segment& segment) {
    if (const auto reach = reach_of(segment)) {
      add(reach->from.us);
      if (is_one(*reach, 0) && is_one(*reach, after_us_)) return;
    }
    read_if_there(segment, [&](std::string_view line) {
      if (const auto time = time_of(line)) add(time->us);
    });
  }
  const std::set<std::int64_t>& found() const { return begins_; }

 private:
  void add(std::int64_t us) {
    begins_.insert(floor_to(us, every_us_));
    begins_.insert(floor_to(us + after_us_, every_us_));
  }
  bool is_one(const Window& reach, std::int64_t later_us) const {
    return floor_to(reach.from.us + later_us, every_us_) == floor_to(reach.to.us + later_us, every_us_);
  }

  std::int64_t every_us_;
  std::int64_t after_us_;
  std::set<std::int64_t> begins_ = {};
};

}  // namespace

Window newest_window(Time now, std::int64_t every_us) {
  const std::int64_t to = floor_to(now.us, every_us);
  return {{to - every_us}, {to}};
}

std::vector<Window> windows_of(const std::filesystem::path& log, const std::string& model, Time now,
                               std::int64_t every_us, std::int64_t after_us) {
  Begins begins(every_us, after_us);
  for (const Segment& one : segments(log, model)) begins.add(one);
  std::vector<Window> out;
  for (const std::int64_t begin : begins.found()) {
    if (begin + every_us <= now.us) out.push_back({{begin}, {begin + every_us}});
  }
  return out;
}

}  // namespace mlops::monitor
