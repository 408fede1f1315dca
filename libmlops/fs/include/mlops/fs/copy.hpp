#pragma once
/// Copies that cost as little as the file system allows.

#include <mlops/fs/file.hpp>

namespace mlops::fs {

/// Lets the empty file `to` share the blocks of `from` (FICLONE), a copy at no cost and of one moment; false
/// where the file system cannot.
bool reflink(const File& from, File& to);

/// How the bytes went.
enum class Copied { reflink, kernel, plain };

/// Copies all of `from` into the empty file `to`: by reflink, else within the kernel, else by reading and
/// writing. Does not sync.
Copied copy_content(File& from, File& to);

}  // namespace mlops::fs
