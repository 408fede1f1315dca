#pragma once
/// Heavy libraries are opened when a command first needs them, never before: each sits in an engine, a shared
/// module
/// `<name>.so` in one of the engine folders. An engine stays open until the process ends. Thread-safe.

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace mlops {

class Engines {
 public:
  /// `folders` are searched in order.
  explicit Engines(std::vector<std::filesystem::path> folders) : folders_(std::move(folders)) {}
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  /// The address of `symbol` in the engine `name`, opening it if need be. Throws Error: failed (the engine is
  /// not installed, cannot be opened, or is of another version).
  template <typename Function>
  Function* get(const std::string& name, const std::string& symbol) {
    return reinterpret_cast<Function*>(find(name, symbol));
  }

  /// Names of the engines that are installed, sorted.
  std::vector<std::string> installed() const;

 private:
  void* find(const std::string& name, const std::string& symbol);

  std::vector<std::filesystem::path> folders_;
  std::mutex mutex_;
  std::map<std::string, void*> open_;
};

}  // namespace mlops
