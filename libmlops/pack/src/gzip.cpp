#include "src/readers.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace mlops::pack {
namespace {

// 15 bits of window, and 16: a gzip header and a checked trailer.
constexpr int gzip_window = 15 + 16;

// Zlib's own state; a pointer to it is kept inside, so it never moves.
struct Inflater {
  Inflater() {
    if (inflateInit2(&state, gzip_window) != Z_OK) throw error(Code::failed, "cannot start zlib");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&state); }
  z_stream state = {};
};

class GzipReader final : public Reader {
 public:
  explicit GzipReader(Input input) : input_(std::move(input)) {}

  std::size_t read(void* buffer, std::size_t size) override {
    std::size_t written = 0;
    while (written == 0 && size != 0 && (in_member_ || begin_member())) written = inflate_into(buffer, size);
    return written;
  }

 private:
  bool begin_member();
  std::size_t inflate_into(void* buffer, std::size_t size);

  Input input_;
  Inflater inflater_;
  bool in_member_ = false;
};

// Several members may follow each other, and tapes pad the last one with zeros.
bool GzipReader::begin_member() {
  auto bytes = input_.peek();
  while (!bytes.empty() && bytes.front() == '\0') {
    const auto zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
    input_.take(zeros);
    bytes = input_.peek();
  }
  if (bytes.empty()) return false;
  if (bytes.front() != '\x1F') throw input_.damaged("other bytes follow the gzip data");
  inflateReset(&inflater_.state);
  in_member_ = true;
  return true;
}

std::size_t GzipReader::inflate_into(void* buffer, std::size_t size) {
  z_stream& state = inflater_.state;
  const auto bytes = input_.peek();
  if (bytes.empty()) throw input_.damaged("the gzip data ends too early");
  // Zlib does not write to its input, whatever the missing const says.
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  state.avail_in = static_cast<uInt>(bytes.size());
  state.next_out = static_cast<Bytef*>(buffer);
  const auto room = static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
  state.avail_out = room;
  const int result = inflate(&state, Z_NO_FLUSH);
  input_.take(bytes.size() - state.avail_in);
  if (result == Z_MEM_ERROR)
    throw error(Code::failed, "out of memory while reading '{}'", input_.file().string());
  if (result != Z_OK && result != Z_STREAM_END) {
    throw input_.damaged(fmt::format("zlib says '{}'", state.msg == nullptr ? "not gzip" : state.msg));
  }
  in_member_ = result != Z_STREAM_END;
  return room - state.avail_out;
}

}  // namespace

std::unique_ptr<Reader> gzip_reader(Input input) { return std::make_unique<GzipReader>(std::move(input)); }

}  // namespace mlops::pack
