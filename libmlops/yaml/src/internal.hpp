#pragma once
/// What the parts of the YAML reader share.

#include <mlops/yaml/node.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace mlops::yaml {

constexpr std::string_view quote_it = "quote this value with single quotes";

/// Faults of the text that yaml-cpp would pass over or misread: size, encoding, control characters,
/// directives, conflict markers.
std::optional<Fault> check_text(std::string_view text, const Limits& limits);

/// The fault of a plain scalar that YAML has cut short, seen by its unbalanced brackets; `offset` is where it
/// begins.
std::optional<Fault> check_plain(std::string_view text, const Node& scalar);

/// The fault of a quoted scalar that begins at `at` and is never closed.
std::optional<Fault> check_quoted(std::string_view text, const Position& at);

/// The bracket without its partner; nothing when all have one.
std::optional<char> unbalanced(std::string_view text);

/// What yaml-cpp says about the place `offset`, in our words and with what to do.
Fault explain(std::string_view text, std::size_t offset, std::string_view message);

/// Where the line around `offset` begins.
std::size_t line_begin(std::string_view text, std::size_t offset);

/// The whole line around `offset`, without its end.
std::string_view line_at(std::string_view text, std::size_t offset);

}  // namespace mlops::yaml
