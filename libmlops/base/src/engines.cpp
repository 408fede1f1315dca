#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>

#include <dlfcn.h>

#include <algorithm>

namespace mlops {

std::vector<std::string> Engines::installed() const {
  std::vector<std::string> names;
  for (const auto& folder : folders_) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void* Engines::find(const std::string& name, const std::string& symbol) {
  const std::lock_guard lock(mutex_);
  void*& handle = open_[name];
  std::string seen;
  for (auto folder = folders_.begin(); handle == nullptr && folder != folders_.end(); ++folder) {
    const auto path = *folder / (name + ".so");
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
      seen += (seen.empty() ? "" : ", ") + folder->string();
      continue;
    }
    handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      const char* reason = dlerror();
      throw error(Code::failed, "cannot open the engine '{}': {}", path.string(),
                  reason == nullptr ? "?" : reason)
          .with_hint("install the package that brings the missing library, then run `mlops doctor`");
    }
  }
  if (handle == nullptr) {
    throw error(Code::failed, "the '{}' engine is not installed (looked in {})", name, seen)
        .with_id("engine.missing")
        .with_hint("copy the whole folder that `cmake --install` makes, or build with -DMLOPS_{}=ON", [&] {
          std::string upper = name;
          for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
          return upper;
        }());
  }
  void* address = dlsym(handle, symbol.c_str());
  if (address == nullptr) {
    throw error(Code::failed, "the '{}' engine is of another version: it has no '{}'", name, symbol)
        .with_hint("install `mlops` and its engines together");
  }
  return address;
}

}  // namespace mlops
