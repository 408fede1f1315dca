#include "src/holder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace mlops::http {
namespace {

constexpr std::size_t most_shown = 80;

/// The inodes of the sockets that listen on `port`, from one of the tables /proc/net/tcp and tcp6.
void listeners(const char* table, std::uint16_t port, std::vector<std::string>& inodes) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);  // the names of the columns
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string slot, local, remote, state, queues, timer, retransmits, user, timeout, inode;
    words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> user >> timeout >> inode;
    const std::string ending = fmt::format(":{:04X}", port);
    if (state == "0A" && local.ends_with(ending)) inodes.push_back(fmt::format("socket:[{}]", inode));
  }
}

bool holds(const std::filesystem::path& process, const std::vector<std::string>& sockets) {
  std::error_code code;
  for (std::filesystem::directory_iterator at(process / "fd", code), end; !code && at != end;
       at.increment(code)) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(at->path(), gone);
    if (!gone && std::find(sockets.begin(), sockets.end(), target.native()) != sockets.end()) return true;
  }
  return false;
}

/// Its arguments in one line; its name when they are empty.
std::string command_of(const std::filesystem::path& process) {
  std::string text;
  std::getline(std::ifstream(process / "cmdline", std::ios::binary), text);
  while (!text.empty() && text.back() == '\0') text.pop_back();
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.empty()) std::getline(std::ifstream(process / "comm"), text);
  return text.size() <= most_shown ? text : text.substr(0, most_shown - 3) + "...";
}

}  // namespace

std::string holder_text(std::uint16_t port) {
  std::vector<std::string> sockets;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) listeners(table, port, sockets);
  if (sockets.empty()) return {};
  std::error_code code;
  for (std::filesystem::directory_iterator at("/proc", code), end; !code && at != end; at.increment(code)) {
    const auto name = at->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos || !holds(at->path(), sockets)) continue;
    return fmt::format(" by process {} ({})", name, command_of(at->path()));
  }
  return " by a process of another user";
}

}  // namespace mlops::http
