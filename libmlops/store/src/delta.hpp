#pragma once
/// What a file shares with an object that is there already, found as rsync does (Tridgell and Mackerras, "The
/// rsync algorithm", 1996): the object's blocks are known by a sum that can be rolled over the file byte by
/// byte. Where a block is found, the match is drawn out in both directions by comparing bytes, so that what
/// is new is new to the byte, and what is shared costs a comparison. Reads both once, in order, but for the
/// first pass over the object; holds 40 MB at most, whatever their sizes.

#include <mlops/fs/file.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "src/content.hpp"
#include "src/recipe.hpp"

namespace mlops::store {

/// Files below this size are not worth a recipe.
constexpr std::uint64_t worth_a_recipe = 16 << 20;

struct DeltaSink {
  /// Sees every byte of the file once, in order.
  std::function<void(std::string_view bytes)> look;
  /// Keeps bytes that the base does not have, less than `small_object` of them, and names them.
  std::function<Digest(std::string_view bytes)> keep;
};

/// The file as parts of `base`, which is what `base_recipe` makes, and of what the sink kept; nothing when
/// that would save less than half, which shows early, and then not all of the file was looked at. The file
/// has to be one that does not change. Throws what reading and the sink throw.
std::optional<Recipe> delta(fs::File& file, std::uint64_t size, Content& base, const Recipe& base_recipe,
                            const DeltaSink& sink);

}  // namespace mlops::store
