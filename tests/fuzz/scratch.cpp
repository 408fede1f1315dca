/// Files for readers of files.
#include "fuzz.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace mlops::fuzz {
namespace {

namespace stdfs = std::filesystem;

/// Removed when the process ends as it should.
class Folder {
 public:
  Folder() {
    std::string name = (stdfs::exists("/dev/shm") ? "/dev/shm" : stdfs::temp_directory_path().string()) +
                       "/mlops-fuzz.XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    stdfs::remove_all(path, ignored);
  }
  stdfs::path path;
};

const stdfs::path& folder() {
  static const Folder folder;
  return folder.path;
}

}  // namespace

std::string scratch_file(std::string_view bytes) {
  const stdfs::path file = folder() / "input";
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file.string();
}

std::string scratch_folder() {
  const stdfs::path made = folder() / "folder";
  stdfs::remove_all(made);
  stdfs::create_directories(made);
  return made.string();
}

}  // namespace mlops::fuzz
