#include "src/engine.hpp"

#include <mlops/base/error.hpp>

namespace mlops::dataset {
namespace {

std::filesystem::path spill_folder(store::Objects& objects) {
  try {
    return objects.temporary_path("-spill");
  } catch (const Error&) {
    return {};  // a store that can only be read
  }
}

}  // namespace

std::unique_ptr<table::Engine> open_engine(store::Objects& objects, Engines& engines,
                                           const Resources& resources, const Cancel* cancel) {
  return table::open(engines,
                     {.threads = resources.threads,
                      .memory_bytes = resources.memory_bytes,
                      .spill_dir = spill_folder(objects)},
                     cancel);
}

}  // namespace mlops::dataset
