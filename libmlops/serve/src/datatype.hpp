#pragma once
/// The datatypes of the Open Inference Protocol, version 2, and of Triton's binary tensors.

#include <mlops/base/columns.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mlops::serve {

enum class Datatype : std::uint8_t {
  BOOL,
  INT8,
  INT16,
  INT32,
  INT64,
  UINT8,
  UINT16,
  UINT32,
  UINT64,
  FP16,
  BF16,
  FP32,
  FP64,
  BYTES,
};

std::optional<Datatype> datatype_of(std::string_view name);
std::string_view name_of(Datatype type);

/// Of an element as bytes; 0 for BYTES, whose elements say it themselves.
std::size_t bytes_of(Datatype type);

/// What its elements become in a column.
mlops::Kind kind_of(Datatype type);

/// What an input or a label of that SQL type is: "BIGINT" is INT64. What has no datatype of its own, such as
/// dates, is BYTES.
Datatype datatype_of_sql(std::string_view type);

}  // namespace mlops::serve
