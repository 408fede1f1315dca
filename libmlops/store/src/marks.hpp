#pragma once
/// What garbage collection has marked: the file gc/marks, a digest ("sha256:...") a line, sorted, and the
/// file gc/marked, written after it, whose time of change is when.

#include <mlops/base/digest.hpp>

#include <cstdint>
#include <filesystem>
#include <vector>

namespace mlops::store {

struct Marks {
  std::vector<Digest> digests;  ///< Sorted.
  std::int64_t time_ns = 0;     ///< By the clock of the file system; 0: the marking did not end.

  bool operator==(const Marks&) const = default;
};

Marks read_marks(const std::filesystem::path& root);

/// Replaces them; without digests, removes them.
void write_marks(const std::filesystem::path& root, const std::vector<Digest>& digests);

}  // namespace mlops::store
