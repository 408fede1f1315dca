#pragma once
/// Work in numbered pieces over some threads. Who wants results that do not depend on the number of threads
/// cuts the pieces by the data alone and adds them up in order.

#include <mlops/base/cancel.hpp>

#include <cstddef>
#include <functional>

namespace mlops {

struct Workers {
  unsigned threads = 1;
  const Cancel* cancel = nullptr;  ///< Looked at before each piece.
};

/// Calls work(i) for each i below `pieces`, each once, on at most as many threads as there are workers, fewer
/// where the system does not give them. The first exception is thrown again here: interrupted, or that of the
/// work.
void in_parallel(std::size_t pieces, const Workers& workers, const std::function<void(std::size_t)>& work);

}  // namespace mlops
