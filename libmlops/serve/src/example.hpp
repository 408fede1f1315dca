#pragma once
/// A body that POST /invocations accepts, to show how a model is asked.

#include <mlops/base/clock.hpp>
#include <mlops/json/value.hpp>
#include <mlops/model/registry.hpp>
#include <mlops/predict/signature.hpp>
#include <mlops/store/store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace mlops::serve {

/// The first row that the model was registered with, by column; nothing when there is none that we can read.
std::optional<json::Object> registered_row(store::Store& store, const model::Version& version);

/// {"dataframe_records": [{...}]} with a value for each column: that of `row` where it has one that may be
/// shown, else one made of what training saw. Personal data are neither shown nor hinted at by what training
/// saw.
std::string example_body(const std::vector<predict::Input>& columns, const json::Object& row, Time now);

}  // namespace mlops::serve
