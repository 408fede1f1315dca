#pragma once
/// What reading and writing tables may take of the machine.

#include <cstdint>

namespace mlops::dataset {

struct Resources {
  unsigned threads = 0;  ///< 0: as many as the machine has.
  std::uint64_t memory_bytes =
      0;  ///< 0: the engine's default. What does not fit is spilled beside the store.
};

}  // namespace mlops::dataset
