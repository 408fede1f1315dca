#include <mlops/fs/volume.hpp>
#include <mlops/store/medium.hpp>

namespace mlops::store {
namespace {

std::string consequence_of(const fs::Volume& volume) {
  if (volume.read_only) return "mounted read-only: nothing is written";
  if (!volume.network) return "";
  if (!volume.shared_locks) return "locks keep out this machine's programs only: a store here is refused";
  return "indexes are made in memory by each command; what one machine writes others see after some seconds";
}

}  // namespace

Medium medium_of(const std::filesystem::path& path) {
  const fs::Volume volume = fs::volume(path);
  return {volume.type, consequence_of(volume), volume.free_bytes};
}

}  // namespace mlops::store
