#pragma once
/// Values as the bytes of Triton's binary tensors. The machines that we build for store them so.

#include <bit>
#include <string>

namespace mlops::serve {

static_assert(std::endian::native == std::endian::little);

template <typename T>
void append_little(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace mlops::serve
