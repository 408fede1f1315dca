#include <mlops/base/error.hpp>
#include <mlops/serve/body.hpp>

namespace mlops::serve {

struct Reader::Impl {
  Engines& engines;
};

Reader::Reader(Engines& engines) : impl_(new Impl{engines}) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

Columns Reader::invocations(std::string_view, std::string_view, const score::Scorer&) {
  throw error(Code::usage, "the body cannot be read").with_id("request.malformed");
}

Columns Reader::inference(std::string_view, std::optional<std::string_view>, const score::Scorer&,
                          Inference&) {
  throw error(Code::usage, "the body cannot be read").with_id("request.malformed");
}

}  // namespace mlops::serve
