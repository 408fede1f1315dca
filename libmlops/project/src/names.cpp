#include "src/internal.hpp"

#include <mlops/base/text.hpp>

#include <algorithm>

namespace mlops::project {
namespace {

namespace stdfs = std::filesystem;

/// `path` below `root`, by their names alone; empty when it is not.
stdfs::path below(const stdfs::path& root, const stdfs::path& path) {
  const auto [end, rest] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (end != root.end()) return {};
  stdfs::path out;
  for (auto part = rest; part != path.end(); ++part) out /= *part;
  return out.empty() ? "." : out;
}

/// `path` with the links of its folder resolved, but not the one that it may be itself.
stdfs::path resolved(const stdfs::path& path) {
  const stdfs::path name = path.filename();
  const bool whole = name.empty() || name == "." || name == "..";
  std::error_code fault;
  const stdfs::path folder = stdfs::weakly_canonical(whole ? path : path.parent_path(), fault);
  if (fault) return path.lexically_normal();
  return whole ? folder : folder / name;
}

/// Without the slash at its end: `data/` and `data` are one folder.
stdfs::path without_slash(const stdfs::path& path) {
  return path.has_relative_path() && path.filename().empty() ? path.parent_path() : path;
}

/// A name that a command would take for something else: `-` is standard input, `-x` a flag.
std::string written(const stdfs::path& path) {
  const std::string text = path.string();
  return text.starts_with('-') ? "./" + text : text;
}

}  // namespace

std::string name_of(const stdfs::path& root) {
  const std::string name = root.filename().string();
  const bool good = is_utf8(name) && std::none_of(name.begin(), name.end(), [](char c) {
                      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
                    });
  return name.empty() || !good ? "project" : name;
}

std::string relative_to(const stdfs::path& root, const stdfs::path& path) {
  std::error_code fault;
  const stdfs::path absolute = stdfs::absolute(path, fault);
  const stdfs::path plain = without_slash(absolute.lexically_normal());
  // `..` behind a link leads elsewhere than the names say: only then the links decide alone.
  const bool climbs = std::find(absolute.begin(), absolute.end(), "..") != absolute.end();
  if (!climbs) {
    if (const stdfs::path inside = below(root, plain); !inside.empty()) return written(inside);
  }
  const stdfs::path real = without_slash(resolved(absolute));
  if (const stdfs::path inside = below(root, real); !inside.empty()) return written(inside);
  return climbs ? real.string() : plain.string();
}

}  // namespace mlops::project
