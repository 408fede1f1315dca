#pragma once
/// One thread's hand on the prediction log: which id a request has, and what goes into the log.

#include <mlops/http/message.hpp>
#include <mlops/monitor/prediction_log.hpp>

#include <cstdint>
#include <string_view>

#include "src/loaded.hpp"
#include "src/request_id.hpp"

namespace mlops::serve {

class RequestLog {
 public:
  /// Null: nothing is logged.
  explicit RequestLog(monitor::PredictionLog* log);

  /// Null where the model is not logged.
  const monitor::Stream* stream(const Loaded& loaded);

  /// The id that the client sent in X-Request-Id, else `own`, its protocol's; where neither is of use one is
  /// made and sent back in X-Request-Id. Holds until the next one.
  std::string_view identify(const http::Request& request, std::string_view own, http::Response& response);

  void put(const monitor::Stream& stream, const monitor::Entry& entry) { lane_->put(stream, entry); }

 private:
  monitor::PredictionLog* log_;
  monitor::Lane* lane_;
  RequestIds ids_ = {};
};

}  // namespace mlops::serve
