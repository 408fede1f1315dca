#include "src/process.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

namespace mlops::serve {
namespace {

std::string read(const char* path) {
  try {
    return fs::find_file(path).value_or("");
  } catch (const Error&) {
    return "";  // hidden from this process
  }
}

/// The number at a place of a line whose parts are divided by blanks, from 0.
std::optional<std::uint64_t> number_at(std::string_view line, std::size_t place) {
  for (; place > 0; --place) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    line.remove_prefix(blank + 1);
  }
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), value);
  return fault == std::errc() ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> open_files() {
  std::error_code fault;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", fault), end; !fault && at != end;
       at.increment(fault)) {
    ++count;
  }
  if (fault || count == 0) return std::nullopt;
  return count - 1;  // not that of the listing itself
}

/// Field 22 of proc(5)'s stat counts ticks since the machine started. The name in brackets may hold blanks;
/// behind it comes field 3.
std::optional<double> started() {
  constexpr std::size_t place = 22 - 3;
  constexpr std::string_view key = "btime ";
  const std::string own = read("/proc/self/stat");
  const std::string machine = read("/proc/stat");
  const std::size_t name_end = own.rfind(") ");
  const std::size_t boot = machine.find(key);
  if (name_end == std::string::npos || boot == std::string::npos) return std::nullopt;
  const auto ticks = number_at(std::string_view(own).substr(name_end + 2), place);
  const auto booted = number_at(std::string_view(machine).substr(boot + key.size()), 0);
  if (!ticks || !booted) return std::nullopt;
  return static_cast<double>(*booted) +
         static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures out;
  rusage used = {};
  if (getrusage(RUSAGE_SELF, &used) == 0) out.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  if (const auto pages = number_at(read("/proc/self/statm"), 1))
    out.resident_bytes = *pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  out.open_files = open_files();
  out.started = started();
  return out;
}

}  // namespace mlops::serve
