#pragma once
/// The files of a prediction log: `<folder>/<model>/<UTC time>-<writer>-<number>.jsonl`, each written by one
/// process alone, from its beginning to its end. Their names sort by time. mlops-predictions(5) has the
/// lines.

#include <mlops/base/clock.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::monitor {

struct Segment {
  std::filesystem::path path;
  Time begun = {};  ///< To the second.
  std::uint64_t bytes = 0;

  bool operator==(const Segment&) const = default;
};

/// Those of one model, by name; none where there is no folder. Other files are left alone. Throws as the
/// file system does.
std::vector<Segment> segments(const std::filesystem::path& folder, const std::string& model);

/// How long and how much of a model's log is kept.
struct Keep {
  std::int64_t us = std::int64_t{30} * 86'400 * 1'000'000;
  std::uint64_t bytes = 10'000'000'000;

  bool operator==(const Keep&) const = default;
};

/// Removes the segments of a model whose last line is older than `keep.us`, and the oldest while there are
/// more than `keep.bytes - room`. How many went.
std::size_t forget(const std::filesystem::path& folder, const std::string& model, const Keep& keep, Time now,
                   std::uint64_t room = 0);

struct Lines {
  std::uint64_t whole = 0;
  std::uint64_t torn = 0;  ///< Cut off by a crash: at most one, the last.
};

/// Gives each whole line, without its end, in the order of writing.
Lines read(const Segment& segment, const std::function<void(std::string_view line)>& line);

}  // namespace mlops::monitor
