#include <mlops/config/machine.hpp>

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::config {
namespace {

std::string read(const std::filesystem::path& path) {
  try {
    return fs::find_file(path).value_or("");
  } catch (const Error&) {
    return "";  // not readable in this container: then it sets no limit that we could know
  }
}

/// The number at the front of `text`, which is cut off it; nothing for "max".
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return value;
}

/// The folders of the process's control group and of those around it: each may set a limit.
std::vector<std::filesystem::path> groups(const std::filesystem::path& root) {
  const std::string list = read(root / "proc/self/cgroup");
  const std::size_t begin = list.find("0::/");
  if (begin == std::string::npos || (begin > 0 && list[begin - 1] != '\n')) return {};
  std::filesystem::path group = list.substr(begin + 4, list.find('\n', begin) - begin - 4);
  std::vector<std::filesystem::path> out;
  while (true) {
    out.push_back(root / "sys/fs/cgroup" / group);
    if (group.empty()) return out;
    group = group.parent_path();
  }
}

unsigned processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
  return static_cast<unsigned>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));  // more than a cpu_set_t holds
}

/// "200000 100000" is two processors; a part of one counts as one.
std::uint64_t processors_of(std::string_view cpu_max, std::uint64_t otherwise) {
  const auto quota = take_number(cpu_max);
  const auto period = take_number(cpu_max);
  if (!quota || !period || *period == 0) return otherwise;
  return std::max<std::uint64_t>(1, (*quota + *period - 1) / *period);
}

std::uint64_t physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

}  // namespace

unsigned usable_threads(const Settings& settings, const std::filesystem::path& root) {
  if (settings.threads > 0) return settings.threads;
  std::uint64_t most = processors();
  for (const auto& group : groups(root)) most = std::min(most, processors_of(read(group / "cpu.max"), most));
  return static_cast<unsigned>(most);
}

std::uint64_t usable_memory(const Settings& settings, const std::filesystem::path& root) {
  if (settings.memory_bytes > 0) return settings.memory_bytes;
  std::uint64_t most = physical_memory();
  for (const auto& group : groups(root)) {
    const std::string text = read(group / "memory.max");
    std::string_view rest = text;
    if (const auto limit = take_number(rest)) most = std::min(most, *limit);
  }
  return most / 2;
}

}  // namespace mlops::config
