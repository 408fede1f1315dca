#pragma once
/// What the targets share. A target is LLVMFuzzerTestOneInput() over one reader of what strangers write; an
/// input is refused with an Error of the codes that the reader promises, or taken, and then what was promised
/// of it holds. Anything else ends the process: another exception, a broken promise, a sanitizer.

#include <mlops/base/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace mlops::fuzz {

inline void require(bool holds, std::string_view promise) {
  if (holds) return;
  std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(promise.size()), promise.data());
  std::abort();
}

/// False when `work` threw an Error of one of these codes, whose message is a message.
template <typename Work>
bool taken(std::initializer_list<Code> refusals, Work work) {
  try {
    work();
    return true;
  } catch (const Error& e) {
    const bool allowed = std::find(refusals.begin(), refusals.end(), e.code()) != refusals.end();
    if (!allowed) std::fprintf(stderr, "code %d: %s\n", static_cast<int>(e.code()), e.message().c_str());
    require(allowed, "a refusal has a code that was promised");
    require(!e.message().empty(), "a refusal says why");
    return false;
  }
}

/// Takes small choices off the front of an input; what is left is the text. The bytes are copied, so that
/// reading beyond their end is seen.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, data + size) {}

  std::uint8_t byte() { return at_ < bytes_.size() ? static_cast<std::uint8_t>(bytes_[at_++]) : 0; }
  /// Up to the first line end, which is taken too.
  std::string_view line() {
    const std::string_view all = rest();
    const std::size_t end = std::min(all.find('\n'), all.size());
    at_ += std::min(end + 1, all.size());
    return all.substr(0, end);
  }
  std::string_view rest() const { return std::string_view(bytes_.data(), bytes_.size()).substr(at_); }

 private:
  std::vector<char> bytes_;
  std::size_t at_ = 0;
};

/// The file in memory that a reader of files is given; one for each process.
std::string scratch_file(std::string_view bytes);
/// An empty folder in memory, the same each time.
std::string scratch_folder();

}  // namespace mlops::fuzz
