#pragma once
/// Work in numbered pieces over some threads. Who wants results that do not depend on the number of threads
/// cuts the pieces by the data alone and adds them up in order.

#include <cstddef>
#include <functional>

namespace mlops::train {

/// Calls work(i) for each i below `pieces`, each once, on at most `threads` threads. The first exception is
/// thrown again here.
void in_parallel(std::size_t pieces, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace mlops::train
