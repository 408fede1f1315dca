#include "lent.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/copy.hpp>
#include <mlops/fs/walk.hpp>

namespace mlops::run {
namespace {

/// False where a copy would be too dear.
bool copied(const Task& task, const TaskInput& input, const Path& to) {
  fs::File source(input.file);
  fs::File target(to, fs::File::Mode::create_new);
  try {
    if (fs::reflink(source, target)) return true;
    if (source.stamp().size <= task.most_copied) {
      fs::copy_content(source, target);
      return true;
    }
  } catch (const Error& e) {
    if (e.code() != mlops::Code::busy) throw;  // No room.
  }
  fs::remove_file(to);
  return false;
}

bool is_whole(const TaskInput& input) { return file_input(input.file, "").digest == input.object->text(); }

}  // namespace

void Lent::give(const Task& task, const TaskInput& input, const Folder& folder) {
  fs::make_folders(folder.inputs());
  const Path to = folder.inputs() / input.link;
  if (copied(task, input, to)) return;
  lent_.emplace_back(input, fs::File(input.file).stamp());
  std::filesystem::create_symlink(input.file, to);
}

std::vector<std::string> Lent::damage(store::Store& store) const {
  std::vector<std::string> out;
  for (const auto& [input, before] : lent_) {
    const auto now = fs::find_stamp(input.file);
    if (now == before || (now && is_whole(input))) continue;
    store.objects().doubt(*input.object);
    out.push_back(
        fmt::format("the input '{}' is {}: while the program ran the object {} of {} was {}; bring it "
                    "back from a copy of the store, or ingest the same data again",
                    input.name, now ? "damaged" : "gone", input.object->text(), input.data.address,
                    now ? "written to" : "removed"));
  }
  return out;
}

}  // namespace mlops::run
