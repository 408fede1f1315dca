#pragma once
/// XGBoost's C API with owners and with errors as Error: the only header that includes xgboost/c_api.h.

#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/gbdt/booster.hpp>

#include <xgboost/c_api.h>

#include <span>
#include <string>
#include <vector>

namespace mlops::gbdt {

/// Of every kind; a DMatrixHandle and a BoosterHandle are both void*.
using DMatrix = Handle<void, XGDMatrixFree>;
using RawBooster = Handle<void, XGBoosterFree>;

/// Throws what the library said last on this thread, unless `status` is 0.
void check(int status, Code code = Code::failed);

/// The first line of what the library says, without time, source line and stack.
std::string reason(std::string_view message);

/// While it lives, what the library would print from this thread is kept instead.
class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

  /// Names of parameters that the library said it does not use.
  static std::vector<std::string> unused_parameters();
};

/// The `__array_interface__` of floats, as the library takes arrays; it points at them.
std::string array_of(std::span<const float> values);
std::string array_of(const Matrix& matrix);

}  // namespace mlops::gbdt
