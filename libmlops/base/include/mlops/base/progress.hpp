#pragma once
/// How libmlops says how far it is; the terminal lives in commands/ui. Calls are cheap (an implementation
/// draws at most ten times a second) and may come from any one thread at a time.

#include <cstdint>
#include <string_view>

namespace mlops {

enum class Unit { items, rows, bytes };

class Progress {
 public:
  virtual ~Progress() = default;
  /// A new phase begins: "copying churn.csv". `total` is 0 when it is not known.
  virtual void phase(std::string_view name, std::uint64_t total, Unit unit) = 0;
  /// `done` of the phase's total, counted from its start.
  virtual void at(std::uint64_t done) = 0;
};

/// Says nothing.
class NoProgress final : public Progress {
 public:
  void phase(std::string_view, std::uint64_t, Unit) override {}
  void at(std::uint64_t) override {}
};

}  // namespace mlops
