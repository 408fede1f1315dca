#include "src/tensor.hpp"

#include <mlops/base/text.hpp>

#include <cstdint>
#include <cstring>

#include "src/cells.hpp"
#include "src/faults.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

json::Node require(json::Node node, std::string_view member, std::string_view tensor) {
  const auto found = node.find(member);
  if (!found) throw malformed("tensor {} has no '{}'", quoted(tensor), member);
  return *found;
}

std::size_t product(std::size_t a, std::size_t b, const Tensor& tensor) {
  std::size_t out = 0;
  if (__builtin_mul_overflow(a, b, &out))
    throw malformed("tensor {} has the shape {}, which is more than can be held", quoted(tensor.name),
                    shape_text(tensor));
  return out;
}

void read_shape(json::Node node, Tensor& tensor) {
  const json::Node shape = require(node, "shape", tensor.name);
  if (!shape.is(Kind::list) || shape.size() == 0 || shape.size() > 16)
    throw malformed("the shape of tensor {} is no list of dimensions; [n] or [n, 1] is wanted",
                    quoted(tensor.name));
  tensor.shape = shape;
  std::size_t at = 0;
  for (const json::Node dimension : shape.items()) {
    if (!dimension.is(Kind::integer) || dimension.integer() < 0)
      throw malformed("the shape of tensor {} has {}; whole numbers from 0 on are wanted",
                      quoted(tensor.name), shown(dimension, false));
    const auto size = static_cast<std::size_t>(dimension.integer());
    if (at++ == 0) tensor.rows = size;
    else tensor.width = product(tensor.width, size, tensor);
  }
  tensor.plain = shape.size() <= 2;
  static_cast<void>(product(product(tensor.rows, tensor.width, tensor), 8, tensor));
}

void read_type(json::Node node, Tensor& tensor) {
  const json::Node name = require(node, "datatype", tensor.name);
  const auto type = name.is(Kind::text) ? datatype_of(name.text()) : std::nullopt;
  if (!type)
    throw malformed(
        "the datatype of tensor {} is {}; one of BOOL, INT8 to INT64, UINT8 to UINT64, FP16, "
        "BF16, FP32, FP64, BYTES is wanted",
        quoted(tensor.name), shown(name, false));
  tensor.type = *type;
}

void check_nested(json::Node data, const Tensor& tensor) {
  if (data.size() != tensor.rows)
    throw malformed("the data of tensor {} have {}, where its shape {} says {}", quoted(tensor.name),
                    count_of(data.size(), "row"), shape_text(tensor), tensor.rows);
  std::size_t row = 0;
  for (const json::Node values : data.items()) {
    ++row;
    if (!values.is(Kind::list) || values.size() != tensor.width)
      throw malformed("row {} of the data of tensor {} is no list of {}, as its shape {} says", row,
                      quoted(tensor.name), count_of(tensor.width, "value"), shape_text(tensor));
  }
}

void check_data(Tensor& tensor) {
  const json::Node data = *tensor.data;
  if (!data.is(Kind::list))
    throw malformed("the data of tensor {} are {}; a list is wanted", quoted(tensor.name),
                    kind_of_value(data));
  if (tensor.type == Datatype::FP16 || tensor.type == Datatype::BF16)
    throw malformed("tensor {} is {}, which has no form in JSON; send it as FP32, or as bytes",
                    quoted(tensor.name), name_of(tensor.type));
  tensor.nested = tensor.shape->size() == 2 && data.size() != 0 && (*data.items().begin()).is(Kind::list);
  if (tensor.nested) return check_nested(data, tensor);
  if (data.size() != tensor.elements())
    throw malformed("the data of tensor {} have {}, where its shape {} says {}", quoted(tensor.name),
                    count_of(data.size(), "element"), shape_text(tensor), tensor.elements());
}

void check_texts(const Tensor& tensor) {
  std::string_view rest = tensor.bytes;
  for (std::size_t i = 0; i < tensor.elements(); ++i) {
    const auto text = next_text(rest);
    if (!text)
      throw malformed("the {} of tensor {} end in element {}, where its shape {} says {}",
                      count_of(tensor.bytes.size(), "byte"), quoted(tensor.name), i + 1, shape_text(tensor),
                      tensor.elements());
    if (!is_utf8(*text)) throw malformed("element {} of tensor {} is not UTF-8", i + 1, quoted(tensor.name));
  }
  if (!rest.empty())
    throw malformed("tensor {} has {} behind its {}", quoted(tensor.name), count_of(rest.size(), "byte"),
                    count_of(tensor.elements(), "element"));
}

void check_bytes(const Tensor& tensor) {
  if (tensor.type == Datatype::BYTES) return check_texts(tensor);
  const std::size_t wanted = tensor.elements() * bytes_of(tensor.type);
  if (tensor.bytes.size() != wanted)
    throw malformed("tensor {} has {}, where its shape {} of {} takes {}", quoted(tensor.name),
                    count_of(tensor.bytes.size(), "byte"), shape_text(tensor), name_of(tensor.type), wanted);
}

std::string_view cut(json::Node size, const Tensor& tensor, std::string_view& binary) {
  if (!size.is(Kind::integer) || size.integer() < 0)
    throw malformed("'binary_data_size' of tensor {} is {}; a number of bytes is wanted", quoted(tensor.name),
                    shown(size, false));
  const auto bytes = static_cast<std::size_t>(size.integer());
  if (bytes > binary.size())
    throw malformed("tensor {} says that it has {}, where {} are left behind the JSON", quoted(tensor.name),
                    count_of(bytes, "byte"), binary.size())
        .with_hint("the field Inference-Header-Content-Length says how long the JSON is");
  const std::string_view out = binary.substr(0, bytes);
  binary.remove_prefix(bytes);
  return out;
}

}  // namespace

std::optional<std::string_view> next_text(std::string_view& bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < sizeof size) return std::nullopt;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (bytes.size() - sizeof size < size) return std::nullopt;
  const std::string_view text = bytes.substr(sizeof size, size);
  bytes.remove_prefix(sizeof size + size);
  return text;
}

std::string shape_text(const Tensor& tensor) {
  if (!tensor.shape) return fmt::format("[{}]", tensor.rows);
  std::string out;
  for (const json::Node dimension : tensor.shape->items())
    out += (out.empty() ? "[" : ", ") + shown(dimension, false);
  return out + "]";
}

Tensor read_tensor(json::Node node, std::size_t number, std::string_view& binary) {
  if (!node.is(Kind::object))
    throw malformed("item {} of 'inputs' is {}; a tensor (name, shape, datatype, data) is wanted", number,
                    kind_of_value(node));
  const auto name = node.find("name");
  if (!name || !name->is(Kind::text)) throw malformed("item {} of 'inputs' has no text 'name'", number);
  Tensor tensor{.name = name->text()};
  read_type(node, tensor);
  read_shape(node, tensor);
  tensor.data = node.find("data");
  const auto parameters = node.find("parameters");
  const auto size = parameters ? parameters->find("binary_data_size") : std::nullopt;
  if (tensor.data.has_value() == size.has_value())
    throw malformed("tensor {} has {} 'data' {} 'binary_data_size'; exactly one is wanted",
                    quoted(tensor.name), size ? "both" : "neither", size ? "and" : "nor");
  if (size) tensor.bytes = cut(*size, tensor, binary);
  if (size) check_bytes(tensor);
  else check_data(tensor);
  return tensor;
}

}  // namespace mlops::serve
