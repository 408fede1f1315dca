#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/folder.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace mlops::fs {
namespace {

constexpr int open_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Descriptor opened(int number, const std::filesystem::path& path) {
  if (number < 0) throw system_error(errno, fmt::format("cannot open the folder '{}'", path.native()));
  return Descriptor(number);
}

Type type_of_mode(std::uint32_t mode) {
  if (S_ISREG(mode)) return Type::file;
  if (S_ISDIR(mode)) return Type::folder;
  return S_ISLNK(mode) ? Type::link : Type::other;
}

std::int64_t ns_of(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

Look look_of(const struct stat& found) {
  return {.type = type_of_mode(found.st_mode),
          .mode = found.st_mode,
          .links = found.st_nlink,
          .stamp = {.device = found.st_dev,
                    .inode = found.st_ino,
                    .size = static_cast<std::uint64_t>(found.st_size),
                    .modified_ns = ns_of(found.st_mtim),
                    .changed_ns = ns_of(found.st_ctim)}};
}

std::optional<Look> look_at(int folder, const char* name, const std::filesystem::path& above = {}) {
  struct stat found = {};
  if (::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0) return look_of(found);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error(errno, fmt::format("cannot look at '{}'", (above / name).native()));
}

}  // namespace

std::string name_of_special(std::uint32_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

std::optional<Look> find_look(const std::filesystem::path& path) { return look_at(AT_FDCWD, path.c_str()); }

void replace_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0)
    return remove_file(from);
  rename_file(from, to);  // There is nothing to exchange it with, or the file system cannot.
}

bool rename_unless_there(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  rename_file(from, to);
  return true;
}

Folder::Folder(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(opened(::open(path_.c_str(), open_flags), path_)) {}

Folder::Folder(const Folder& parent, std::string_view name)
    : path_(parent.path_ / name),
      descriptor_(opened(
          ::openat(parent.descriptor_.get(), std::string(name).c_str(), open_flags | O_NOFOLLOW), path_)) {}

Folder::Listing Folder::list() const {
  Descriptor own = opened(::openat(descriptor_.get(), ".", open_flags), path_);
  const Handle<DIR, ::closedir> stream(::fdopendir(own.get()));
  if (!stream) throw system_error(errno, fmt::format("cannot read the folder '{}'", path_.native()));
  own.release();  // The stream's.
  Listing list;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    Type type = Type::other;
    if (entry->d_type == DT_UNKNOWN) {
      const auto found = look_at(descriptor_.get(), entry->d_name, path_);
      if (!found) continue;
      type = found->type;
    } else {
      type = type_of_mode(static_cast<std::uint32_t>(DTTOIF(entry->d_type)));
    }
    list.names_.push_back(
        {static_cast<std::uint32_t>(list.text_.size()), static_cast<std::uint16_t>(name.size()), type});
    // Behind each stands what it is sorted with.
    list.text_.append(name).push_back(type == Type::folder ? '/' : '\0');
  }
  if (errno != 0) throw system_error(errno, fmt::format("cannot read the folder '{}'", path_.native()));
  const auto key = [&](const Listing::Name& name) {
    return std::string_view(list.text_).substr(name.at, name.size + (name.type == Type::folder ? 1U : 0U));
  };
  std::sort(list.names_.begin(), list.names_.end(),
            [&](const Listing::Name& a, const Listing::Name& b) { return key(a) < key(b); });
  return list;
}

std::optional<Look> Folder::find(const std::string& name) const {
  return look_at(descriptor_.get(), name.c_str(), path_);
}

File Folder::open(const std::string& name) const {
  Descriptor file(::openat(descriptor_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) throw system_error(errno, fmt::format("cannot open '{}'", (path_ / name).native()));
  return {path_ / name, std::move(file)};
}

Look Folder::make(const std::string& name, std::string_view bytes, unsigned permissions) const {
  const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  Descriptor made(::openat(descriptor_.get(), name.c_str(), flags, permissions));
  if (!made) throw system_error(errno, fmt::format("cannot write '{}'", (path_ / name).native()));
  File file(path_ / name, std::move(made));
  try {
    file.write(bytes);
    struct stat found = {};
    if (::fstat(file.descriptor(), &found) == 0) return look_of(found);
    throw system_error(errno, fmt::format("cannot look at '{}'", file.path().native()));
  } catch (const Error&) {
    ::unlinkat(descriptor_.get(), name.c_str(), 0);
    throw;
  }
}

std::string Folder::link_text(const std::string& name) const {
  std::string text(4096, '\0');  // PATH_MAX, which no link exceeds.
  const ssize_t size = ::readlinkat(descriptor_.get(), name.c_str(), text.data(), text.size());
  if (size < 0) throw system_error(errno, fmt::format("cannot read the link '{}'", (path_ / name).native()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace mlops::fs
