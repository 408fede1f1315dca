#include "src/entry.hpp"

namespace mlops::http {

std::unique_ptr<Server> listen(Engines& engines, const ServerOptions& options) {
  auto* const start = engines.get<decltype(mlops_http_listen)>("http", "mlops_http_listen");
  return std::unique_ptr<Server>(start(options));
}

}  // namespace mlops::http
