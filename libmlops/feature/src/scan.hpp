#pragma once
/// Just enough of SQL's spelling to find where an expression ends: brackets, quotes and comments.

#include <cstddef>
#include <string_view>
#include <vector>

namespace mlops::feature {

/// The end of the quoted text or comment that begins at `i`; `i` itself where none does.
std::size_t behind_quoted(std::string_view text, std::size_t i);

/// Where the bracket at `open` is closed; npos when it is not.
std::size_t closing(std::string_view text, std::size_t open);

/// The first byte of the word `over` outside of brackets and quotes; npos without one.
std::size_t find_over(std::string_view text);

struct Piece {
  std::string_view text;
  std::size_t offset = 0;
};

/// Without spaces around it.
Piece trimmed(Piece piece);

/// The parts between commas outside of brackets and quotes, trimmed.
std::vector<Piece> split_arguments(Piece inner);

/// `word(...)` and nothing behind it.
struct Call {
  std::string_view name;  ///< Empty: it is no such call.
  Piece inner;
  bool closed = true;
};
Call call_of(Piece piece);

}  // namespace mlops::feature
