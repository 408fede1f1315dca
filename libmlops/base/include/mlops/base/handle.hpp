#pragma once
/// Owning pointers to what C libraries hand out: `using Db = Handle<sqlite3, sqlite3_close>`. One word big,
/// movable, not copyable, released once.

#include <memory>

namespace mlops {

template <auto release>
struct ReleaseWith {
  template <typename T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};

template <typename T, auto release>
using Handle = std::unique_ptr<T, ReleaseWith<release>>;

}  // namespace mlops
