#include "src/fetch/entry.hpp"

namespace mlops::http {

Downloaded download(Engines& engines, const Download& request, Progress& progress, const Cancel* cancel) {
  require_fetchable(request.url);
  auto* const start = engines.get<decltype(mlops_http_download)>("fetch", "mlops_http_download");
  Downloaded out;
  start(request, progress, cancel, out);
  return out;
}

}  // namespace mlops::http
