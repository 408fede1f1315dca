#pragma once
/// The rows of one request in Arrow's layout. The memory is the reader's own and is reused: in a steady state
/// a batch costs one allocation, that of its handle.

#include <mlops/base/columns.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::serve {

/// One column while it is filled. Rows are not null unless they are said to be.
class ColumnMemory {
 public:
  /// Kinds with values<T>(), boolean, null.
  void start(Kind kind, std::size_t rows);
  /// Kind::text, filled by add() and add_null().
  void start_texts();

  template <typename T>
  T* values() {
    return reinterpret_cast<T*>(values_.data());
  }
  void set_flag(std::size_t row) { values<std::uint8_t>()[row / 8] |= bit(row); }
  void set_null(std::size_t row);

  void add(std::string_view text) {
    bytes_ += text;
    close();
  }
  /// For a text that is put together at its place: append here, then close().
  std::string& bytes() { return bytes_; }
  void close() {
    offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
    ++rows_;
  }
  void add_null() {
    set_null(rows_);
    close();
  }

  Kind kind() const { return kind_; }
  std::size_t rows() const { return rows_; }
  /// The value of a row as JSON has it. A text is a part of this memory.
  json::Cell cell(std::size_t row) const;
  /// Describes the memory as it is now.
  void lay_out(ArrowArray& array);

 private:
  static std::uint8_t bit(std::size_t row) { return static_cast<std::uint8_t>(1U << (row % 8)); }

  Kind kind_ = Kind::null;
  std::size_t rows_ = 0;
  std::size_t nulls_ = 0;
  std::vector<std::uint64_t> values_ = {};  ///< Whatever the kind: the alignment is enough for each.
  std::vector<std::uint8_t> valid_ = {};    ///< Empty while no row is null.
  std::vector<std::int64_t> offsets_ = {};
  std::string bytes_ = {};
  std::array<const void*, 3> buffers_ = {};
};

class Batch {
 public:
  /// `inputs` of the columns, in front, are what the model takes.
  void start(const std::vector<predict::Input>& columns, std::size_t inputs);

  /// The memory of a column that the request has; ask once for each, and fill it.
  ColumnMemory& column(std::size_t column);
  const ColumnMemory& memory(std::size_t column) const { return memory_[column]; }
  bool has(std::size_t column) const { return present_[column] != 0; }

  /// Columns of the inputs that are there. When some are not, `unknown` names stand beside them, so that who
  /// misses the inputs can say what was sent instead.
  Columns finish(std::size_t rows, const std::vector<std::string_view>& unknown);

 private:
  void put(std::size_t place, std::string_view name, ColumnMemory& memory);

  const std::vector<predict::Input>* columns_ = nullptr;
  std::size_t inputs_ = 0;
  std::vector<std::uint8_t> present_ = {};
  std::vector<ColumnMemory> memory_ = {};
  ColumnMemory nothing_ = {};
  std::shared_ptr<std::vector<Field>> fields_ = std::make_shared<std::vector<Field>>();
  std::vector<ArrowArray> arrays_ = {};
  std::vector<ArrowArray*> children_ = {};
  const void* no_validity_ = nullptr;
};

}  // namespace mlops::serve
