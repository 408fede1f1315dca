#include "src/entry.hpp"

namespace mlops::pack {

std::unique_ptr<Reader> open(Engines& engines, const std::filesystem::path& file) {
  auto* const make = engines.get<decltype(mlops_pack_open)>("pack", "mlops_pack_open");
  return std::unique_ptr<Reader>(make(file));
}

}  // namespace mlops::pack
