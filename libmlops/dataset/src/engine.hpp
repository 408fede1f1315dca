#pragma once
/// The table engine as datasets use it.

#include <mlops/dataset/resources.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/table/engine.hpp>

#include <memory>

namespace mlops::dataset {

/// An engine that spills beside the store, or nowhere when that cannot be written.
std::unique_ptr<table::Engine> open_engine(store::Objects& objects, Engines& engines,
                                           const Resources& resources, const Cancel* cancel);

}  // namespace mlops::dataset
