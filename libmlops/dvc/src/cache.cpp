#include "src/cache.hpp"

namespace mlops::dvc {

std::array<std::string, 2> keys_of(const Name& name) {
  std::string old = name.hex.substr(0, 2) + "/" + name.hex.substr(2);
  std::string now = "files/md5/" + old;
  if (name.dos) return {std::move(old), std::move(now)};
  return {std::move(now), std::move(old)};
}

std::optional<Kept> find_object(const std::filesystem::path& cache, const Name& name) {
  for (const std::string& key : keys_of(name)) {
    std::filesystem::path file = cache / key;
    const auto look = fs::find_look(file);
    if (look && look->type == fs::Type::file) return Kept{.file = std::move(file), .look = *look};
  }
  return std::nullopt;
}

}  // namespace mlops::dvc
