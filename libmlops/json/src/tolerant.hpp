#pragma once
/// What programs write that JSON does not have, rewritten for a strict reader. Texts inside of quotes are
/// left alone; so is everything that is neither, faults included.

#include <string>
#include <string_view>

namespace mlops::json {

enum class Rewriting {
  readable,   ///< NaN, Infinity and -Infinity become null; integers beyond 64 bits get an exponent of 0.
  same_size,  ///< The same words become numbers as long as they are: places in the text stay what they were.
};

/// Fills `out`; false when there was nothing to rewrite.
bool rewrite(std::string_view text, Rewriting how, std::string& out);

}  // namespace mlops::json
