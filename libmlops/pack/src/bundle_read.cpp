#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/base/handle.hpp>
#include <mlops/pack/bundle.hpp>

#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "src/bundle.hpp"

namespace mlops::pack {
namespace {

namespace stdfs = std::filesystem;

class Descriptor {
 public:
  Descriptor(const stdfs::path& file, int flags, mode_t mode = 0)
      : file_(file), descriptor_(::open(file.c_str(), flags | O_CLOEXEC, mode)) {
    if (descriptor_ < 0) throw system_error(errno, fmt::format("cannot open '{}'", file.string()));
  }
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// As many bytes as there are, up to `size`.
  std::size_t read_at(void* out, std::size_t size, std::uint64_t at) const {
    const ssize_t got = ::pread(descriptor_, out, size, static_cast<off_t>(at));
    if (got < 0) throw system_error(errno, fmt::format("cannot read '{}'", file_.string()));
    return static_cast<std::size_t>(got);
  }
  void write(const char* bytes, std::size_t size) const {
    while (size > 0) {
      const ssize_t put = ::write(descriptor_, bytes, size);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) throw system_error(errno, fmt::format("cannot write '{}'", file_.string()));
      bytes += put;
      size -= static_cast<std::size_t>(put);
    }
  }
  void sync() const {
    if (::fsync(descriptor_) != 0)
      throw system_error(errno, fmt::format("cannot write '{}'", file_.string()));
  }

 private:
  stdfs::path file_;
  int descriptor_;
};

Error damaged(const Bundle& bundle, std::string_view why) {
  return error(Code::corrupt, "what '{}' carries is damaged: {}", bundle.file.string(), why)
      .with_hint("copy the file again");
}

/// The frame of a bundle as plain bytes.
class Frame {
 public:
  explicit Frame(const Bundle& bundle)
      : bundle_(bundle), file_(bundle.file, O_RDONLY), context_(ZSTD_createDCtx()), packed_(1 << 17) {}

  void read(void* out, std::size_t size) {
    ZSTD_outBuffer target = {out, size, 0};
    while (target.pos < size) {
      if (in_.pos == in_.size) refill();
      const std::size_t result = ZSTD_decompressStream(context_.get(), &target, &in_);
      if (ZSTD_isError(result) != 0) throw damaged(ZSTD_getErrorName(result));
      ended_ = result == 0;
      if (ended_ && target.pos < size) throw damaged("it ends too early");
    }
  }

  /// The checksum at the end of the frame is looked at, too.
  void finish() {
    char none = 0;
    ZSTD_outBuffer nothing = {&none, 0, 0};
    while (!ended_) {
      if (in_.pos == in_.size) refill();
      const std::size_t result = ZSTD_decompressStream(context_.get(), &nothing, &in_);
      if (ZSTD_isError(result) != 0) throw damaged(ZSTD_getErrorName(result));
      ended_ = result == 0;
    }
  }

  Error damaged(std::string_view why) const { return pack::damaged(bundle_, why); }

 private:
  void refill() {
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(packed_.size(), bundle_.size - taken_));
    const std::size_t got = wanted == 0 ? 0 : file_.read_at(packed_.data(), wanted, bundle_.begin + taken_);
    if (got == 0) throw damaged("it ends too early");
    taken_ += got;
    in_ = {packed_.data(), got, 0};
  }

  const Bundle& bundle_;
  Descriptor file_;
  Handle<ZSTD_DCtx, ZSTD_freeDCtx> context_;
  std::vector<char> packed_;
  std::uint64_t taken_ = 0;
  ZSTD_inBuffer in_ = {nullptr, 0, 0};
  bool ended_ = false;
};

bool stays_inside(const stdfs::path& path) {
  if (path.empty() || path.is_absolute() || path.native().find('\0') != std::string::npos) return false;
  return std::none_of(path.begin(), path.end(), [](const stdfs::path& part) { return part == ".."; });
}

