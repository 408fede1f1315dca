/// mlops.lock.
#include <mlops/manifest/lock.hpp>

#include "fuzz.hpp"

using namespace mlops;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  manifest::Lock lock;
  if (!fuzz::taken({Code::usage}, [&] { lock = manifest::Lock::parse(input.rest(), "mlops.lock"); }))
    return 0;
  const std::string text = lock.text();
  const manifest::Lock again = manifest::Lock::parse(text, "mlops.lock");
  fuzz::require(again == lock, "what is written reads back");
  fuzz::require(again.text() == text, "and is written the same");
  return 0;
}
