#pragma once
/// The model's inputs, found by the names that a request gives. In the model's own order it costs one
/// comparison a name.

#include <mlops/predict/signature.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace mlops::serve {

class Names {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// For a new request; `inputs` must outlive it.
  void start(const std::vector<predict::Input>& inputs);

  /// Position of the input of that name, or none.
  std::size_t find(std::string_view name);

  /// Names that were no input's, some of them: what a missing one may have been meant by.
  const std::vector<std::string_view>& unknown() const { return unknown_; }

 private:
  std::size_t search(std::string_view name);
  void index();

  const std::vector<predict::Input>* inputs_ = nullptr;
  std::size_t next_ = 0;
  std::vector<std::uint32_t> slots_ = {};  ///< Position + 1 by hash; empty until it is needed.
  std::vector<std::string_view> unknown_ = {};
};

}  // namespace mlops::serve
