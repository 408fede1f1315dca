#include <mlops/fs/temporary.hpp>
#include <mlops/scaffold/tabular.hpp>
#include <mlops/store/store.hpp>

#include <filesystem>

namespace mlops::scaffold {

struct Scratch::Impl {
  fs::TemporaryFolder folder{std::filesystem::temp_directory_path()};
  store::Store store{folder.path() / ".mlops", store::Store::Mode::create};
};

Scratch::Scratch() : impl_(std::make_unique<Impl>()) {}
Scratch::~Scratch() = default;

store::Store& Scratch::store() { return impl_->store; }

}  // namespace mlops::scaffold
