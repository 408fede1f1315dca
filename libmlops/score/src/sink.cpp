#include <mlops/score/sink.hpp>

#include <mlops/base/error.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/fs/atomic.hpp>
#include <mlops/fs/file.hpp>

#include <cerrno>
#include <fstream>
#include <optional>

namespace mlops::score {
namespace {

namespace stdfs = std::filesystem;

class Callback final : public Sink {
 public:
  explicit Callback(const std::function<void(std::string_view)>& write) : write_(write) {}
  void write(std::string_view bytes) override { write_(bytes); }
  void commit() override {}

 private:
  const std::function<void(std::string_view)>& write_;
};

/// A rename would put a file in the place of a device or a pipe: it is written into.
class Device final : public Sink {
 public:
  explicit Device(const stdfs::path& path) : path_(path), out_(path, std::ios::binary) { check(); }
  void write(std::string_view bytes) override {
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    check();
  }
  void commit() override {
    out_.flush();
    check();
  }

 private:
  void check() const {
    if (!out_) throw system_error(errno, fmt::format("cannot write '{}'", path_.string()));
  }
  stdfs::path path_;
  std::ofstream out_;
};

class NewFile final : public Sink {
 public:
  explicit NewFile(const stdfs::path& target) : target_(target), temporary_(beside(target)) {
    told([this] { file_.emplace(temporary_, fs::File::Mode::create_new); });
  }
  ~NewFile() override {
    std::error_code ignored;
    if (!temporary_.empty()) stdfs::remove(temporary_, ignored);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(std::string_view bytes) override {
    told([&] { file_->write(bytes); });
  }
  void commit() override {
    told([this] {
      file_->sync();
      fs::rename_file(temporary_, target_);
      temporary_.clear();
      fs::sync_folder(folder_of(target_));
    });
  }

 private:
  static stdfs::path folder_of(const stdfs::path& file) {
    return file.has_parent_path() ? file.parent_path() : stdfs::path(".");
  }
  static stdfs::path beside(const stdfs::path& target) {
    if (!stdfs::is_directory(folder_of(target)))
      throw error(Code::not_found, "no folder '{}'", folder_of(target).string());
    return folder_of(target) / fmt::format(".{}.{}", target.filename().string(), crypto::random_hex(4));
  }

  /// Faults name the file that was asked for, not the one that takes its place at the end.
  template <typename Work>
  void told(Work work) {
    try {
      work();
    } catch (const Error& e) {
      std::string message = e.message();
      const std::size_t at = message.find(temporary_.string());
      if (temporary_.empty() || at == std::string::npos) throw;
      throw Error(e.code(), message.replace(at, temporary_.string().size(), target_.string()));
    }
  }

  stdfs::path target_;
  stdfs::path temporary_;
  std::optional<fs::File> file_;
};

/// Where a link ends, be something there or not.
stdfs::path followed(stdfs::path path) {
  constexpr int most_links = 40;
  std::error_code ignored;
  for (int i = 0; i < most_links && stdfs::is_symlink(stdfs::symlink_status(path, ignored)); ++i)
    path = path.parent_path() / stdfs::read_symlink(path);
  return path;
}

}  // namespace

std::unique_ptr<Sink> open_sink(const stdfs::path& output,
                                const std::function<void(std::string_view)>& write) {
  if (output == "-") return std::make_unique<Callback>(write);
  if (output.empty()) throw error(Code::usage, "the name of the file to write is empty");
  std::error_code ignored;
  const auto status = stdfs::status(output, ignored);
  if (stdfs::is_directory(status)) throw error(Code::usage, "'{}' is a folder", output.string());
  if (stdfs::exists(status) && !stdfs::is_regular_file(status)) return std::make_unique<Device>(output);
  return std::make_unique<NewFile>(followed(output));
}

}  // namespace mlops::score
