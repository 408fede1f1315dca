#pragma once
/// What `mlops store pin` keeps.

#include <mlops/base/clock.hpp>
#include <mlops/store/store.hpp>

#include <string>
#include <vector>

namespace mlops::commands {

struct StorePin {
  std::string what;  ///< An address (`sources/churn@v2`), or the digest of an object.
  Time time = {};
  std::string who;
  std::string why;
};
/// Sorted by what they keep.
std::vector<StorePin> store_pins(store::Store& store);

}  // namespace mlops::commands
