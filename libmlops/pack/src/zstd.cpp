#include "src/readers.hpp"

#include <mlops/base/handle.hpp>

#include <zstd.h>
#include <zstd_errors.h>

namespace mlops::pack {
namespace {

class ZstdReader final : public Reader {
 public:
  explicit ZstdReader(Input input) : input_(std::move(input)), context_(ZSTD_createDCtx()) {
    if (!context_) throw error(Code::failed, "cannot start zstd");
  }

  std::size_t read(void* buffer, std::size_t size) override {
    ZSTD_outBuffer out = {buffer, size, 0};
    while (out.pos == 0 && size != 0) {
      const auto bytes = input_.peek();
      if (bytes.empty() && at_frame_end_) return 0;
      ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
      decompress(out, in);
      input_.take(in.pos);
      if (bytes.empty() && out.pos == 0) throw input_.damaged("the zstd data ends too early");
    }
    return out.pos;
  }

 private:
  void decompress(ZSTD_outBuffer& out, ZSTD_inBuffer& in) {
    const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge) {
      throw error(Code::failed, "'{}' needs more than 128 MiB of memory to read", input_.file().string())
          .with_hint("compress it again without `zstd --long`");
    }
    if (ZSTD_isError(result) != 0)
      throw input_.damaged(fmt::format("zstd says '{}'", ZSTD_getErrorName(result)));
    at_frame_end_ = result == 0;
  }

  Input input_;
  Handle<ZSTD_DCtx, ZSTD_freeDCtx> context_;
  bool at_frame_end_ = true;
};

}  // namespace

std::unique_ptr<Reader> zstd_reader(Input input) { return std::make_unique<ZstdReader>(std::move(input)); }

}  // namespace mlops::pack
