#include "src/expression_texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "src/expression_case.hpp"

namespace mlops::predict {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::int64_t length_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); });
}

/// Where the character `n` (from 0) begins; the end for one that is not there.
std::size_t offset_of(std::string_view text, std::int64_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!continues(text[at]) && n-- == 0) break;
  }
  return at;
}

std::string between(std::string_view text, std::int64_t begin, std::int64_t end) {
  if (begin >= end) return "";
  const std::size_t from = offset_of(text, begin);
  return std::string(text.substr(from, offset_of(text, end) - from));
}

constexpr std::int64_t all = std::int64_t{1} << 32;

/// A negative offset counts from the end, 0 is the place in front of the first character. What lies outside
/// of the text is left out. What a negative length gives, or a length from a place in front of the text,
/// depends on what else the engine knows of the column.
std::string substring(std::string_view text, std::int64_t offset, std::int64_t length) {
  const std::int64_t size = length_of(text);
  const bool outside = std::max(std::abs(offset), length) > all || (length != all && offset < -size);
  if (length < 0 || outside) refuse_value("a part of a text that begins or ends outside of it");
  const std::int64_t from = offset >= 0 ? offset - 1 : size + offset;
  const std::int64_t to = from + length;
  const auto inside = [&](std::int64_t place) { return std::clamp<std::int64_t>(place, 0, size); };
  return between(text, inside(from), inside(to));
}

// The space separators of Unicode (Zs), which the engine takes for spaces.
constexpr std::array<std::string_view, 17> spaces{" ",
                                                  "\xC2\xA0",
                                                  "\xE1\x9A\x80",
                                                  "\xE2\x80\x80",
                                                  "\xE2\x80\x81",
                                                  "\xE2\x80\x82",
                                                  "\xE2\x80\x83",
                                                  "\xE2\x80\x84",
                                                  "\xE2\x80\x85",
                                                  "\xE2\x80\x86",
                                                  "\xE2\x80\x87",
                                                  "\xE2\x80\x88",
                                                  "\xE2\x80\x89",
                                                  "\xE2\x80\x8A",
                                                  "\xE2\x80\xAF",
                                                  "\xE2\x81\x9F",
                                                  "\xE3\x80\x80"};

bool trim_front(std::string_view& text) {
  for (const std::string_view space : spaces) {
    if (text.starts_with(space)) return text.remove_prefix(space.size()), true;
  }
  return false;
}

bool trim_back(std::string_view& text) {
  for (const std::string_view space : spaces) {
    if (text.ends_with(space)) return text.remove_suffix(space.size()), true;
  }
  return false;
}

Scalar trimmed_text(const Bound& node, const Scalar* v) {
  std::string_view rest = v[0].text;
  while ((node.which & 1U) != 0 && trim_front(rest)) continue;
  while ((node.which & 2U) != 0 && trim_back(rest)) continue;
  return text(std::string(rest));
}

Scalar cased(const Bound& node, const Scalar* v) {
  return text(in_case(static_cast<Case>(node.which), v[0].text));
}

Scalar left(const Bound&, const Scalar* v) {
  const std::int64_t size = length_of(v[0].text);
  const std::int64_t n = v[1].whole;
  return text(between(v[0].text, 0, n >= 0 ? std::min(n, size) : std::max<std::int64_t>(size + n, 0)));
}

Scalar right(const Bound&, const Scalar* v) {
  const std::int64_t size = length_of(v[0].text);
  const std::int64_t n = v[1].whole;
  const std::int64_t taken = n >= 0 ? std::min(n, size) : size - std::min(size, -n);
  return text(between(v[0].text, size - taken, size));
}

void want_texts(const RuleNode& call, const TextParts& values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (values[i].type != SqlType::text)
      refuse_expression(call.at, fmt::format("{} of {}", call.text, name_of(values[i].type)));
  }
}

Bound texts_call(const RuleNode& call, TextParts values, SqlType type, Strict run, std::size_t which = 0) {
  want_texts(call, values, 1);
  for (std::size_t i = 1; i < values.size(); ++i) values[i] = implicit(std::move(values[i]), SqlType::int64);
  Bound out = strict_node(type, call.at, run, std::move(values));
  out.which = which;
  return out;
}

Bound two_texts_call(const RuleNode& call, TextParts values, Strict run) {
  want_texts(call, values, 2);
  return strict_node(SqlType::boolean, call.at, run, std::move(values));
}

}  // namespace

Bound concat_call(const RuleNode& call, TextParts values) {
  for (Bound& value : values) {
    if (value.type == SqlType::null) refuse_expression(call.at, "concat of NULL");
    value = explicit_cast(std::move(value), SqlType::text);
  }
  return {.op = Bound::Op::concat, .type = SqlType::text, .at = call.at, .parts = std::move(values)};
}

Bound contains_call(const RuleNode& call, TextParts values) {
  return two_texts_call(call, std::move(values), [](const Bound&, const Scalar* v) {
    return flag(v[0].text.find(v[1].text) != std::string::npos);
  });
}

Bound starts_with_call(const RuleNode& call, TextParts values) {
  return two_texts_call(call, std::move(values),
                        [](const Bound&, const Scalar* v) { return flag(v[0].text.starts_with(v[1].text)); });
}

Bound ends_with_call(const RuleNode& call, TextParts values) {
  return two_texts_call(call, std::move(values),
                        [](const Bound&, const Scalar* v) { return flag(v[0].text.ends_with(v[1].text)); });
}

Bound length_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::int64,
                    [](const Bound&, const Scalar* v) { return whole(length_of(v[0].text)); });
}

Bound bytes_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::int64, [](const Bound&, const Scalar* v) {
    return whole(static_cast<std::int64_t>(v[0].text.size()));
  });
}

Bound left_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, left);
}

Bound right_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, right);
}

Bound substring_call(const RuleNode& call, TextParts values) {
  const Strict rest = [](const Bound&, const Scalar* v) {
    return text(substring(v[0].text, v[1].whole, all));
  };
  const Strict part = [](const Bound&, const Scalar* v) {
    return text(substring(v[0].text, v[1].whole, v[2].whole));
  };
  const Strict run = values.size() == 2 ? rest : part;
  return texts_call(call, std::move(values), SqlType::text, run);
}

Bound trim_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, trimmed_text, 3);
}

Bound ltrim_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, trimmed_text, 1);
}

Bound rtrim_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, trimmed_text, 2);
}

Bound lower_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, cased, static_cast<std::size_t>(Case::lower));
}

Bound upper_call(const RuleNode& call, TextParts values) {
  return texts_call(call, std::move(values), SqlType::text, cased, static_cast<std::size_t>(Case::upper));
}

}  // namespace mlops::predict
