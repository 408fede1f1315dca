#pragma once
/// Which of MLflow's forms a body has.

#include <mlops/base/error.hpp>
#include <mlops/json/document.hpp>
#include <mlops/predict/signature.hpp>

#include <vector>

namespace mlops::serve {

/// The one member of the body that holds the rows: `dataframe_split`, `dataframe_records`, `instances` or
/// `inputs`. Throws request.malformed when there are none or several, and for members that the protocol does
/// not have, with what was meant.
json::Entry form_of(json::Node body, const std::vector<predict::Input>& inputs);

/// The fault with a hint at where a good body is to be had.
Error with_example(Error fault);

}  // namespace mlops::serve
