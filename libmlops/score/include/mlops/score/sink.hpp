#pragma once
/// Where output goes: into a file that is there whole or not at all, into a device or pipe, or to a callback.

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace mlops::score {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(std::string_view bytes) = 0;
  /// Everything was written: a file takes its name. Without it nothing is left.
  virtual void commit() = 0;
};

/// `output` "-" goes to `write`. A link is followed, also one that leads to nothing
/// yet. Throws Error: usage (a folder, no name), not_found (no such folder), busy (disk
/// full), failed (cannot be written).
std::unique_ptr<Sink> open_sink(const std::filesystem::path& output,
                                const std::function<void(std::string_view bytes)>& write);

}  // namespace mlops::score
