#pragma once
/// Files of the source tree that are part of the executable: the prose of the manual pages and the completion
/// scripts. The build writes the definitions.

#include <span>
#include <string_view>

namespace mlops::cli {

struct EmbeddedFile {
  std::string_view name;  ///< "mlops-doctor.md", "mlops.bash"
  std::string_view text;
};

/// Sorted by name.
std::span<const EmbeddedFile> embedded_files();

/// Its text, or nothing when there is no such file.
std::string_view embedded_file(std::string_view name);

/// "2026-11-20": the day of the release, which dates the manual.
std::string_view release_date();

}  // namespace mlops::cli
