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

/// A file or folder that is gone when its owner is.
struct Scratch {
  stdfs::path path;
  ~Scratch() {
    std::error_code ignored;
    stdfs::remove_all(path, ignored);
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

/// Names under which people keep passwords and keys. Such a file is not put into a patch by its name alone;
/// one that git knows already is no secret from the patch.
bool looks_secret(const std::string& path) {
  const std::string name = lowered(path.substr(path.rfind('/') + 1));
  const auto is = [&](std::initializer_list<std::string_view> names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto ends = [&](std::initializer_list<std::string_view> ends_with) {
    return std::any_of(ends_with.begin(), ends_with.end(), [&](auto end) { return name.ends_with(end); });
  };
  return is({".env", ".netrc", ".pgpass", ".htpasswd", "credentials", "credentials.json", "secrets.yaml",
             "secrets.json", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"}) ||
         name.starts_with(".env.") || ends({".pem", ".key", ".p12", ".pfx", ".keystore", ".kdbx"});
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
    if (file.untracked && looks_secret(file.path)) {
      notes.push_back(fmt::format("{} looks like a secret and is not in the patch", file.path));
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

/// What git works with instead of the user's own.
struct Aside {
  Scratch index;
  Scratch objects;
  Scratch list;  ///< Of paths.
};

/// From here on git has a copy of the index, and writes what objects it makes elsewhere.
bool step_aside(Git& git, const stdfs::path& top, const Aside& aside) {
  const auto own = git.ask({"rev-parse", "--git-path", "index"});
  const auto objects = git.ask({"rev-parse", "--git-path", "objects"});
  if (!own || !objects) return false;
  std::error_code fault;
  stdfs::create_directory(aside.objects.path, fault);
  if (!fault && stdfs::exists(top / *own, fault)) stdfs::copy_file(top / *own, aside.index.path, fault);
  git.set("GIT_INDEX_FILE", stdfs::absolute(aside.index.path).native());
  git.set("GIT_OBJECT_DIRECTORY", stdfs::absolute(aside.objects.path).native());
  git.set("GIT_ALTERNATE_OBJECT_DIRECTORIES", stdfs::absolute(top / *objects).native());
  return !fault;
}

/// Announces untracked files in the index, so that a diff shows them.
bool announce(Git& git, const stdfs::path& top, const Aside& aside, const std::vector<Changed>& files) {
  if (!step_aside(git, top, aside)) return false;
  std::string paths;
  for (const Changed& file : files) {
    if (file.untracked) paths += file.path + '\0';
  }
  if (paths.empty()) return true;
  const auto list = stdfs::absolute(aside.list.path);
  fs::File(list, fs::File::Mode::create_new).write(paths);
  return git.ask({"add", "--intent-to-add", "--pathspec-from-file=" + list.native(), "--pathspec-file-nul"})
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
std::optional<Digest> store_patch(store::Objects& objects, const Git& git,
                                  const std::vector<std::string>& words, std::uint64_t& bytes) {
  auto writer = objects.writer();
  Cancel too_much;
  proc::Request request = git.request(words);
  std::erase(request.command, "--literal-pathspecs");
  request.patience_ms = 0;
  request.at_output = [&](proc::Stream stream, std::string_view text) {
    if (stream != proc::Stream::out || too_much.is_set()) return true;
    writer->write(text);
    if (writer->size() > 2 * largest_patch) too_much.set();
    return true;
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
  const Aside aside{{objects.temporary_path(".index")},
                    {objects.temporary_path(".objects")},
                    {objects.temporary_path(".paths")}};
  const bool ready = large.size() <= most_excluded && announce(git, top, aside, files);
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
