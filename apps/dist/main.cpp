/// `mlops_dist EXECUTABLE FOLDER OUT`: copies the executable to OUT and puts the files of FOLDER behind it.
#include <mlops/base/error.hpp>
#include <mlops/crypto/sha256.hpp>
#include <mlops/pack/bundle.hpp>

#include <cstdio>

int main(int argc, char** argv) {
  try {
    if (argc != 4) throw mlops::error(mlops::Code::usage, "EXECUTABLE FOLDER OUT are wanted");
    const std::string frame = mlops::pack::frame_of(argv[2]);
    const std::filesystem::path out = argv[3];
    std::filesystem::remove(out);
    std::filesystem::create_directories(out.parent_path());
    std::filesystem::copy_file(argv[1], out);
    mlops::pack::append_bundle(out, frame, mlops::crypto::sha256(frame).hex());
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
}
