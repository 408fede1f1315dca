#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/folder.hpp>
#include <mlops/fs/link.hpp>

#include "src/taking.hpp"

namespace mlops::dvc {
namespace {

using Path = std::filesystem::path;

constexpr std::uint32_t permissions = 0777;
constexpr std::uint32_t read_only = 0444;

/// A name that goes unless it was taken over.
class SecondName {
 public:
  SecondName(const Path& file, Path name) : name_(std::move(name)) {
    try {
      made_ = fs::link_file(file, name_);
    } catch (const Error&) {
      // Another file system, or one that does not let us.
    }
  }
  ~SecondName() {
    if (made_) fs::remove_file(name_);
  }
  SecondName(const SecondName&) = delete;
  SecondName& operator=(const SecondName&) = delete;
  bool made() const { return made_; }
  const Path& path() const { return name_; }

 private:
  const Path name_;
  bool made_ = false;
};

}  // namespace

bool Linker::reflinks(const Path& file) {
  std::call_once(probed_, [&] {
    const Path place = objects_.temporary_path(".probe");
    try {
      const fs::File from(file);
      fs::File to(place, fs::File::Mode::create_new);
      reflinks_ = fs::reflink(from, to);
    } catch (const Error&) {
      // Then it is copied, which says what is wrong.
    }
    fs::remove_file(place);
  });
  return reflinks_;
}

std::optional<Digest> Linker::link(const Kept& kept, const std::function<void(const Path& file)>& check) {
  if (kept.look.links != 1 || (kept.look.mode & permissions) != read_only) return std::nullopt;
  const SecondName name(kept.file, objects_.temporary_path(".link"));
  if (!name.made()) return std::nullopt;
  const auto made = fs::find_look(name.path());
  if (!made || made->links != 2) return std::nullopt;  // Somebody else links it at this moment.
  check(name.path());
  try {
    return objects_.adopt(name.path());
  } catch (const Error& e) {
    if (e.code() != Code::failed) throw;
    return std::nullopt;  // A file of somebody else, whose permissions we may not set.
  }
}

}  // namespace mlops::dvc
