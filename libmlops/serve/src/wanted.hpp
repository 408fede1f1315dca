#pragma once
/// What an inference request says about its answer.

#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/serve/body.hpp>

namespace mlops::serve {

/// Outputs of a model of that task, in their order.
const std::vector<std::string>& outputs_of(predict::Task task);

/// Fills `rest` from `id`, `outputs` and `parameters`. Throws request.malformed for an output that the model
/// has not, naming those it has.
void read_wanted(json::Node body, predict::Task task, Inference& rest);

}  // namespace mlops::serve
