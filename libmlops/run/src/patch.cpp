#include "patch.hpp"

#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/fs/file.hpp>

#include <algorithm>
#include <set>

namespace mlops::run {
namespace {

namespace stdfs = std::filesystem;

constexpr std::uint64_t largest_patch = 100 << 20;
constexpr std::uint64_t most_hashed = 1ULL << 30;
constexpr std::size_t most_excluded = 500;

struct Changed {
  std::string path;
  bool untracked = false;
  std::uint64_t bytes = 0;
};

/// A file of the index that is gone when its owner is.
struct Scratch {
  stdfs::path path;
  ~Scratch() {
    std::error_code ignored;
    stdfs::remove(path, ignored);
    stdfs::remove(path.native() + ".lock", ignored);
  }
};

bool of_the_store(const std::string& path) {
  return path.starts_with(".mlops/") || path.find("/.mlops/") != std::string::npos;
}

std::uint64_t size_of(const stdfs::path& path) {
  std::error_code ignored;
  const bool plain = stdfs::is_regular_file(stdfs::symlink_status(path, ignored));
  const auto size = plain ? stdfs::file_size(path, ignored) : 0;
  return ignored ? 0 : size;
}

/// What `git status -z` lists: two letters, a blank, a path.
std::vector<Changed> changed_files(const std::string& status, const stdfs::path& top,
                                   std::vector<std::string>& notes) {
  std::vector<Changed> out;
  for (const std::string& line : split_at_zero(status)) {
    if (line.size() < 4) continue;
    Changed file = {.path = line.substr(3), .untracked = line.starts_with("??")};
    if (of_the_store(file.path)) continue;
    if (file.path.ends_with('/')) {
      notes.push_back(fmt::format("the repository {} is not in the patch", file.path));
      continue;
    }
    file.bytes = size_of(top / file.path);
    out.push_back(std::move(file));
  }
  return out;
}

/// Takes out the greatest files until the rest is small enough.
std::vector<Changed> take_large(std::vector<Changed>& files) {
  std::sort(files.begin(), files.end(), [](const Changed& a, const Changed& b) {
    return std::tie(a.bytes, a.path) < std::tie(b.bytes, b.path);
  });
  std::uint64_t sum = 0;
  const auto end = std::find_if(files.begin(), files.end(),
                                [&](const Changed& file) { return (sum += file.bytes) > largest_patch; });
  std::vector<Changed> large(end, files.end());
  files.erase(end, files.end());
  return large;
}

std::string digest_of(const stdfs::path& path) {
  fs::File file(path);
  crypto::Sha256 hash;
  std::vector<char> block(1 << 20);
  while (const std::size_t count = file.read(block.data(), block.size())) hash.update(block.data(), count);
  return hash.finish().hex();
}

std::vector<std::string> named(const std::vector<Changed>& large, const stdfs::path& top) {
  std::vector<std::string> out;
  std::uint64_t hashed = 0;
  for (const Changed& file : large) {
    const bool read = (hashed += file.bytes) <= most_hashed;
    try {
      out.push_back(read ? fmt::format("{} {}", file.path, digest_of(top / file.path))
                         : fmt::format("{} - {}", file.path, file.bytes));
    } catch (const Error&) {
      out.push_back(fmt::format("{} - {}", file.path, file.bytes));
    }
  }
  return out;
}

/// A copy of the index in which untracked files are announced, so that a diff shows them; the user's own is
/// not touched, and no object is written.
bool announce(Git& git, const stdfs::path& top, const stdfs::path& index, const Scratch& list,
              const std::vector<Changed>& files) {
  std::error_code fault;
  const auto own = git.ask({"rev-parse", "--git-path", "index"});
  if (!own) return false;
  if (stdfs::exists(top / *own, fault)) stdfs::copy_file(top / *own, index, fault);
  if (fault) return false;
  git.set("GIT_INDEX_FILE", index.native());
  std::string paths;
  for (const Changed& file : files) {
    if (file.untracked) paths += file.path + '\0';
  }
  if (paths.empty()) return true;
  fs::File(list.path, fs::File::Mode::create_new).write(paths);
  return git
      .ask({"add", "--intent-to-add", "--pathspec-from-file=" + list.path.native(), "--pathspec-file-nul"})
      .has_value();
}

std::vector<std::string> diff_words(const Git& git, const Code& code, const std::vector<Changed>& large) {
  const std::string base =
      code.commit.empty() ? git.ask({"hash-object", "-t", "tree", "/dev/null"}).value_or("") : code.commit;
  std::vector<std::string> words = {"diff",
                                    "--binary",
                                    "--full-index",
                                    "--no-color",
                                    "--no-ext-diff",
                                    "--no-textconv",
                                    "--no-renames",
                                    "--unified=3",
                                    "--src-prefix=a/",
                                    "--dst-prefix=b/",
                                    "--ignore-submodules=dirty",
                                    base,
                                    "--"};
  if (large.empty()) return words;
  words.insert(words.end(), ".");
  for (const Changed& file : large) words.push_back(":(exclude,literal,top)" + file.path);
  return words;
}

/// The patch as an object, written as it comes; nothing when git failed or it grows too large.
std::optional<Digest> store_patch(store::Objects& objects, const Git& git, std::vector<std::string> words,
                                  std::uint64_t& bytes) {
  auto writer = objects.writer();
  Cancel too_much;
  proc::Request request = git.request(words);
  std::erase(request.command, "--literal-pathspecs");
  request.patience_ms = 0;
  request.at_output = [&](proc::Stream stream, std::string_view text) {
    if (stream != proc::Stream::out || too_much.is_set()) return;
    writer->write(text);
    if (writer->size() > 2 * largest_patch) too_much.set();
  };
  const proc::Ended ended = proc::run(request, &too_much);
  if (ended.status != 0 || ended.signal != 0 || too_much.is_set()) return std::nullopt;
  bytes = writer->size();
  return bytes == 0 ? std::nullopt : std::optional(writer->commit());
}

}  // namespace

std::vector<std::string> add_patch(store::Objects& objects, Git git, const stdfs::path& top, Code& code) {
  std::vector<std::string> notes;
  const auto status = git.ask({"status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames",
                               "--ignore-submodules=dirty"});
  if (!status) return {"git status gave no answer within 10 s: what is not committed is not kept"};
  std::vector<Changed> files = changed_files(*status, top, notes);
  if (files.empty()) return notes;
  std::vector<Changed> large = take_large(files);
  code.too_large = named(large, top);
  const Scratch index{objects.temporary_path(".index")};
  const Scratch list{objects.temporary_path(".paths")};
  const bool ready = large.size() <= most_excluded && announce(git, top, index.path, list, files);
  if (ready && !files.empty()) {
    code.patch = store_patch(objects, git, diff_words(git, code, large), code.patch_bytes);
  }
  if (!code.patch && !files.empty()) {
    notes.emplace_back("the patch could not be made: files that are not committed are named instead");
    for (std::string& line : named(files, top)) code.too_large.push_back(std::move(line));
  }
  if (!large.empty()) {
    notes.push_back(
        fmt::format("{} would make the patch larger than 100 MiB", count_of(large.size(), "file")));
  }
  std::sort(code.too_large.begin(), code.too_large.end());
  return notes;
}

}  // namespace mlops::run
