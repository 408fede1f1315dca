#pragma once
/// Facts in what a program prints. Two kinds of lines on standard output are heard:
///
///   ::metric auc=0.91 loss=0.3 step=3      ::param lr=0.1      ::tag model=small
///   auc: 0.91
///
/// The second only when the whole line is a name, a colon, blanks and a number. The name has up to 64
/// letters, digits and any of _ . / @ % -, begins with a letter or _, and only the first 100 such names and
/// 100,000 such lines of a run count.

#include <mlops/base/clock.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace mlops::run {

struct Directive {
  std::string lines = {};  ///< Of a journal: of all that was understood.
  bool whole = true;       ///< All of it was, and there was something.
};
/// "::metric a=1 b=2 step=3" and the like; nothing for any other line. Of a metric whose step is no whole
/// number nothing is understood.
std::optional<Directive> directive(std::string_view line, Time time);

struct PlainMetric {
  std::string name;
  double value = 0;
};
std::optional<PlainMetric> plain_metric(std::string_view line);

/// What `mlops log -` reads: a directive, a plain metric, `name=value...`, or JSON for a journal; empty when
/// it is none.
std::string journal_lines_of(std::string_view line, Time time);

/// Cuts a stream into lines and hears the facts in them.
class Listener {
 public:
  /// `take` gets lines of a journal.
  explicit Listener(std::function<void(const std::string& lines)> take) : take_(std::move(take)) {}

  void hear(std::string_view bytes, Time time);
  /// The last line, which may have no end.
  void finish(Time time);
  /// Plain lines that looked like metrics and were too many to be taken for some.
  std::uint64_t ignored() const { return ignored_; }

 private:
  void line(std::string_view text, Time time);
  bool counts(const std::string& name);

  std::function<void(const std::string& lines)> take_;
  std::string waiting_;
  bool too_long_ = false;
  std::set<std::string> names_;
  std::uint64_t heard_ = 0;
  std::uint64_t ignored_ = 0;
  std::string lines_;
};

}  // namespace mlops::run
