#include "src/faults.hpp"

namespace mlops::serve {

std::string quoted(std::string_view name) {
  constexpr std::size_t most = 60;
  if (name.size() <= most) return fmt::format("'{}'", name);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}...'", name.substr(0, end));
}

}  // namespace mlops::serve
