#pragma once
/// An owned file descriptor: closed once, movable, never copied. Every descriptor of this program is opened
/// close-on-exec. Used by one thread.

#include <utility>

namespace mlops::fs {

class Descriptor {
 public:
  Descriptor() = default;
  /// Takes over `number`; -1 is "none".
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  void close() noexcept;
  /// The caller's from now on.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

}  // namespace mlops::fs
