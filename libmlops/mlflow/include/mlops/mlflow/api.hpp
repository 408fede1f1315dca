#pragma once
/// MLflow's tracking REST, /api/2.0/mlflow/... (and /ajax-api/2.0, /api/3.0), over a session: requests in,
/// JSON out. Fields, shapes, messages and codes are those of MLflow's own server, read from its sources and
/// seen on the wire of 2.22 and 3.6.
///
/// A fault of the client is 400 or 404 with {"error_code", "message"}; one of ours is 507, never 500 or 503,
/// which MLflow's clients repeat for minutes. What is not here is 404 with ENDPOINT_NOT_FOUND, by which
/// clients know that a server is older; the registry of models, which is not here either, is 501.

#include <mlops/http/message.hpp>
#include <mlops/mlflow/session.hpp>

#include <mutex>
#include <string>

namespace mlops::mlflow {

class Api {
 public:
  /// Requests whose path does not begin with "/" and `secret` are refused, whatever they ask. `session` must
  /// outlive the Api; it is used by one thread at a time, which holds `turn`.
  Api(Session& session, std::string secret) : session_(session), secret_(std::move(secret)) {}

  /// Any thread.
  void answer(const http::Request& request, http::Response& response);
  std::mutex& turn() { return turn_; }

 private:
  void respond(std::string_view path, const http::Request& request, http::Response& response);

  Session& session_;
  const std::string secret_;
  std::mutex turn_;
};

}  // namespace mlops::mlflow
