#pragma once
/// One tensor of an inference request: checked against its own shape and datatype before its values are used,
/// so that what follows reads no byte and no cell that is not there.

#include <mlops/json/document.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "src/datatype.hpp"

namespace mlops::serve {

struct Tensor {
  std::string_view name = {};
  Datatype type = Datatype::FP64;
  std::size_t rows = 0;   ///< The first dimension.
  std::size_t width = 1;  ///< The product of the others.
  bool plain = true;      ///< Of one or two dimensions.
  std::optional<json::Node> shape = {};
  std::optional<json::Node> data = {};  ///< JSON; else `bytes`.
  bool nested = false;                  ///< The data are a list for each row.
  std::string_view bytes = {};

  std::size_t elements() const { return rows * width; }
};

/// Reads the fields of a tensor; its bytes, if it has any, are cut off the front of `binary`. Throws
/// request.malformed.
Tensor read_tensor(json::Node node, std::size_t number, std::string_view& binary);

/// "[2, 3]"
std::string shape_text(const Tensor& tensor);

/// An element of BYTES at the front of `bytes`, which gets shorter by it; nothing when it is not whole.
std::optional<std::string_view> next_text(std::string_view& bytes);

}  // namespace mlops::serve
