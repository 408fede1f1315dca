/// Elements of tensors: whether JSON fits the datatype, and what bytes stand for.
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "src/faults.hpp"
#include "src/tensors.hpp"

namespace mlops::serve {
namespace {

using Node = json::Node;

template <typename T>
bool is_whole(Node value) {
  if (value.is(Node::Kind::integer)) return std::in_range<T>(value.integer());
  if (value.is(Node::Kind::large)) return std::in_range<T>(value.large());
  if (!value.is(Node::Kind::number)) return false;
  const double number = value.number();
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  const double least = std::is_signed_v<T> ? -end : 0;
  return number == std::trunc(number) && number >= least && number < end;
}

bool is_number(Node value) {
  return value.is(Node::Kind::integer) || value.is(Node::Kind::large) || value.is(Node::Kind::number);
}

bool fits(Node value, Datatype type) {
  switch (type) {
    case Datatype::BOOL:
      return value.is(Node::Kind::flag) ||
             (value.is(Node::Kind::integer) && (value.integer() == 0 || value.integer() == 1));
    case Datatype::INT8:
      return is_whole<std::int8_t>(value);
    case Datatype::INT16:
      return is_whole<std::int16_t>(value);
    case Datatype::INT32:
      return is_whole<std::int32_t>(value);
    case Datatype::INT64:
      return is_whole<std::int64_t>(value);
    case Datatype::UINT8:
      return is_whole<std::uint8_t>(value);
    case Datatype::UINT16:
      return is_whole<std::uint16_t>(value);
    case Datatype::UINT32:
      return is_whole<std::uint32_t>(value);
    case Datatype::UINT64:
      return is_whole<std::uint64_t>(value);
    case Datatype::BYTES:
      return value.is(Node::Kind::text);
    default:
      return is_number(value);
  }
}

/// IEEE 754 binary16.
float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : sign * std::numeric_limits<float>::infinity();
  }
  const int whole = exponent == 0 ? fraction : fraction + 1024;
  return sign * std::ldexp(static_cast<float>(whole), (exponent == 0 ? 1 : exponent) - 25);
}

float from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

/// Each element of one column of the tensor, by its bytes.
template <typename Raw, typename Use>
void each(const Tensor& tensor, std::size_t offset, Use use) {
  for (std::size_t row = 0; row < tensor.rows; ++row) {
    Raw raw;
    std::memcpy(&raw, tensor.bytes.data() + (row * tensor.width + offset) * sizeof raw, sizeof raw);
    use(row, raw);
  }
}

template <typename T>
void copy(const Tensor& tensor, std::size_t offset, ColumnMemory& out) {
  T* values = out.values<T>();
  each<T>(tensor, offset, [&](std::size_t row, T value) { values[row] = value; });
}

void fill_texts(const Tensor& tensor, std::size_t input, Batch& batch) {
  for (std::size_t i = 0; i < tensor.width; ++i) batch.column(input + i).start_texts();
  std::string_view rest = tensor.bytes;
  for (std::size_t element = 0; element < tensor.elements(); ++element)
    batch.column(input + element % tensor.width).add(next_text(rest).value_or(""));
}

void fill_sized(const Tensor& tensor, std::size_t offset, ColumnMemory& out) {
  switch (bytes_of(tensor.type)) {
    case 1:
      return copy<std::uint8_t>(tensor, offset, out);
    case 2:
      return copy<std::uint16_t>(tensor, offset, out);
    case 4:
      return copy<std::uint32_t>(tensor, offset, out);
    default:
      return copy<std::uint64_t>(tensor, offset, out);
  }
}

void fill_column(const Tensor& tensor, std::size_t offset, ColumnMemory& out) {
  out.start(kind_of(tensor.type), tensor.rows);
  if (tensor.type == Datatype::BOOL) {
    each<std::uint8_t>(tensor, offset, [&](std::size_t row, std::uint8_t flag) {
      if (flag != 0) out.set_flag(row);
    });
  } else if (tensor.type == Datatype::FP16 || tensor.type == Datatype::BF16) {
    const auto read = tensor.type == Datatype::FP16 ? from_half : from_bfloat;
    float* values = out.values<float>();
    each<std::uint16_t>(tensor, offset,
                        [&](std::size_t row, std::uint16_t bits) { values[row] = read(bits); });
  } else {
    fill_sized(tensor, offset, out);
  }
}

}  // namespace

void check_element(json::Node value, const Tensor& tensor, std::size_t element, bool masked) {
  if (value.is(Node::Kind::null) || fits(value, tensor.type)) return;
  throw malformed("tensor {}, element {}: {} is no {}", quoted(tensor.name), element + 1,
                  shown(value, masked), name_of(tensor.type));
}

void fill_from_bytes(const Tensor& tensor, std::size_t input, Batch& batch) {
  if (tensor.type == Datatype::BYTES) return fill_texts(tensor, input, batch);
  for (std::size_t i = 0; i < tensor.width; ++i) fill_column(tensor, i, batch.column(input + i));
}

}  // namespace mlops::serve