/// The folder of a file that is not there yet.
void make_place(const Frame& frame, const stdfs::path& file) {
  std::error_code fault;
  stdfs::create_directories(file.parent_path(), fault);
  if (fault == std::errc::not_a_directory || fault == std::errc::file_exists)
    throw frame.damaged("a file is a folder as well");
  if (fault)
    throw system_error(fault.value(), fmt::format("cannot write to '{}'", file.parent_path().string()));
  if (stdfs::exists(file, fault)) throw frame.damaged("a name comes twice");
}

void write_file(Frame& frame, const FileHeader& header, const stdfs::path& folder) {
  constexpr std::uint32_t longest = 4096;
  if (header.path_bytes > longest) throw frame.damaged("a name is too long");
  std::string path(header.path_bytes, '\0');
  frame.read(path.data(), path.size());
  if (!stays_inside(path)) throw frame.damaged("a name leads out of its folder");
  make_place(frame, folder / path);
  const Descriptor out(folder / path, O_WRONLY | O_CREAT | O_EXCL, header.mode & 0777);
  std::vector<char> block(1 << 20);
  for (std::uint64_t left = header.bytes; left > 0;) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), left));
    frame.read(block.data(), size);
    out.write(block.data(), size);
    left -= size;
  }
  out.sync();
}

void write_files(const Bundle& bundle, const stdfs::path& folder) {
  Frame frame(bundle);
  FileHeader header;
  for (frame.read(&header, sizeof header); header.path_bytes > 0; frame.read(&header, sizeof header))
    write_file(frame, header, folder);
  frame.finish();
}

/// A new folder in `cache`, gone again unless it is kept.
class Beside {
 public:
  explicit Beside(const stdfs::path& cache) {
    std::error_code fault;
    stdfs::create_directories(cache, fault);
    std::string name = (cache / "unpacking.XXXXXX").string();
    if (fault || ::mkdtemp(name.data()) == nullptr) {
      throw system_error(fault ? fault.value() : errno, fmt::format("cannot write to '{}'", cache.string()));
    }
    folder_ = name;
  }
  ~Beside() {
    std::error_code ignored;
    stdfs::remove_all(folder_, ignored);
  }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  const stdfs::path& folder() const { return folder_; }

  /// Another process may have been first: then its folder is as good.
  void keep_as(const stdfs::path& name) const {
    stdfs::permissions(folder_, stdfs::perms::owner_all);
    if (::rename(folder_.c_str(), name.c_str()) == 0) return;
    if (errno != ENOTEMPTY && errno != EEXIST)
      throw system_error(errno, fmt::format("cannot write '{}'", name.string()));
  }

 private:
  stdfs::path folder_;
};

}  // namespace

std::optional<Bundle> find_bundle(const stdfs::path& file) {
  std::error_code unknown;
  const std::uint64_t size = stdfs::file_size(file, unknown);
  if (unknown || size <= sizeof(Trailer)) return std::nullopt;
  Trailer trailer;
  const Descriptor bytes(file, O_RDONLY);
  if (bytes.read_at(&trailer, sizeof trailer, size - sizeof trailer) != sizeof trailer) return std::nullopt;
  if (std::memcmp(trailer.magic, Trailer::expected, sizeof trailer.magic) != 0) return std::nullopt;
  const std::uint64_t behind = size - sizeof trailer;
  if (trailer.begin > behind || trailer.size != behind - trailer.begin) return std::nullopt;
  return Bundle{.file = file,
                .begin = trailer.begin,
                .size = trailer.size,
                .name = std::string(trailer.name, Trailer::name_bytes)};
}

stdfs::path unpack(const Bundle& bundle, const stdfs::path& cache) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!std::all_of(bundle.name.begin(), bundle.name.end(), is_digit))
    throw damaged(bundle, "its name is no digest");
  stdfs::path folder = cache / bundle.name.substr(0, 16);
  std::error_code ignored;
  if (stdfs::is_directory(folder, ignored)) return folder;
  const Beside beside(cache);
  write_files(bundle, beside.folder());
  beside.keep_as(folder);
  return folder;
}

}  // namespace mlops::pack
