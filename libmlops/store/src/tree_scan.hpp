#pragma once
/// The digests that a tree's bytes name, read as a stream: a tree of a million files is never in memory.

#include <mlops/base/digest.hpp>

#include <functional>
#include <optional>

#include "src/content.hpp"

namespace mlops::store {

/// What the content hashes to; nothing where it is not to the letter what put_tree() writes, and then some
/// may have been visited. `visit` sees the digest of each file.
std::optional<Digest> scan_tree(Content& content, const std::function<void(const Digest& file)>& visit);

}  // namespace mlops::store
