#include <mlops/serve/body.hpp>

namespace mlops::serve {

Writer::Writer(const score::Scorer&, std::string name, std::int64_t version)
    : name_(std::move(name)), version_(version) {}

void Writer::invocations(const score::Answered&, std::string& out) const { out = "{}"; }

std::optional<std::size_t> Writer::inference(const score::Answered&, const Inference&,
                                             std::string& out) const {
  out = "{}";
  return std::nullopt;
}

}  // namespace mlops::serve
