#pragma once
/// Lines of YAML with comments behind them.

#include <string>
#include <string_view>
#include <vector>

namespace mlops::scaffold {

/// What stands in data, as it may stand in a comment: on its line, and not too long.
std::string for_comment(std::string_view text);

/// "Ana, Bo and 3 more"
std::string some_of(const std::vector<std::string>& texts, std::size_t most);

class Lines {
 public:
  void add(std::string_view line) { text_.append(line).append("\n"); }
  /// The comments of neighbouring lines stand below each other.
  void add(std::string line, std::string_view comment);

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace mlops::scaffold
