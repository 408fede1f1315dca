#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/volume.hpp>

#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace mlops::fs {
namespace {

/// Who is kept out by flock(), in this order of the man pages: nfs(5), mount.lustre(8), mount.ceph(8),
/// mount.cifs(8).
enum class Locks {
  local,        ///< One machine has the file system.
  shared,       ///< All machines.
  nfs,          ///< All, unless the mount says `nolock` or `local_lock=`.
  lustre,       ///< All if the mount says `flock`.
  own_machine,  ///< Only this machine's, or in a way that also stops readers.
};

struct Known {
  std::uint32_t magic;
  std::string_view name;
  Locks locks;
};

// From statfs(2) and linux/magic.h. FUSE may be anything and is taken for local.
constexpr std::array<Known, 21> known = {{{0xEF53, "ext4", Locks::local},
                                          {0x58465342, "xfs", Locks::local},
                                          {0x9123683E, "btrfs", Locks::local},
                                          {0x01021994, "tmpfs", Locks::local},
                                          {0x794C7630, "overlay", Locks::local},
                                          {0x2FC12FC1, "zfs", Locks::local},
                                          {0xF2F52010, "f2fs", Locks::local},
                                          {0xCA451A4E, "bcachefs", Locks::local},
                                          {0x4D44, "vfat", Locks::local},
                                          {0x2011BAB0, "exfat", Locks::local},
                                          {0x5346544E, "ntfs", Locks::local},
                                          {0x65735546, "fuse", Locks::local},
                                          {0x6969, "nfs", Locks::nfs},
                                          {0xFF534D42, "cifs", Locks::own_machine},
                                          {0xFE534D42, "smb2", Locks::own_machine},
                                          {0x517B, "smb", Locks::own_machine},
                                          {0x00C36400, "ceph", Locks::shared},
                                          {0x5346414F, "afs", Locks::own_machine},
                                          {0x0BD00BD0, "lustre", Locks::lustre},
                                          {0x47504653, "gpfs", Locks::shared},
                                          {0x01021997, "9p", Locks::own_machine}}};

/// The options of the file system that `path` lies on, as proc(5) describes mountinfo: "rw,vers=4.2,...",
/// between commas. Empty when it is not listed there.
std::string mount_options(const std::filesystem::path& path) {
  const auto stamp = find_stamp(path);
  if (!stamp) return {};
  const std::string device = fmt::format(" {}:{} ", major(stamp->device), minor(stamp->device));
  const std::string mounts = find_file("/proc/self/mountinfo").value_or("");
  std::string options;
  for (std::size_t begin = 0, end = 0; (end = mounts.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    const std::string line = mounts.substr(begin, end - begin);
    // "36 35 98:0 /root /mount-point ...": nothing before the device holds a blank.
    if (line.find(device) != line.find(' ', line.find(' ') + 1)) continue;
    options = "," + line.substr(line.rfind(' ') + 1) + ",";
  }
  return options;
}

bool has_shared_locks(Locks locks, const std::filesystem::path& path) {
  if (locks == Locks::local || locks == Locks::shared) return true;
  if (locks == Locks::own_machine) return false;
  const std::string options = mount_options(path);
  if (locks == Locks::lustre) return options.find(",flock,") != std::string::npos;
  for (const char* local : {",nolock,", ",local_lock=all,", ",local_lock=flock,"}) {
    if (options.find(local) != std::string::npos) return false;
  }
  return true;
}

}  // namespace

Volume volume(const std::filesystem::path& path) {
  struct statfs status = {};
  if (::statfs(path.c_str(), &status) != 0) {
    throw system_error(errno, fmt::format("cannot read '{}'", path.native()));
  }
  const auto magic = static_cast<std::uint32_t>(status.f_type);
  Volume volume = {.type = fmt::format("0x{:x}", magic),
                   .network = false,
                   .shared_locks = true,
                   .read_only = (status.f_flags & ST_RDONLY) != 0,
                   .free_bytes = std::uint64_t{status.f_bavail} * static_cast<std::uint64_t>(status.f_bsize)};
  for (const Known& type : known) {
    if (type.magic != magic) continue;
    volume.type = type.name;
    volume.network = type.locks != Locks::local;
    volume.shared_locks = has_shared_locks(type.locks, path);
  }
  return volume;
}

bool writable(const std::filesystem::path& folder) { return ::access(folder.c_str(), W_OK | X_OK) == 0; }

}  // namespace mlops::fs
