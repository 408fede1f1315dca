#pragma once
/// What was watched, for people: one page of HTML that needs nothing else (inline SVG, no script, no network,
/// light and dark), or Markdown for a pull request. Its size does not depend on the rows.

#include <mlops/monitor/watch.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace mlops::monitor {

/// `watches` as watches() gives them, oldest first, at least one: the newest in full, the others as lines
/// over time.
std::string html_report(std::span<const Watch> watches);
std::string markdown_report(std::span<const Watch> watches);

/// A file whole or not at all; a device or a pipe is written into, a link followed. Throws Error: usage (a
/// folder, no name), not_found (no such folder), busy (disk full), failed.
void write_report(const std::filesystem::path& file, std::string_view report);

}  // namespace mlops::monitor
