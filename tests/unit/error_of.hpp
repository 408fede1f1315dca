#pragma once
/// What a call is refused with.

#include <gtest/gtest.h>
#include <mlops/base/error.hpp>

namespace mlops::test {

/// The Error that `call` throws; when it throws none, the test has failed.
template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& e) {
    return e;
  }
  ADD_FAILURE() << "expected an error";
  return error(Code::internal, "none");
}

}  // namespace mlops::test
