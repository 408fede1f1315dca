#pragma once
/// One pattern of gitignore(5), compiled. Its work on a text is bounded by a polynomial of their lengths.

#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mlops::worktree {

/// What makes a pattern more than a text.
constexpr std::string_view glob_special = "*?[\\";

struct GlobPiece {
  enum class Kind : std::uint8_t {
    byte,      ///< This byte.
    any,       ///< `?`: any byte but a slash.
    set,       ///< `[...]`, never a slash.
    star,      ///< `*`: anything without a slash, nothing too.
    folders,   ///< `**/`: nothing, or anything that ends with a slash.
    a_folder,  ///< `**\/`: anything that ends with a slash.
    rest,      ///< `**` at the end: all that is left.
  };

  Kind kind = Kind::byte;
  unsigned char byte = 0;
  std::uint32_t set = 0;
};

class Glob {
 public:
  using Set = std::bitset<256>;

  /// Matches nothing but the empty text.
  Glob() = default;
  /// Nothing when the pattern can match nothing: a `[` without its end, a class that is not there, a `\` at
  /// the end.
  static std::optional<Glob> read(std::string_view pattern);

  bool matches(std::string_view text) const;

 private:
  std::vector<GlobPiece> pieces_;
  std::vector<Set> sets_;
};

}  // namespace mlops::worktree
