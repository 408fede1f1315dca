#include "src/names.hpp"

#include <bit>
#include <functional>

namespace mlops::serve {
namespace {

constexpr std::size_t few = 16;
constexpr std::size_t most_unknown = 64;
constexpr std::size_t longest_unknown = 100;

}  // namespace

void Names::start(const std::vector<predict::Input>& inputs) {
  inputs_ = &inputs;
  next_ = 0;
  slots_.clear();
  unknown_.clear();
}

std::size_t Names::find(std::string_view name) {
  const auto& inputs = *inputs_;
  if (next_ < inputs.size() && inputs[next_].name == name) return next_++;
  const std::size_t found = search(name);
  if (found != none) next_ = found + 1;
  else if (unknown_.size() < most_unknown && name.size() <= longest_unknown) unknown_.push_back(name);
  return found;
}

std::size_t Names::search(std::string_view name) {
  const auto& inputs = *inputs_;
  if (inputs.size() <= few) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].name == name) return i;
    }
    return none;
  }
  if (slots_.empty()) index();
  std::size_t at = std::hash<std::string_view>()(name) & (slots_.size() - 1);
  for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1)) {
    if (inputs[slots_[at] - 1].name == name) return slots_[at] - 1;
  }
  return none;
}

void Names::index() {
  slots_.assign(std::bit_ceil(2 * inputs_->size()), 0);
  for (std::size_t i = 0; i < inputs_->size(); ++i) {
    std::size_t at = std::hash<std::string_view>()((*inputs_)[i].name) & (slots_.size() - 1);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

}  // namespace mlops::serve
