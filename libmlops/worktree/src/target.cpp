#include "src/target.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>

#include <cerrno>
#include <system_error>

namespace mlops::worktree {
namespace {

namespace stdfs = std::filesystem;

/// Below it a copy costs as little as a link.
constexpr std::uint64_t worth_a_link = 256 * 1024;

void check(const std::error_code& fault, const std::string& what) {
  if (fault) throw system_error(fault.value(), what);
}

std::uint64_t device_of(const stdfs::path& path) {
  for (stdfs::path at = path;; at = at.parent_path()) {
    if (const auto stamp = fs::find_stamp(at)) return stamp->device;
    if (at == at.parent_path()) return 0;
  }
}

}  // namespace

void check_way(const stdfs::path& top, const stdfs::path& folder) {
  for (stdfs::path above = folder; above.native().size() > top.native().size(); above = above.parent_path()) {
    const auto look = fs::find_look(above);
    if (!look || look->type == fs::Type::folder) continue;
    throw error(Code::conflict, "'{}' is in the way of a folder", above.native())
        .with_hint("a '.mlopsignore' leaves it out, so that it is in no version; move it away");
  }
}

Error not_empty(const stdfs::path& folder) {
  return error(Code::conflict, "the folder '{}' is in the way of a file and is not empty", folder.native())
      .with_hint("what is in it is in no version; move it away");
}

Target::Target(const Place& place, const std::string& path, bool folder, bool hard_links)
    : place_(place), top_(place.root / path), hard_links_(hard_links) {
  one_volume_ = device_of(top_) == device_of(place.store.root());
  if (!folder || fs::find_look(top_)) return;
  stage_ = temporary(top_);
  fs::make_folders(stage_);
}

Target::~Target() {
  std::error_code ignored;
  if (!stage_.empty()) stdfs::remove_all(stage_, ignored);
}

stdfs::path Target::at(const Item& item) const {
  const stdfs::path& top = stage_.empty() ? top_ : stage_;
  return item.path.empty() ? top : top / item.path;
}

stdfs::path Target::temporary(const stdfs::path& target) {
  if (one_volume_) return place_.store.objects().temporary_path("");
  return target.parent_path() / fmt::format("{}{}", temporary_prefix, ++names_);
}

void Target::remove(const Item& item) {
  fs::remove_file(item.file());
  emptied_.insert(item.file().parent_path());
}

bool Target::is_folder(const Item& item) const {
  if (!stage_.empty()) return false;
  const auto look = fs::find_look(at(item));
  return look && look->type == fs::Type::folder;
}

void Target::make_room(const Item& item) {
  const stdfs::path folder = at(item).parent_path();
  if (folder == made_) return;
  made_ = folder;
  if (stage_.empty()) check_way(top_, folder);
  std::error_code fault;
  stdfs::create_directories(folder, fault);
  check(fault, fmt::format("cannot make the folder '{}'", folder.native()));
}

void Target::remove_folder(const Item& item) {
  std::error_code fault;
  stdfs::remove(at(item), fault);
  if (!fault) return;
  throw not_empty(at(item));
}

bool Target::hard_linked(const stdfs::path& file, const store::TreeFile& content) {
  if (!hard_links_ || content.mode != 0644 || content.size < worth_a_link) return false;
  std::error_code fault;
  stdfs::create_hard_link(place_.store.objects().file(content.digest), file, fault);
  if (fault) return false;  // Another file system, or too many links.
  ++linked_;
  return true;
}

void Target::fill(const stdfs::path& file, const store::TreeFile& content) {
  if (content.mode == store::TreeFile::link) {
    std::error_code fault;
    stdfs::create_symlink(place_.store.objects().get(content.digest), file, fault);
    return check(fault, fmt::format("cannot make the link '{}'", file.native()));
  }
  if (hard_linked(file, content)) return;
  const unsigned permissions = content.mode == 0755 ? 0777 : 0666;
  fs::File out(file, fs::File::Mode::create_new, permissions);
  if (place_.store.objects().copy(content.digest, out) == fs::Copied::reflink) ++reflinked_;
}

void Target::replace(const stdfs::path& target, const std::function<void(const stdfs::path& made)>& make) {
  const stdfs::path made = temporary(target);
  try {
    make(made);
    fs::replace_file(made, target);
  } catch (const Error&) {
    std::error_code ignored;
    stdfs::remove(made, ignored);
    throw;
  }
}

void Target::write(Item& item) {
  const stdfs::path target = at(item);
  if (!stage_.empty()) {
    fill(target, *item.expected);  // In a folder that nobody knows yet.
  } else {
    replace(target, [&](const stdfs::path& made) { fill(made, *item.expected); });
  }
  const auto look = fs::find_look(target);
  if (!look) return;
  item.look = *look;
  item.mode = item.expected->mode;
  item.digest = item.expected->digest;
  item.there = true;
}

void Target::remove_empty_folders() {
  for (auto folder = emptied_.rbegin(); folder != emptied_.rend(); ++folder) {
    std::error_code stop;
    for (stdfs::path at = *folder; at != top_ && at.native().size() > top_.native().size();
         at = at.parent_path()) {
      if (!stdfs::remove(at, stop)) break;
    }
  }
}

void Target::finish() {
  if (stage_.empty()) return;
  std::error_code fault;
  stdfs::create_directories(top_.parent_path(), fault);
  check(fault, fmt::format("cannot make the folder '{}'", top_.parent_path().native()));
  fs::rename_file(stage_, top_);
  stage_.clear();
}

void Target::make_own(const stdfs::path& file, std::uint32_t mode) {
  constexpr std::uint32_t execute = 0111;
  replace(file, [&](const stdfs::path& made) {
    fs::File from(file);
    fs::File to(made, fs::File::Mode::create_new, 0666 | (mode & execute));
    fs::copy_content(from, to);
  });
}

}  // namespace mlops::worktree
