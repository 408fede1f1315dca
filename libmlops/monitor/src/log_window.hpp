#pragma once
/// The files of a log that can have lines of some time.

#include <mlops/monitor/watch.hpp>

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

/// By their names alone, each once. A file is begun when its first lines are written, which a slow disk may
/// have held up for some minutes, and ends with its hour.
std::vector<Segment> segments_in(const std::filesystem::path& log, const std::string& model,
                                 std::span<const Window> windows);

/// As read(); no lines where the file is gone meanwhile: the oldest are removed at any time.
Lines read_if_there(const Segment& segment, const std::function<void(std::string_view line)>& line);

}  // namespace mlops::monitor
