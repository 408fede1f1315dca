#include "terminal.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>

namespace mlops::ui {
namespace {

std::string value_of(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

Stream look_at(int descriptor, const std::map<std::string, std::string>& environment, When colour) {
  Stream stream;
  stream.tty = isatty(descriptor) == 1;
  const std::string term = value_of(environment, "TERM");
  const bool able =
      stream.tty && !term.empty() && term != "dumb" && value_of(environment, "NO_COLOR").empty();
  stream.colour = colour == When::always || (colour == When::automatic && able);
  winsize size = {};
  if (stream.tty && ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) stream.width = size.ws_col;
    if (size.ws_row > 0) stream.height = size.ws_row;
  }
  return stream;
}

std::string_view code(Colour colour) {
  switch (colour) {
    case Colour::bold:
      return "1";
    case Colour::dim:
      return "2";
    case Colour::red:
      return "1;31";
    case Colour::yellow:
      return "1;33";
    case Colour::green:
      return "32";
    case Colour::cyan:
      return "36";
  }
  return "0";
}

}  // namespace

Terminal look_at_terminal(const std::map<std::string, std::string>& environment, When colour) {
  return {.out = look_at(STDOUT_FILENO, environment, colour),
          .err = look_at(STDERR_FILENO, environment, colour)};
}

std::string harmless(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool obeyed = (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
    out += obeyed ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out;
}

std::string paint(const Stream& stream, Colour colour, std::string_view text) {
  if (!stream.colour) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code(colour), text);
}

}  // namespace mlops::ui
