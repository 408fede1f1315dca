#pragma once
/// The segments of one model that this process writes. Used by one thread, but for the figures.

#include <mlops/fs/file.hpp>
#include <mlops/monitor/prediction_log.hpp>
#include <mlops/monitor/segments.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

namespace mlops::monitor {

/// Of all models together. Written by one thread.
struct Written {
  std::atomic<std::uint64_t> rows = 0;
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::uint64_t> dropped = 0;  ///< Rows that could not be written.
};

struct WriterClocks {
  const Clock& answers;
  const Clock& machine;
};

class Writer {
 public:
  /// `process`: a part of the names of its files, of no other process.
  Writer(const LogOptions& options, std::string model, std::string process, WriterClocks clocks,
         Written& written);

  /// Lines are put here; flush() writes them.
  std::string& lines() { return lines_; }
  void count(std::uint64_t rows) { rows_ += rows; }
  /// The lines that are not written yet go, and their rows count as dropped.
  void drop(const std::string& why) {
    fault_ = why;
    give_back();
  }
  /// Never throws: lines that cannot be written are dropped, and fault() says why.
  void flush();
  /// Why nothing can be written now; empty: it can.
  const std::string& fault() const { return fault_; }
  /// Removes what is not to be kept, once an hour and with each new file.
  void forget_old();

 private:
  using Steady = std::chrono::steady_clock;

  void write();
  bool goes_on() const;
  void begin();
  void fail(const std::string& why);
  void give_back();

  const LogOptions& options_;
  std::string model_;
  std::string process_;
  WriterClocks clocks_;
  Written& written_;
  Keep keep_;
  std::uint64_t segment_bytes_;
  std::string lines_ = {};
  std::uint64_t rows_ = 0;  ///< In lines_.
  std::optional<fs::File> file_ = {};
  fs::Stamp begun_ = {};
  std::int64_t hour_ = 0;
  std::uint64_t size_ = 0;    ///< Of the file.
  std::uint64_t number_ = 0;  ///< Of files.
  std::string fault_ = {};
  Steady::time_point retry_ = {};
  Steady::time_point forgot_ = {};
};

}  // namespace mlops::monitor
