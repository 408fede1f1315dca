#include "src/tensors.hpp"

#include <mlops/base/text.hpp>

#include "src/faults.hpp"

namespace mlops::serve {
namespace {

using Kind = json::Node::Kind;

}  // namespace

void Tensors::start(const std::vector<predict::Input>& inputs, std::size_t positional, Names& names,
                    Cells& cells, Batch& batch) {
  inputs_ = &inputs;
  positional_ = positional;
  names_ = &names;
  cells_ = &cells;
  batch_ = &batch;
  first_ = nullptr;
  rows_ = 0;
  tensors_.clear();
  targets_.clear();
}

std::size_t Tensors::read(json::Node body, std::string_view binary) {
  const auto inputs = body.find("inputs");
  if (!inputs || !inputs->is(Kind::list))
    throw malformed("the body has no list 'inputs'; {} is wanted",
                    R"({"inputs": [{"name", "shape", "datatype", "data"}, ...]})")
        .with_hint("`GET /v2/models/MODEL` names the tensors");
  tensors_.reserve(inputs->size());
  for (const json::Node node : inputs->items())
    tensors_.push_back(read_tensor(node, tensors_.size() + 1, binary));
  if (!binary.empty())
    throw malformed("{} behind the JSON belong to no tensor", count_of(binary.size(), "byte"));
  if (!take_all()) take_named();
  put_cells();
  return rows_;
}

std::size_t Tensors::read_raw(std::string_view bytes) {
  if (positional_ != 1)
    throw malformed(
        "the body is bytes without JSON (Inference-Header-Content-Length: 0), which only a model "
        "of one input takes; this one has {}",
        positional_);
  const predict::Input& input = inputs_->front();
  Tensor tensor{.name = input.name, .type = datatype_of_sql(input.type), .bytes = bytes};
  const std::size_t size = bytes_of(tensor.type);
  for (std::string_view rest = bytes; size == 0 && !rest.empty(); ++tensor.rows) {
    const auto text = next_text(rest);
    if (!text || !is_utf8(*text))
      throw malformed("element {} of the body is no text with its length in front", tensor.rows + 1);
  }
  if (size != 0) tensor.rows = bytes.size() / size;
  if (size != 0 && bytes.size() % size != 0)
    throw malformed("the body has {}, which is no multiple of the {} of {}", count_of(bytes.size(), "byte"),
                    size, name_of(tensor.type));
  take(tensor, 0);
  return tensor.rows;
}

/// A single tensor may have all inputs side by side, whatever its name.
bool Tensors::take_all() {
  if (tensors_.size() != 1 || positional_ == 0 || !tensors_[0].plain) return false;
  const Tensor& tensor = tensors_[0];
  if (tensor.width != positional_) return false;
  check_rows(tensor);
  take(tensor, 0);
  return true;
}

void Tensors::take_named() {
  for (const Tensor& tensor : tensors_) {
    const std::size_t input = names_->find(tensor.name);
    const bool column = tensor.plain && tensor.width == 1;
    if (!column && (input != Names::none || tensors_.size() == 1))
      throw malformed(
          "tensor {} has the shape {}; [n] or [n, 1] is wanted for each input, or a single "
          "tensor [n, {}] of all",
          quoted(tensor.name), shape_text(tensor), positional_);
    if (input == Names::none) continue;
    if (batch_->has(input)) throw malformed("tensor {} stands twice", quoted(tensor.name));
    check_rows(tensor);
    take(tensor, input);
  }
}

void Tensors::check_rows(const Tensor& tensor) {
  if (first_ == nullptr) {
    first_ = &tensor;
    rows_ = tensor.rows;
    cells_->start(rows_);
  }
  if (tensor.rows != rows_)
    throw malformed("tensor {} has {} and tensor {} has {}; all of them must have the same number",
                    quoted(first_->name), count_of(rows_, "row"), quoted(tensor.name),
                    count_of(tensor.rows, "row"));
}

/// Its columns are the inputs from `input` on.
void Tensors::take(const Tensor& tensor, std::size_t input) {
  if (!tensor.data) return fill_from_bytes(tensor, input, *batch_);
  targets_.push_back({&tensor, cells_->width()});
  for (std::size_t i = 0; i < tensor.width; ++i) {
    batch_->column(input + i);
    cells_->add(input + i);
  }
}

void Tensors::put_cells() {
  if (targets_.empty()) return;
  cells_->make();
  for (const Target& target : targets_) put(*target.tensor, target.column);
}

void Tensors::put(const Tensor& tensor, std::size_t first) {
  std::size_t row = 0;
  std::size_t column = 0;
  const auto place = [&](json::Node value) {
    const std::size_t at = first + column;
    check_element(value, tensor, row * tensor.width + column, (*inputs_)[cells_->input(at)].pii);
    cells_->at(at, row) = value.cell();
    if (++column != tensor.width) return;
    column = 0;
    ++row;
  };
  for (const json::Node item : tensor.data->items()) {
    if (!tensor.nested) {
      place(item);
    } else {
      for (const json::Node value : item.items()) place(value);
    }
  }
}

}  // namespace mlops::serve
