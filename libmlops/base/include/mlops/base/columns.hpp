#pragma once
/// A batch of typed columns in Arrow's C-data layout: what the table engine returns and predictors take,
/// handed over without a copy. `Columns` is an immutable value (copies share the buffers; safe to read from
/// many threads); `Column` is a view into it, also of nested values, and must not outlive the last copy.
///
///     for (std::size_t i = 0; i < batch.width(); ++i) {
///       const Column column = batch.column(i);
///       if (column.type().kind == Kind::int64) hash(column.values<std::int64_t>());
///     }
///
/// Asking a column for another type than its own is Error(internal).

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// The names, the guard and the layout of the C data interface are fixed by Arrow, so that every library's
// copy of them is the same type.
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

extern "C" {

struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
}

#endif

namespace mlops {

enum class Kind {
  null,     ///< Nothing but nulls: the type of a bare NULL.
  boolean,  ///< Column::boolean(row).
  int8,     ///< values<std::int8_t>(), and so on.
  int16,
  int32,
  int64,
  uint8,
  uint16,
  uint32,
  uint64,
  decimal,       ///< values<Int128>(): the unscaled value; hugeint is decimal(38, 0).
  float32,       ///< values<float>()
  float64,       ///< values<double>()
  text,          ///< text(row), UTF-8. Also UUID, JSON and enumerations, decoded.
  binary,        ///< text(row), any bytes.
  date,          ///< values<std::int32_t>(): days since 1970-01-01.
  time,          ///< values<std::int64_t>(): `unit`s since midnight.
  timestamp,     ///< values<std::int64_t>(): `unit`s since 1970-01-01, no zone.
  timestamp_tz,  ///< values<std::int64_t>(): `unit`s since 1970-01-01 UTC.
  interval,      ///< values<Interval>()
  list,          ///< items(row) of child(0).
  fixed_list,    ///< items(row) of child(0); each is `width` long.
  map,           ///< items(row) of child(0), a structure of key and value.
  structure,     ///< The same row of each child.
};

enum class TimeUnit { s, ms, us, ns };

struct Int128 {
  std::uint64_t low = 0;
  std::int64_t high = 0;
  bool operator==(const Int128&) const = default;
};

struct Interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t ns = 0;
  bool operator==(const Interval&) const = default;
};

struct Type {
  Kind kind = Kind::null;
  TimeUnit unit = TimeUnit::us;         ///< Of time and timestamps.
  int precision = 0;                    ///< Of a decimal: digits in all.
  int scale = 0;                        ///< Of a decimal: digits after the point.
  std::size_t width = 0;                ///< Of a fixed list: items per row.
  std::vector<Type> children = {};      ///< Of nested kinds.
  std::vector<std::string> names = {};  ///< Of the children: the fields of a structure.
  bool large = false;                   ///< Layout: offsets of text, binary and lists take 8 bytes, not 4.
  int index_bytes = 0;  ///< Layout: 1, 2, 4 or 8 when text is kept as indices into a dictionary, else 0.

  bool operator==(const Type&) const = default;
};

struct Field {
  std::string name;
  Type type;
  std::string sql = {};  ///< The producer's spelling of the type, such as "STRUCT(a BIGINT)"; top level only.

  bool operator==(const Field&) const = default;
};

/// Reads the children of a schema whose root is a structure. The schema stays the caller's. Throws
/// Error(failed) for layouts that have no Kind (unions, views, run-end encoding).
std::vector<Field> fields_of(const ArrowSchema& schema);

/// Bytes of one value in values<T>(); 0 for kinds that have none.
std::size_t fixed_bytes(Kind kind);

/// Positions [begin, end) of one row's items in child(0).
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

class Column {
 public:
  /// `array` has the layout `type` says; `offset` and `size` choose rows of it, on top of its own offset.
  Column(std::string_view name, const Type& type, const ArrowArray& array, std::size_t offset,
         std::size_t size)
      : name_(name),
        type_(&type),
        array_(&array),
        first_(offset + static_cast<std::size_t>(array.offset)),
        size_(size) {}

  std::string_view name() const { return name_; }
  const Type& type() const { return *type_; }
  std::size_t size() const { return size_; }

