#include "src/input.hpp"

#include <cerrno>

namespace mlops::pack {
namespace {

constexpr std::size_t piece = 128 * 1024;

}  // namespace

Input::Input(std::filesystem::path file)
    : file_(std::move(file)), stream_(std::fopen(file_.c_str(), "rbe")), buffer_(piece) {
  if (!stream_) throw system_error(errno, fmt::format("cannot read '{}'", file_.string()));
}

std::string_view Input::peek() {
  if (taken_ == filled_) {
    taken_ = 0;
    filled_ = std::fread(buffer_.data(), 1, buffer_.size(), stream_.get());
    if (filled_ == 0 && std::ferror(stream_.get()) != 0) {
      throw system_error(errno, fmt::format("cannot read '{}'", file_.string()));
    }
  }
  return {buffer_.data() + taken_, filled_ - taken_};
}

Error Input::damaged(std::string_view why) const {
  return error(Code::corrupt, "'{}' is damaged: {}", file_.string(), why)
      .with_hint("fetch or write the file again");
}

}  // namespace mlops::pack
