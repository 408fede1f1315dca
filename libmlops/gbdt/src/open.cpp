#include "src/entry.hpp"

namespace mlops::gbdt {

Trained train(Engines& engines, const TrainRequest& request) {
  Trained trained;
  engines.get<decltype(mlops_gbdt_train)>("gbdt", "mlops_gbdt_train")(request, trained);
  return trained;
}

std::unique_ptr<Booster> load(Engines& engines, std::string_view model) {
  auto* const make = engines.get<decltype(mlops_gbdt_load)>("gbdt", "mlops_gbdt_load");
  return std::unique_ptr<Booster>(make(model));
}

}  // namespace mlops::gbdt
