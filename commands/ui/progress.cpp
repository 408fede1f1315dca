#include "progress.hpp"

#include "sink.hpp"

#include <fmt/core.h>
#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::ui {
namespace {

using namespace std::chrono_literals;

constexpr auto quiet_time = 500ms;
constexpr auto redraw_time = 100ms;

std::string amount(std::uint64_t count, Unit unit) {
  if (unit == Unit::bytes) return size_text(count);
  return unit == Unit::rows ? count_of(count, "row") : count_text(count);
}

}  // namespace

void ConsoleProgress::phase(std::string_view name, std::uint64_t total, Unit unit) {
  name_ = name;
  total_ = total;
  unit_ = unit;
  done_ = 0;
  announced_ = false;
  draw(Steady::now());
}

void ConsoleProgress::at(std::uint64_t done) {
  done_ = done;
  draw(Steady::now());
}

void ConsoleProgress::clear() {
  if (on_screen_) write_error("\r\033[K");
  on_screen_ = false;
}

bool ConsoleProgress::enabled() {
  if (!enabled_) enabled_ = asked_();
  return *enabled_;
}

void ConsoleProgress::draw(Steady::time_point now) {
  if (cancel_ != nullptr) cancel_->check();
  if (now - start_ < quiet_time || !enabled()) return;
  if (!err_.tty) {
    if (!announced_) write_error(name_ + "\n");
    announced_ = true;
  } else if (now - drawn_ >= redraw_time) {
    write_error("\r\033[K" + line());
    drawn_ = now;
    on_screen_ = true;
  }
}

std::string ConsoleProgress::line() const {
  std::string out = name_;
  if (total_ > 0) {
    const double share = static_cast<double>(std::min(done_, total_)) / static_cast<double>(total_);
    out += fmt::format("  {} of {}  {:.0f} %", amount(done_, unit_), amount(total_, unit_), share * 100);
  } else if (done_ > 0) {
    out += "  " + amount(done_, unit_);
  }
  // One column stays free, so that no terminal wraps the line and leaves half of it behind.
  while (!out.empty() && display_width(out) >= err_.width) out.pop_back();
  return out;
}

}  // namespace mlops::ui
