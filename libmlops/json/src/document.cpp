#include <mlops/base/error.hpp>
#include <mlops/base/text.hpp>

#include "src/check.hpp"
#include "src/entry.hpp"
#include "src/tolerant.hpp"

namespace mlops::json {
namespace {

constexpr std::size_t too_many_bytes = 4'000'000'000;

/// The slow reader says where the fault is, and what.
[[noreturn]] void refuse(std::string_view text, std::string_view reason, std::string& buffer) {
  rewrite(text, Rewriting::same_size, buffer);
  check(buffer);
  throw error(Code::corrupt, "not valid JSON: {}", reason);
}

}  // namespace

struct Document::Impl {
  std::unique_ptr<Tape> tape;
  std::string rewritten = {};

  /// Standard JSON has failed.
  Node parse_leniently(std::string_view text) {
    const std::string reason(tape->reason());
    const Cell* root = nullptr;
    if (rewrite(text, Rewriting::readable, rewritten)) root = tape->read(rewritten);
    if (root == nullptr) refuse(text, reason, rewritten);
    return Node(root);
  }
};

Document::Document(Engines& engines)
    : impl_(new Impl{
          std::unique_ptr<Tape>(engines.get<decltype(mlops_json_tape)>("json", "mlops_json_tape")())}) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Node Document::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  if (text.empty()) text = "";  // never a null pointer, which the library would copy from
  if (text.size() >= too_many_bytes)
    throw error(Code::corrupt, "{} of JSON are too much to read at once; less than {} are taken",
                size_text(text.size()), size_text(too_many_bytes));
  const Cell* root = impl_->tape->read(text);
  return root != nullptr ? Node(root) : impl_->parse_leniently(text);
}

}  // namespace mlops::json
