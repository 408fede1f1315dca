#include "machine.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "src/readable_text.hpp"

namespace mlops::run {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n\"");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n\"") - first + 1);
}

/// What follows `name` and `separator` in the first line that begins with it.
std::string value_behind(const std::string& text, std::string_view name, char separator) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t at = line.find(separator);
    if (line.starts_with(name) && at != std::string::npos) return trimmed(line.substr(at + 1));
    begin = end + 1;
  }
  return "";
}

json::Value fact(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Value memory() {
  const std::string text = value_behind(readable_text("/proc/meminfo"), "MemTotal", ':');
  return text.empty() ? json::Value() : json::Value(std::stoll(text) * 1024);
}

json::Array gpus() {
  json::Array out;
  const std::filesystem::path nvidia = "/proc/driver/nvidia/gpus";
  for (const std::string& name : fs::names_in(nvidia)) {
    out.push_back(fact(value_behind(readable_text(nvidia / name / "information"), "Model", ':')));
  }
  const std::filesystem::path cards = "/sys/class/drm";
  for (const std::string& name : fs::names_in(cards)) {
    const std::string product = trimmed(readable_text(cards / name / "device/product_name"));
    if (!product.empty() && name.find('-') == std::string::npos) out.emplace_back(product);
  }
  return out;
}

}  // namespace

json::Object machine_facts() {
  const std::string cpuinfo = readable_text("/proc/cpuinfo");
  return {{"system", fact(value_behind(readable_text("/etc/os-release"), "PRETTY_NAME", '='))},
          {"kernel", fact(trimmed(readable_text("/proc/sys/kernel/osrelease")))},
          {"host", fact(trimmed(readable_text("/proc/sys/kernel/hostname")))},
          {"cpu", fact(value_behind(cpuinfo, "model name", ':'))},
          {"cpus", std::int64_t{::sysconf(_SC_NPROCESSORS_ONLN)}},
          {"memory_bytes", memory()},
          {"gpus", gpus()}};
}

}  // namespace mlops::run
