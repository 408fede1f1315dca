#pragma once
/// Text that is safe in a page, which is HTML and well-formed XML at once.

#include <string>
#include <string_view>

namespace mlops::monitor {

/// Of an element or of an attribute in double quotes. Bytes that XML cannot hold become U+FFFD.
std::string escaped(std::string_view text);
/// The same, of at most `most` characters: for what somebody else named.
std::string escaped(std::string_view text, std::size_t most);

/// An element of its own for a name, so that no letter in it turns what is around it; long ones are cut.
std::string name(std::string_view text);

/// The rules of the page, for light and dark, screens, phones and paper.
std::string_view style_sheet();

}  // namespace mlops::monitor
