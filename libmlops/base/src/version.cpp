#include <mlops/base/version.hpp>

namespace mlops {

std::string_view version() { return MLOPS_VERSION; }

}  // namespace mlops
