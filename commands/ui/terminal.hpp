#pragma once
/// What is known about the two output streams: whether a person looks at them, how wide they are, whether
/// they take colour. A value, found out once at the start.

#include <map>
#include <string>
#include <string_view>

namespace mlops::ui {

enum class When { automatic, always, never };

/// One of the two streams.
struct Stream {
  bool tty = false;
  bool colour = false;
  std::size_t width = 80;  ///< Columns; meaningful on a tty only.
  std::size_t height = 24;
};

struct Terminal {
  Stream out;
  Stream err;
};

/// Colour is on when the stream is a tty, TERM is neither unset nor "dumb" and NO_COLOR is unset or empty;
/// always and never win over all of that.
Terminal look_at_terminal(const std::map<std::string, std::string>& environment, When colour);

/// What a terminal would obey becomes visible; line breaks and tabs stay.
std::string harmless(std::string_view text);

enum class Colour { bold, dim, red, yellow, green, cyan };

/// `text` in that colour, or as it is when the stream takes none.
std::string paint(const Stream& stream, Colour colour, std::string_view text);

}  // namespace mlops::ui
