#pragma once
/// Scalars as YAML text that every reader takes for the same string: plain where that is safe, else quoted.

#include <cstddef>
#include <string>
#include <string_view>

namespace mlops::yaml {

/// The length in bytes of the character at the front of `text`, which is not empty, when some reader takes it
/// for the end of a line or refuses it: controls, separators, byte order marks and non-characters; else 0.
std::size_t breaks_line(std::string_view text);

/// flow: inside [] or {}, where commas and brackets end a plain scalar too.
enum class Place { block, flow };

/// True when `text` needs no quotes there: no reader of YAML 1.1 or 1.2 takes it for anything but this
/// string.
bool is_plain(std::string_view text, Place place);

/// Plain or 'single quoted'; "double quoted" when it holds characters that only escapes can write.
std::string single_quoted(std::string_view text, Place place);

/// Plain or "double quoted", the quoted form being a JSON string; always on one line.
std::string double_quoted(std::string_view text, Place place);

}  // namespace mlops::yaml
