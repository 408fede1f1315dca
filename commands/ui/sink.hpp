#pragma once
/// Standard output with a buffer, and the only writer to it. A reader that goes away (`| head`) is not an
/// error: what follows is dropped, and closed() tells. Any other fault is thrown by write() or flush():
/// Error(busy) for a full disk, else Error(failed).

#include <string>
#include <string_view>

namespace mlops::ui {

class Sink {
 public:
  explicit Sink(int descriptor) : descriptor_(descriptor) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void write(std::string_view text);
  void flush();
  /// The reader has gone: there is no use in producing more.
  bool closed() const { return closed_; }

 private:
  int descriptor_;
  bool closed_ = false;
  std::string buffer_;
};

/// Whether standard error takes up to 4 kB without a wait: a pipe that nobody reads does not.
bool error_takes() noexcept;

/// Writes to standard error at once; faults are ignored, there is nobody to tell.
void write_error(std::string_view text) noexcept;

}  // namespace mlops::ui
