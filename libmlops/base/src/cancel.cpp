#include <mlops/base/cancel.hpp>
#include <mlops/base/error.hpp>

namespace mlops {

void Cancel::check() const {
  if (is_set()) throw Error(Code::interrupted, "interrupted");
}

}  // namespace mlops
