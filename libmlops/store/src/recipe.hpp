#pragma once
/// Recipes: an object made of parts of others. A large file that was changed is kept as what it shares with
/// the version before and what is new. The file recipes/ab/cdef... is canonical JSON,
///
///   {"parts":[{"from":"sha256:...","offset":0,"size":1048576},...],"recipe":1,"size":1073741824}
///
/// and no part is taken from an object that is itself a recipe.

#include <mlops/base/digest.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "src/content.hpp"

namespace mlops::store {

struct Part {
  Digest from = {};
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool operator==(const Part&) const = default;
};

struct Recipe {
  std::uint64_t size = 0;
  std::vector<Part> parts;  ///< None is empty; their sizes add up.

  bool operator==(const Recipe&) const = default;
};

std::string text_of(const Recipe& recipe);

/// Throws Error(corrupt), naming `digest`.
Recipe recipe_from(std::string_view text, const Digest& digest);

/// Puts a part behind the others; one with the last where it goes on from it.
void append(Recipe& recipe, const Part& part);

/// Its bytes. Keeps both references.
std::unique_ptr<Content> content_of(Recipe recipe, const Digest& digest, const Contents& contents);

}  // namespace mlops::store
