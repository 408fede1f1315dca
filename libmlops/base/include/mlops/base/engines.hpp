#pragma once
/// Heavy libraries are opened when a command first needs them, never before: each sits in an engine, a shared
/// module
/// `<name>.so` in one of the engine folders. An engine stays open until the process ends. Thread-safe.

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mlops {

class Engines {
 public:
  /// A folder of engines that has to be made first, such as by unpacking it; nothing when there is none.
  using Last = std::function<std::optional<std::filesystem::path>()>;

  /// `folders` are searched in order; `last` is asked, once, for what is in none of them.
  explicit Engines(std::vector<std::filesystem::path> folders, Last last = {})
      : folders_(std::move(folders)), last_(std::move(last)) {}
  Engines(const Engines&) = delete;
  Engines& operator=(const Engines&) = delete;

  /// The address of `symbol` in the engine `name`, opening it if need be. Throws Error: failed (the engine is
  /// not installed, cannot be opened, or is of another version).
  template <typename Function>
  Function* get(const std::string& name, const std::string& symbol) {
    return reinterpret_cast<Function*>(find(name, symbol));
  }

  /// Names of the engines that are installed, sorted.
  std::vector<std::string> installed();

 private:
  void* find(const std::string& name, const std::string& symbol);
  void* open(const std::string& name);
  bool ask_last();

  std::vector<std::filesystem::path> folders_;
  Last last_;
  std::mutex mutex_;
  std::map<std::string, void*> open_;
};

}  // namespace mlops
