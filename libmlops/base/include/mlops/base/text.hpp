#pragma once
/// Text helpers that more than one module needs: near misses for names, sizes and counts for people, lists in
/// sentences.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops {

/// Damerau-Levenshtein distance (adjacent transpositions count one), over bytes, case ignored for ASCII.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// ASCII letters in lower case, the rest as it is.
std::string lowered(std::string_view text);

/// Up to three of `known` that `word` may have meant, best first: words that begin with it, then words within
/// an edit distance of about a third of the length.
std::vector<std::string> near_misses(std::string_view word, const std::vector<std::string>& known);

/// "`a`", "`a` or `b`", "`a`, `b` or `c`".
std::string one_of(const std::vector<std::string>& words, std::string_view quote = "`");

/// Bytes for people, in powers of 1000: "512 B", "1.2 kB", "3.4 GB".
std::string size_text(std::uint64_t bytes);

/// The other way: "64MB", "1.5 GB", "4096" are bytes, in powers of 1000 and in any case; at least 1, whole.
/// Nothing for any other text.
std::optional<std::uint64_t> size_from(std::string_view text);

/// A count with thousands separators: 3000000 is "3,000,000".
std::string count_text(std::uint64_t count);

/// "1 row", "2 rows", "3,000 rows".
std::string count_of(std::uint64_t count, std::string_view singular);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool is_utf8(std::string_view text);

/// Columns that `text` takes on a terminal: wide and combining characters counted, as wcwidth has them.
std::size_t display_width(std::string_view text);

}  // namespace mlops
