#include "carried_engines.hpp"

#include <mlops/base/error.hpp>
#include <mlops/pack/bundle.hpp>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

namespace mlops {
namespace {

namespace stdfs = std::filesystem;

std::string value_of(const config::Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// $HOME, else what the system says of this user: cron and `env -i` know no HOME.
std::string home_of(const config::Environment& environment) {
  std::string named = value_of(environment, "HOME");
  if (!named.empty()) return named;
  const passwd* user = getpwuid(geteuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

/// Code is loaded from here: nobody else may have put it there.
stdfs::path private_folder(const stdfs::path& folder) {
  struct stat status = {};
  ::mkdir(folder.c_str(), 0700);
  if (::lstat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || status.st_uid != geteuid() ||
      (status.st_mode & 022) != 0) {
    throw error(Code::failed, "'{}' is not a folder that only this user can write to", folder.string())
        .with_hint("name another one with XDG_CACHE_HOME");
  }
  return folder;
}

stdfs::path cache_of(const config::Environment& environment) {
  const stdfs::path named = value_of(environment, "XDG_CACHE_HOME");
  if (named.is_absolute()) return named / "mlops";
  const stdfs::path home = home_of(environment);
  std::error_code unknown;
  if (home.is_absolute() && home != "/" && stdfs::is_directory(home, unknown)) return home / ".cache/mlops";
  const std::string temporary = value_of(environment, "TMPDIR");
  return private_folder(stdfs::path(temporary.empty() ? "/tmp" : temporary) /
                        fmt::format("mlops-{}", geteuid()));
}

}  // namespace

Engines::Last carried_engines(const stdfs::path& executable, const config::Environment& environment) {
  return [executable, environment]() -> std::optional<stdfs::path> {
    const auto bundle = pack::find_bundle(executable);
    if (!bundle) return std::nullopt;
    try {
      return pack::unpack(*bundle, cache_of(environment) / "engines") / "engines";
    } catch (Error& e) {
      e.add_context("while unpacking the engines that this executable carries");
      if (!e.hint().empty()) throw;
      throw std::move(e).with_hint("name another cache with XDG_CACHE_HOME");
    }
  };
}

}  // namespace mlops