  std::size_t nulls() const;
  /// False when the row is null. A child of a structure may be valid where the structure is not.
  bool valid(std::size_t row) const {
    const auto* bits = buffer<std::uint8_t>(0);
    const auto i = first_ + row;
    return type().kind != Kind::null && (bits == nullptr || ((bits[i / 8] >> (i % 8)) & 1) != 0);
  }

  /// Every row's value; what stands at a null row means nothing.
  template <typename T>
  std::span<const T> values() const {
    require(holds<T>(type().kind), "values");
    return {size_ == 0 ? nullptr : buffer<T>(1) + first_, size_};
  }
  /// The same as bytes, whatever the type: fixed_bytes(kind) for each row, little-endian.
  std::span<const std::byte> bytes() const;
  bool boolean(std::size_t row) const;
  /// The bytes of text and binary; empty at a null row.
  std::string_view text(std::size_t row) const;
  /// Means nothing at a null row.
  Range items(std::size_t row) const;

  std::size_t children() const { return type().children.size(); }
  /// Of a structure: as many rows as this column has. Of lists and maps: what items() points into.
  Column child(std::size_t i) const;
  /// `count` rows from `from` on.
  Column slice(std::size_t from, std::size_t count) const {
    Column part = *this;
    part.first_ += from;
    part.size_ = count;
    return part;
  }

 private:
  template <typename T>
  static constexpr bool holds(Kind kind);
  template <typename T>
  const T* buffer(std::int64_t i) const {
    return i < array_->n_buffers ? static_cast<const T*>(array_->buffers[i]) : nullptr;
  }
  void require(bool right_kind, const char* what) const;
  std::size_t offset_at(std::size_t i) const;
  std::string_view decoded(std::size_t i) const;

  std::string_view name_;
  const Type* type_;
  const ArrowArray* array_;
  std::size_t first_;
  std::size_t size_;
};

class Columns {
 public:
  /// No columns, no rows.
  Columns();
  /// Takes over `array` (a structure whose children are laid out as `fields` says) and releases it after the
  /// last copy is gone; afterwards array.release is null.
  Columns(std::shared_ptr<const std::vector<Field>> fields, ArrowArray& array);

  std::size_t rows() const;
  /// Number of columns.
  std::size_t width() const { return fields_->size(); }
  const std::vector<Field>& fields() const { return *fields_; }
  Column column(std::size_t i) const;
  /// Position of the column of that very name.
  std::optional<std::size_t> find(std::string_view name) const;
  /// For a predictor that takes the C data interface; stays owned by this value.
  const ArrowArray& array() const { return *array_; }

 private:
  std::shared_ptr<const std::vector<Field>> fields_;
  std::shared_ptr<const ArrowArray> array_;
};

/// One batch with the rows of all `batches` (of equal fields), in order: a copy, with dictionaries decoded. A
/// single batch is returned as it is.
Columns concatenate(std::span<const Columns> batches);

template <typename T>
constexpr bool Column::holds(Kind kind) {
  switch (kind) {
    case Kind::int8:
      return std::is_same_v<T, std::int8_t>;
    case Kind::int16:
      return std::is_same_v<T, std::int16_t>;
    case Kind::int32:
      return std::is_same_v<T, std::int32_t>;
    case Kind::int64:
      return std::is_same_v<T, std::int64_t>;
    case Kind::uint8:
      return std::is_same_v<T, std::uint8_t>;
    case Kind::uint16:
      return std::is_same_v<T, std::uint16_t>;
    case Kind::uint32:
      return std::is_same_v<T, std::uint32_t>;
    case Kind::uint64:
      return std::is_same_v<T, std::uint64_t>;
    case Kind::decimal:
      return std::is_same_v<T, Int128>;
    case Kind::float32:
      return std::is_same_v<T, float>;
    case Kind::float64:
      return std::is_same_v<T, double>;
    case Kind::date:
      return std::is_same_v<T, std::int32_t>;
    case Kind::time:
    case Kind::timestamp:
    case Kind::timestamp_tz:
      return std::is_same_v<T, std::int64_t>;
    case Kind::interval:
      return std::is_same_v<T, Interval>;
    default:
      return false;
  }
}

}  // namespace mlops
