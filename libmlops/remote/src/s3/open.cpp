#include "src/s3/open.hpp"

#include "src/s3/space.hpp"

namespace mlops::remote {

std::unique_ptr<Space> open_s3(const Address& address, const Surroundings& surroundings,
                               const Manner& manner) {
  return std::make_unique<s3::BucketSpace>(address, surroundings, manner);
}

}  // namespace mlops::remote
