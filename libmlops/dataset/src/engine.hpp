#pragma once
/// The table engine as datasets use it.

#include <mlops/dataset/resources.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/table/engine.hpp>

#include <filesystem>
#include <memory>
#include <string>

namespace mlops::dataset {

/// An engine that spills beside the store, or nowhere when that cannot be written.
std::unique_ptr<table::Engine> open_engine(store::Objects& objects, Engines& engines,
                                           const Resources& resources, const Cancel* cancel);

/// A fresh path for a file that its caller removes: beside the store, or in the system's folder for such
/// files when the store cannot be written.
std::filesystem::path scratch_path(store::Objects& objects, const std::string& suffix);

}  // namespace mlops::dataset
