/// Files carried behind an executable, and compressed files.
#include <mlops/pack/bundle.hpp>
#include <mlops/pack/stream.hpp>

#include <filesystem>

#include "fuzz.hpp"

namespace {

using namespace mlops;
namespace stdfs = std::filesystem;

/// Nothing is unpacked beside the folder.
void unpack_bundle(const std::string& file) {
  const auto bundle = pack::find_bundle(file);
  if (!bundle || bundle->size > 1 << 20) return;
  const stdfs::path folder = fuzz::scratch_folder();
  const stdfs::path cache = folder / "cache";
  fuzz::taken({Code::corrupt, Code::failed}, [&] {
    const stdfs::path made = pack::unpack(*bundle, cache);
    fuzz::require(made.parent_path() == cache && stdfs::is_directory(made), "its folder is in the cache");
  });
  for (const auto& entry : stdfs::directory_iterator(folder)) {
    fuzz::require(entry.path() == cache, "nothing is written elsewhere");
  }
}

void read_stream(Engines& engines, const std::string& file) {
  const auto reader = pack::open(engines, file);
  char buffer[4096];
  std::size_t most = 4 << 20;  // bombs are allowed, but take their time
  for (std::size_t count = 1; count > 0 && most > 0; most -= std::min(most, count)) {
    count = reader->read(buffer, sizeof buffer);
    fuzz::require(count <= sizeof buffer, "no more than there is room for");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Engines engines{{ENGINES_DIR}};
  const fuzz::Input input(data, size);
  const std::string file = fuzz::scratch_file(input.rest());
  unpack_bundle(file);
  const bool compressed = pack::detect(input.rest()) != pack::Compression::none;
  if (compressed) fuzz::taken({Code::corrupt, Code::failed}, [&] { read_stream(engines, file); });
  return 0;
}
