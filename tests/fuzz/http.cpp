/// Bytes on a connection: the engine's own parser. What is read must not depend on how it came in pieces.
#include "fuzz.hpp"
#include "src/reader.hpp"
#include "src/shared.hpp"

#include <cstring>

namespace {

using namespace mlops;
using http::Reader;

constexpr http::Limits limits{
    .header_bytes = 4096, .body_bytes = 20'000, .buffered_bytes = 30'000, .inline_body_bytes = 1000};

std::string text_of(const http::Request& request) {
  std::string text;
  for (const std::string_view part : {request.method, request.path, request.query, request.body}) {
    text += std::to_string(part.size()) + ":" + std::string(part) + " ";
  }
  for (const http::Field& field : request.fields) {
    text += "[" + std::string(field.name) + "=" + std::string(field.value) + "]";
  }
  return text;
}

/// Everything that was asked, and how it ended.
std::string dialogue(std::string_view bytes, std::size_t piece) {
  http::Budget budget(limits.buffered_bytes);
  Reader reader(limits, budget);
  std::string seen;
  for (;;) {
    const Reader::State state = reader.advance();
    if (state == Reader::State::complete) {
      seen += text_of(reader.request()) + (reader.keeps_alive() ? " on\n" : " off\n");
      reader.finish();
      continue;
    }
    if (state == Reader::State::refused) {
      fuzz::require(reader.refusal().status >= 400 && !reader.refusal().text.empty(), "a refusal says why");
      return seen + "refused " + std::to_string(reader.refusal().status) + "\n";
    }
    if (bytes.empty()) return seen + (state == Reader::State::empty ? "end\n" : "torn\n");
    const std::span<char> space = reader.space();
    fuzz::require(!space.empty(), "there is room for what follows");
    const std::size_t count = std::min({space.size(), bytes.size(), piece});
    std::memcpy(space.data(), bytes.data(), count);
    reader.filled(count);
    bytes.remove_prefix(count);
  }
}

/// Where one of them waits for more and the other has seen enough to refuse, what was asked before is the
/// same.
bool same(std::string_view a, std::string_view b) {
  constexpr std::string_view torn = "torn\n";
  if (!a.ends_with(torn)) std::swap(a, b);
  if (!a.ends_with(torn)) return a == b;
  a.remove_suffix(torn.size());
  return b.starts_with(a) && (b.substr(a.size()) == torn || b.substr(a.size()).starts_with("refused "));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t piece = 1 + input.byte();
  const std::string whole = dialogue(input.rest(), size);
  const std::string pieces = dialogue(input.rest(), piece);
  if (!same(whole, pieces)) std::fprintf(stderr, "whole:\n%s\npieces:\n%s\n", whole.c_str(), pieces.c_str());
  fuzz::require(same(whole, pieces), "pieces do not matter");
  return 0;
}
