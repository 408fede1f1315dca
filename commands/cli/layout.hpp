#pragma once
/// Text broken into lines. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlops::cli {

/// `text` in lines of at most `width` columns, the first indented by `first`, the others by `rest`.
std::string wrapped(std::string_view text, std::size_t first, std::size_t rest, std::size_t width);

/// Two columns: terms, and what they mean, wrapped at 80 columns; a long term stands on a line of its own.
std::string definitions(const std::vector<std::pair<std::string, std::string>>& items);

/// With a capital letter and a full stop.
std::string sentence(std::string text);

}  // namespace mlops::cli
