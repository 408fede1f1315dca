#include "machine.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

namespace mlops::run {
namespace {

std::string text_of(const std::filesystem::path& path) {
  try {
    return fs::find_file(path).value_or("");
  } catch (const Error&) {
    return "";  // Closed to us, which in a container is not rare.
  }
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n\"");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\n\"") - first + 1);
}

/// What follows `name` and `separator` in the first line that begins with it.
std::string value_of(const std::string& text, std::string_view name, char separator) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t at = line.find(separator);
    if (line.starts_with(name) && at != std::string::npos) return trimmed(line.substr(at + 1));
    begin = end + 1;
  }
  return "";
}

json::Value or_null(const std::string& text) { return text.empty() ? json::Value() : json::Value(text); }

json::Value memory() {
  const std::string text = value_of(text_of("/proc/meminfo"), "MemTotal", ':');
  return text.empty() ? json::Value() : json::Value(std::stoll(text) * 1024);
}

json::Array gpus() {
  json::Array out;
  const std::filesystem::path nvidia = "/proc/driver/nvidia/gpus";
  for (const std::string& name : fs::names_in(nvidia)) {
    out.push_back(or_null(value_of(text_of(nvidia / name / "information"), "Model", ':')));
  }
  const std::filesystem::path cards = "/sys/class/drm";
  for (const std::string& name : fs::names_in(cards)) {
    const std::string product = trimmed(text_of(cards / name / "device/product_name"));
    if (!product.empty() && name.find('-') == std::string::npos) out.emplace_back(product);
  }
  return out;
}

}  // namespace

json::Object machine_facts() {
  const std::string cpuinfo = text_of("/proc/cpuinfo");
  return {{"system", or_null(value_of(text_of("/etc/os-release"), "PRETTY_NAME", '='))},
          {"kernel", or_null(trimmed(text_of("/proc/sys/kernel/osrelease")))},
          {"host", or_null(trimmed(text_of("/proc/sys/kernel/hostname")))},
          {"cpu", or_null(value_of(cpuinfo, "model name", ':'))},
          {"cpus", std::int64_t{::sysconf(_SC_NPROCESSORS_ONLN)}},
          {"memory_bytes", memory()},
          {"gpus", gpus()}};
}

}  // namespace mlops::run
