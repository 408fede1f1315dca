#include "src/fetch/entry.hpp"

namespace mlops::http {

Downloaded download(Engines& engines, const Download& request, Progress& progress, const Cancel* cancel) {
  require_fetchable(request.url);
  auto* const start = engines.get<decltype(mlops_http_download)>("fetch", "mlops_http_download");
  Downloaded out;
  start(request, progress, cancel, out);
  return out;
}

std::unique_ptr<Client> make_client(Engines& engines, const Network& network, const ClientLimits& limits,
                                    const Cancel* cancel) {
  auto* const make = engines.get<decltype(mlops_http_make_client)>("fetch", "mlops_http_make_client");
  return std::unique_ptr<Client>(make(network, limits, cancel));
}

const std::string& Answer::field(const std::string& name) const {
  static const std::string none;
  const auto found = fields.find(name);
  return found == fields.end() ? none : found->second;
}

}  // namespace mlops::http
