#pragma once
/// The right to work on a schedule: the kernel lock on Journal::work_lock(), which goes with the process that
/// has it. The file says who that is.

#include <mlops/base/cancel.hpp>
#include <mlops/fs/file.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace mlops::pipeline {

class Work {
 public:
  /// Nothing: another process has it, for as long as `wait_us`. The file and its folder are made. Throws
  /// Error: busy (disk full), failed, interrupted.
  static std::optional<Work> take(const std::filesystem::path& lock, std::int64_t wait_us = 0,
                                  const Cancel* cancel = nullptr);

 private:
  explicit Work(fs::File file) : file_(std::move(file)) {}

  fs::File file_;
};

/// Whether somebody works; nothing is written.
bool is_at_work(const std::filesystem::path& lock);

/// The process that works; nothing: nobody does, or it cannot be told (another machine, another container).
std::optional<int> worker(const std::filesystem::path& lock);

/// Asks the process that works to end (SIGTERM); false: there is none that we could ask.
bool ask_to_end(const std::filesystem::path& lock);

}  // namespace mlops::pipeline
