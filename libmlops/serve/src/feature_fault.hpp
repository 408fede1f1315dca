#pragma once
/// Why a request about features is refused, in the form that Feast's client makes an exception of: a JSON
/// text that holds a JSON object with module, class and message.

#include <mlops/http/message.hpp>

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace mlops::serve {

/// A class of feast/errors.py.
enum class Feast {
  error,       ///< FeastError
  no_view,     ///< FeatureViewNotFoundException
  no_service,  ///< FeatureServiceNotFoundException
  no_object,   ///< FeastObjectNotFoundException
  no_source,   ///< PushSourceNotFoundException
  same_name,   ///< FeatureNameCollisionError
};

struct FeatureFault {
  int status = 422;
  Feast kind = Feast::error;
  std::string text;
};

template <typename... Args>
FeatureFault feature_fault(fmt::format_string<Args...> format, Args&&... args) {
  return {.text = fmt::format(format, std::forward<Args>(args)...)};
}

template <typename... Args>
FeatureFault feature_fault(int status, Feast kind, fmt::format_string<Args...> format, Args&&... args) {
  return {status, kind, fmt::format(format, std::forward<Args>(args)...)};
}

void refuse(const FeatureFault& fault, http::Response& response);

}  // namespace mlops::serve
