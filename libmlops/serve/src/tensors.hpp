#pragma once
/// The tensors of an inference request as rows.

#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

#include "src/batch.hpp"
#include "src/cells.hpp"
#include "src/names.hpp"
#include "src/tensor.hpp"

namespace mlops::serve {

class Tensors {
 public:
  /// Everything must outlive the request. A tensor of all has the first `positional` of `inputs`.
  void start(const std::vector<predict::Input>& inputs, std::size_t positional, Names& names, Cells& cells,
             Batch& batch);

  /// `binary` is what stands behind the JSON. Fills columns of the batch; the number of rows. Throws
  /// request.malformed.
  std::size_t read(json::Node body, std::string_view binary);

  /// The whole body is the one input. Throws request.malformed also where the model has several.
  std::size_t read_raw(std::string_view bytes);

 private:
  bool take_all();
  void take_named();
  void check_rows(const Tensor& tensor);
  void take(const Tensor& tensor, std::size_t input);
  void put_cells();
  void put(const Tensor& tensor, std::size_t first);

  struct Target {
    const Tensor* tensor;
    std::size_t column;  ///< Of the cells: its first.
  };

  const std::vector<predict::Input>* inputs_ = nullptr;
  std::size_t positional_ = 0;
  Names* names_ = nullptr;
  Cells* cells_ = nullptr;
  Batch* batch_ = nullptr;
  const Tensor* first_ = nullptr;  ///< That told the number of rows.
  std::size_t rows_ = 0;
  std::vector<Tensor> tensors_ = {};
  std::vector<Target> targets_ = {};  ///< Of tensors in JSON.
};

/// Copies the columns of a tensor of checked bytes to the inputs from `input` on.
void fill_from_bytes(const Tensor& tensor, std::size_t input, Batch& batch);

/// Throws request.malformed when the JSON is none of the datatype; null is one of each.
void check_element(json::Node value, const Tensor& tensor, std::size_t element, bool masked);

}  // namespace mlops::serve
