#pragma once
/// Keys of entities as bytes, and a number for each different one. Columns side by side are one key; parts
/// carry their lengths, so that ('1', '11') and ('11', '1') are two.

#include <mlops/base/columns.hpp>
#include <mlops/feature/view.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::feature {

/// Nothing for a type that can be no key (numbers with a fraction, times of day, nested ones).
std::optional<KeyKind> key_kind_of(const Type& type);
std::string_view name_of(KeyKind kind);

class KeyReader {
 public:
  /// All of the same length.
  explicit KeyReader(std::vector<Column> columns);
  /// The bytes of a row's key, good until the next call; nothing when a part is null.
  std::optional<std::string_view> read(std::size_t row);

 private:
  std::vector<Column> columns_;
  std::string buffer_;
};

/// The bytes of each part, without their lengths.
std::vector<std::string_view> key_parts(std::string_view key, std::size_t parts);

/// Numbers keys from 0 in the order in which they are met.
class KeyIndex {
 public:
  std::uint32_t add(std::string_view key);
  std::optional<std::uint32_t> find(std::string_view key) const;
  std::size_t size() const { return hashes_.size(); }

 private:
  std::size_t slot_of(std::string_view key, std::uint64_t hash) const;
  std::string_view key(std::uint32_t id) const;
  void grow();

  std::vector<std::uint32_t> slots_ = std::vector<std::uint32_t>(1024, 0);  // number + 1; 0: free
  std::vector<std::uint64_t> hashes_;
  std::vector<std::uint64_t> ends_;
  std::string bytes_;
};

}  // namespace mlops::feature
