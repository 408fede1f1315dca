#pragma once
/// The text of a reference's file: one line an entry, canonical JSON closed by the crc of all before it. A
/// crash leaves at most one damaged line, the last.

#include <mlops/fs/file.hpp>
#include <mlops/store/references.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::store {

/// With the newline.
std::string line_of(const ReferenceEntry& entry);
/// `line` without the newline; nothing when the crc or anything else is wrong.
std::optional<ReferenceEntry> entry_of(std::string_view line);

/// The whole lines of a file from an offset on.
struct Lines {
  std::vector<ReferenceEntry> entries;
  std::uint64_t end = 0;   ///< Offset in the file after the last whole line.
  std::uint64_t torn = 0;  ///< Bytes after that.
};

/// Every entry from `offset`, which must be the start of a line. Throws Error(corrupt) for a damaged line
/// that is not the last.
Lines read_lines(const fs::File& file, std::uint64_t offset = 0);

/// At most the last entry, without reading what is before it.
Lines read_last(const fs::File& file);

}  // namespace mlops::store
