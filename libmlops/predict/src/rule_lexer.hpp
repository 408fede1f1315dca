#pragma once
/// The words of a rule.

#include <string>
#include <string_view>
#include <vector>

namespace mlops::predict {

struct RuleWord {
  enum class Kind { end, name, quoted, number, text, sign };
  Kind kind = Kind::end;
  std::size_t at = 0;
  std::string text =
      {};  ///< Of names as they stand, of quoted ones and texts without their quotes, of signs.
  std::string upper = {};  ///< Of an unquoted name: in upper case.
};

/// The last word has the kind `end`.
std::vector<RuleWord> words_of(std::string_view rule);

}  // namespace mlops::predict
