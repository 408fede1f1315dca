#include "src/entry.hpp"

namespace mlops::table {

std::unique_ptr<Engine> open(Engines& engines, const Settings& settings, const Cancel* cancel) {
  auto* const make = engines.get<decltype(mlops_table_open)>("table", "mlops_table_open");
  return std::unique_ptr<Engine>(make(settings, cancel));
}

}  // namespace mlops::table
