#include <mlops/base/engines.hpp>
#include <mlops/base/error.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <utility>

namespace mlops {

namespace {

namespace stdfs = std::filesystem;

std::string listed(const std::vector<stdfs::path>& folders) {
  std::string out;
  for (const auto& folder : folders) out += (out.empty() ? "" : ", ") + folder.string();
  return out;
}

std::string uppered(std::string name) {
  for (char& c : name) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

void* opened(const stdfs::path& path) {
  void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return handle;
  const char* reason = dlerror();
  throw error(Code::failed, "cannot open the engine '{}': {}", path.string(),
              reason == nullptr ? "?" : reason)
      .with_hint("install the package that brings the missing library, then run `mlops doctor`");
}

}  // namespace

bool Engines::ask_last() {
  const Last last = std::exchange(last_, {});
  const auto folder = last ? last() : std::nullopt;
  if (folder) folders_.push_back(*folder);
  return folder.has_value();
}

std::vector<std::string> Engines::installed() {
  const std::lock_guard lock(mutex_);
  ask_last();
  std::vector<std::string> names;
  for (const auto& folder : folders_) {
    std::error_code ignored;
    for (const auto& entry : stdfs::directory_iterator(folder, ignored)) {
      if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

void* Engines::open(const std::string& name) {
  for (std::size_t i = 0; i < folders_.size() || ask_last(); ++i) {
    const auto path = folders_[i] / (name + ".so");
    std::error_code ignored;
    if (stdfs::exists(path, ignored)) return opened(path);
  }
  throw error(Code::failed, "the '{}' engine is not installed (looked in {})", name, listed(folders_))
      .with_id("engine.missing")
      .with_hint("copy the whole folder that `cmake --install` makes, or build with -DMLOPS_{}=ON",
                 uppered(name));
}

void* Engines::find(const std::string& name, const std::string& symbol) {
  const std::lock_guard lock(mutex_);
  void*& handle = open_[name];
  if (handle == nullptr) handle = open(name);
  void* address = dlsym(handle, symbol.c_str());
  if (address == nullptr) {
    throw error(Code::failed, "the '{}' engine is of another version: it has no '{}'", name, symbol)
        .with_hint("install `mlops` and its engines together");
  }
  return address;
}

}  // namespace mlops
