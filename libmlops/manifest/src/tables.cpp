#include <mlops/manifest/tables.hpp>

namespace mlops::manifest {

Place Places::at(std::string_view key) const {
  const auto found = all.find(key);
  return found == all.end() ? Place{} : found->second;
}

}  // namespace mlops::manifest
