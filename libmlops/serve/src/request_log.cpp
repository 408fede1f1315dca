#include "src/request_log.hpp"

namespace mlops::serve {
namespace {

constexpr std::string_view id_field = "X-Request-Id";

}  // namespace

RequestLog::RequestLog(monitor::PredictionLog* log)
    : log_(log), lane_(log == nullptr ? nullptr : &log->lane()) {}

const monitor::Stream* RequestLog::stream(const Loaded& loaded) {
  if (log_ == nullptr) return nullptr;
  return log_->stream(loaded.version.name, loaded.address, loaded.version.record, loaded.scorer);
}

std::string_view RequestLog::identify(const http::Request& request, std::string_view own,
                                      http::Response& response) {
  const std::string_view sent = request.header(id_field);
  if (is_request_id(sent)) return sent;
  if (is_request_id(own)) return own;
  const std::string_view made = ids_.next(log_->machine().now());
  for (auto& [name, value] : response.fields) {
    if (name != id_field) continue;
    value = made;  // what was sent is no id
    return made;
  }
  response.fields.emplace_back(id_field, made);
  return made;
}

}  // namespace mlops::serve
