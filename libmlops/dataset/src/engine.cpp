#include "src/engine.hpp"

#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>

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

std::filesystem::path scratch_path(store::Objects& objects, const std::string& suffix) {
  try {
    return objects.temporary_path(suffix);
  } catch (const Error&) {
    return std::filesystem::temp_directory_path() / ("mlops-" + crypto::random_hex(8) + suffix);
  }
}

}  // namespace mlops::dataset
