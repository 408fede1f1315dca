#include "src/marks.hpp"

#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "src/layout.hpp"

namespace mlops::store {

Marks read_marks(const Path& root) {
  const auto text = fs::find_file(marks_path(root));
  if (!text) return {};
  Marks out;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (const auto digest = Digest::parse(rest.substr(0, end))) out.digests.push_back(*digest);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::sort(out.digests.begin(), out.digests.end());
  const auto marks = fs::find_stamp(marks_path(root));
  const auto marked = fs::find_stamp(marked_path(root));
  if (marks && marked && marked->modified_ns >= marks->modified_ns) out.time_ns = marked->modified_ns;
  return out;
}

void write_marks(const Path& root, const std::vector<Digest>& digests) {
  fs::remove_file(marked_path(root));
  if (digests.empty()) return fs::remove_file(marks_path(root));
  std::string text;
  for (const Digest& digest : digests) text += digest.text() + "\n";
  fs::make_folders(marks_path(root).parent_path());
  fs::write_atomic(marks_path(root), text);
  fs::write_atomic(marked_path(root), "");
}

}  // namespace mlops::store
