#pragma once
/// The next entry of a reference that many write to at once.

#include <mlops/store/store.hpp>

namespace mlops::run {

/// Whatever the reference points at when it is our turn. Throws Error: busy.
store::Store::Published publish_next(store::Store& store, store::Store::Publication publication);

}  // namespace mlops::run
