/// Assertions of mlops.yaml.
#include <mlops/expect/parse.hpp>

#include <variant>

#include "fuzz.hpp"

using namespace mlops;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size);
  const auto read = expect::parse(input.rest());
  if (const auto* fault = std::get_if<expect::Fault>(&read)) {
    fuzz::require(fault->offset <= input.rest().size(), "a fault is in the text");
    fuzz::require(!fault->message.empty(), "and says what it is");
    return 0;
  }
  const auto& assertion = std::get<expect::Assertion>(read);
  const std::string text = expect::print(assertion);
  const auto again = expect::parse(text);
  fuzz::require(std::holds_alternative<expect::Assertion>(again), "what is printed is read");
  fuzz::require(std::get<expect::Assertion>(again) == assertion, "as the same tree");
  fuzz::require(expect::print(std::get<expect::Assertion>(again)) == text, "and printed the same");
  return 0;
}
