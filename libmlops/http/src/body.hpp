#pragma once
/// The memory of one request's body outside of the read buffer: pages of its own, so that what a big body
/// took goes back to the system at once. A single thread at a time.

#include <cstddef>
#include <span>
#include <string_view>

namespace mlops::http {

class Body {
 public:
  Body() = default;
  ~Body() { release(); }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  /// Room for `bytes` in all; what is there stays. False when the system has no memory.
  bool reserve(std::size_t bytes);
  /// There must be room.
  void append(std::string_view piece);
  /// The room behind the last byte; filled() says how much of it has been used.
  std::span<char> space() { return {data_ + size_, capacity_ - size_}; }
  void filled(std::size_t bytes) { size_ += bytes; }

  std::string_view text() const { return {data_, size_}; }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  void clear() { size_ = 0; }
  /// Back to the system.
  void release();

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mlops::http
