#pragma once
/// The table engine as datasets use it.

#include <mlops/dataset/resources.hpp>
#include <mlops/store/objects.hpp>
#include <mlops/table/engine.hpp>

#include <memory>

namespace mlops::dataset {

/// An engine that spills into the store's temporary files.
inline std::unique_ptr<table::Engine> open_engine(store::Objects& objects, Engines& engines,
                                                  const Resources& resources, const Cancel* cancel) {
  return table::open(engines,
                     {.threads = resources.threads,
                      .memory_bytes = resources.memory_bytes,
                      .spill_dir = objects.temporary_path("-spill")},
                     cancel);
}

}  // namespace mlops::dataset
