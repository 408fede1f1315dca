#pragma once
/// Time as a value, and where it comes from. Nothing in libmlops asks the system for the time: it is given a
/// Clock, so that `--as-of` and tests decide what "now" is.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops {

/// Microseconds since 1970-01-01T00:00:00 UTC, leap seconds ignored (POSIX time).
struct Time {
  std::int64_t us = 0;

  auto operator<=>(const Time&) const = default;

  /// RFC 3339 in UTC, with as many digits of a second as needed (none, 3 or 6): 2026-11-01T09:30:00Z.
  std::string text() const;
  /// Reads "YYYY-MM-DD", or a date, 'T' or a space, "HH:MM[:SS[.ffffff]]" and an optional "Z" or "+HH:MM"; a
  /// time without an offset is UTC. Nothing for any other text.
  static std::optional<Time> parse(std::string_view text);
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

/// Always the same moment: `--as-of TIME`, and tests.
class FixedClock final : public Clock {
 public:
  explicit FixedClock(Time time) : time_(time) {}
  Time now() const override { return time_; }

 private:
  Time time_;
};

}  // namespace mlops
