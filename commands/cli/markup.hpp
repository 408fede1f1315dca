#pragma once
/// `code`, **bold** and *emphasis* inside a text. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace mlops::cli {

struct Span {
  enum class Kind { plain, code, bold, emphasis };
  Kind kind = Kind::plain;
  std::string text;
};

std::vector<Span> read_markup(std::string_view text);

}  // namespace mlops::cli
