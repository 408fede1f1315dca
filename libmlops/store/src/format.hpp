#pragma once
/// The folder of a store: made, recognised, refused when it is of a newer format.

#include <cstdint>
#include <filesystem>

namespace mlops::store {

/// True when `root` holds a store that this program can read. Throws Error: usage (newer), corrupt.
bool is_store(const std::filesystem::path& root);

/// Makes the folder and what every store has; the format comes last, so half a store is none.
void make_store(const std::filesystem::path& root);

/// 1: every object is a file of its own. 2: there are packs and recipes.
constexpr std::int64_t format_with_packs = 2;

/// Says that the store needs a program that knows this format, before anything of it is written.
void need_format(const std::filesystem::path& root, std::int64_t format);

}  // namespace mlops::store
