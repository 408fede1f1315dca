#pragma once
/// A request on its way from the thread that answered it to the one that writes: bytes without pointers but
/// the one to its stream, at no alignment.
///
///     Head, request id, [as_of of each row], for each field its numbers or codes, predictions, [classes],
///     for each row its keys, then for each code that training never saw: the length of a text and the text

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "src/layout.hpp"

namespace mlops::monitor {

struct Head {
  const Stream* stream = nullptr;
  std::int64_t time_us = 0;
  std::uint64_t bytes = 0;  ///< Of the record, this included.
  std::uint64_t rows = 0;
  std::uint32_t request = 0;  ///< Bytes of its id.
  bool as_of = false;
};

/// Bytes that append() adds, but for texts.
std::size_t size_of(const Stream& stream, const Entry& entry);
void append(const Stream& stream, const Entry& entry, std::int64_t time_us, std::string& out);

/// Reads one back. It points into the bytes.
class Record {
 public:
  explicit Record(const char* at);

  const Head& head() const { return head_; }
  std::string_view request() const { return request_; }
  std::int64_t as_of(std::size_t row) const;
  double number(std::size_t field, std::size_t row) const;
  std::int32_t code(std::size_t field, std::size_t row) const;
  /// Of a key, as JSON.
  std::string_view key(std::size_t key, std::size_t row) const;
  /// Of a code that training never saw.
  std::string_view text(std::size_t field, std::size_t row) const;
  double prediction(std::size_t row, std::size_t output) const;
  std::uint32_t decision(std::size_t row) const;

 private:
  void find_keys(const char* at);
  void find_texts(const char* at);
  template <typename T>
  static T load(const char* at, std::size_t index) {
    T value;
    std::memcpy(&value, at + index * sizeof(T), sizeof(T));
    return value;
  }

  struct Text {
    std::size_t field;
    std::size_t row;
    std::string_view text;
  };

  Head head_ = {};
  std::string_view request_ = {};
  const char* as_of_ = nullptr;
  std::vector<const char*> fields_ = {};  ///< Inputs, then features.
  const char* predictions_ = nullptr;
  const char* classes_ = nullptr;
  std::vector<std::string_view> keys_ = {};  ///< Row by row.
  std::vector<Text> texts_ = {};             ///< In the order of fields and rows.
};

}  // namespace mlops::monitor
