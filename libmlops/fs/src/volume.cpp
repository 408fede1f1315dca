#include <mlops/base/error.hpp>
#include <mlops/fs/volume.hpp>

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace mlops::fs {
namespace {

struct Known {
  std::uint32_t magic;
  std::string_view name;
  bool network;
};

// From statfs(2) and linux/magic.h. FUSE may be anything and is taken for local.
constexpr std::array<Known, 20> known = {
    {{0xEF53, "ext4", false},      {0x58465342, "xfs", false},      {0x9123683E, "btrfs", false},
     {0x01021994, "tmpfs", false}, {0x794C7630, "overlay", false},  {0x2FC12FC1, "zfs", false},
     {0xF2F52010, "f2fs", false},  {0xCA451A4E, "bcachefs", false}, {0x4D44, "vfat", false},
     {0x2011BAB0, "exfat", false}, {0x65735546, "fuse", false},     {0x6969, "nfs", true},
     {0xFF534D42, "cifs", true},   {0xFE534D42, "smb2", true},      {0x517B, "smb", true},
     {0x00C36400, "ceph", true},   {0x5346414F, "afs", true},       {0x0BD00BD0, "lustre", true},
     {0x47504653, "gpfs", true},   {0x01021997, "9p", true}}};

}  // namespace

Volume volume(const std::filesystem::path& path) {
  struct statfs status = {};
  if (::statfs(path.c_str(), &status) != 0) {
    throw system_error(errno, fmt::format("cannot read '{}'", path.native()));
  }
  const auto magic = static_cast<std::uint32_t>(status.f_type);
  Volume volume = {.type = fmt::format("0x{:x}", magic),
                   .network = false,
                   .read_only = (status.f_flags & ST_RDONLY) != 0,
                   .free_bytes = std::uint64_t{status.f_bavail} * static_cast<std::uint64_t>(status.f_bsize)};
  for (const Known& type : known) {
    if (type.magic != magic) continue;
    volume.type = type.name;
    volume.network = type.network;
  }
  return volume;
}

bool writable(const std::filesystem::path& folder) { return ::access(folder.c_str(), W_OK | X_OK) == 0; }

}  // namespace mlops::fs
