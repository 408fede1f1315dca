#pragma once
/// JSON Lines on their way to standard output, as the rows that --json and --porcelain promise.

#include <optional>
#include <string>
#include <string_view>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// Whether that is what standard output is to get. Throws Error(usage) when another format is asked for, too.
bool wants_rows(const cli::Invocation& invocation, const std::optional<std::string>& format);

class LinesAsRows {
 public:
  /// Begins the answer with the first bytes; end() closes it.
  LinesAsRows(cli::Invocation& invocation, std::string_view schema)
      : invocation_(invocation), schema_(schema) {}

  void write(std::string_view bytes);
  void end();

 private:
  void begin();
  void line(std::string_view text);

  cli::Invocation& invocation_;
  std::string schema_;
  std::string waiting_;  ///< The beginning of a line.
  bool begun_ = false;
};

}  // namespace mlops::commands
