#pragma once
/// Progress on standard error: on a tty one line, first drawn after half a second, redrawn at most ten times
/// a second and cleared before anything else is printed; elsewhere one plain line for each phase that is
/// under way after half a second. What reports progress can be stopped: once `cancel` is set, phase() and
/// at() throw Error(interrupted). Used by one thread.

#include "terminal.hpp"

#include <mlops/base/cancel.hpp>
#include <mlops/base/progress.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace mlops::ui {

class ConsoleProgress final : public Progress {
 public:
  /// `cancel` may be null: then nothing stops.
  /// `enabled` is asked once, when there is something to show.
  ConsoleProgress(Stream err, std::function<bool()> enabled, const Cancel* cancel)
      : err_(err), asked_(std::move(enabled)), cancel_(cancel), start_(Steady::now()) {}

  void phase(std::string_view name, std::uint64_t total, Unit unit) override;
  void at(std::uint64_t done) override;
  /// Removes the line from the screen.
  void clear();

 private:
  using Steady = std::chrono::steady_clock;

  bool enabled();
  void draw(Steady::time_point now);
  std::string line() const;

  Stream err_;
  std::function<bool()> asked_;
  std::optional<bool> enabled_;
  const Cancel* cancel_;
  Steady::time_point start_;
  Steady::time_point drawn_ = {};
  bool on_screen_ = false;
  bool announced_ = false;  ///< Without a tty: this phase's line has been printed.
  std::string name_;
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  Unit unit_ = Unit::items;
};

}  // namespace mlops::ui
