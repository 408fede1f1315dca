#include "serve_mail.hpp"

#include <mlops/base/text.hpp>

#include <fmt/core.h>

#include <utility>

namespace mlops::commands {
namespace {

constexpr std::size_t most_lines = 20'000;

}  // namespace

void Letterbox::put(std::string line) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() < most_lines) lines_.push_back(std::move(line));
  else ++dropped_;
}

std::vector<std::string> Letterbox::take() {
  std::vector<std::string> lines;
  std::size_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(lines_);
    dropped = std::exchange(dropped_, 0);
  }
  if (dropped > 0) lines.push_back(fmt::format("({} more)", count_text(dropped)));
  return lines;
}

std::string request_line(const serve::Service::Seen& seen, Time now) {
  std::string line = fmt::format("{} {} {} {} {:.2f} ms", now.text(), serve::printable(seen.method),
                                 serve::printable(seen.path), seen.status, seen.seconds * 1e3);
  if (seen.rows > 0) line += " " + count_of(seen.rows, "row");
  return line;
}

}  // namespace mlops::commands
