#pragma once
/// What `mlops.yaml` says about remotes. Plain values; mlops/manifest/manifest.hpp reads them.

#include <string>
#include <string_view>

namespace mlops::manifest {

/// One entry of `remotes:`: where objects live. Keys and passwords have no place in it.
struct RemoteSpec {
  std::string name;
  std::string url;  ///< "s3://BUCKET/PREFIX", a path, relative to the project, or "file:///mnt/share".
  std::string endpoint = {};  ///< Of S3: a URL of http or https; empty: what the environment says, else AWS.
  std::string region = {};    ///< Of S3; empty: what the environment says.
  std::string style = {};     ///< Of S3: path or virtual; empty: virtual at AWS, path elsewhere.
  bool one_writer = false;    ///< Nobody else pushes at the same time, says who wrote it.

  bool operator==(const RemoteSpec&) const = default;
};

/// `text` with an entry for `remote` at the end of its `remotes:` section (the section is made if need be),
/// on one line where there is only a URL; comments and layout of the rest stay byte for byte. An equal entry
/// that is there gives `text` back. Throws Error: usage (the text or the remote has faults, or is laid out in
/// a way that cannot be edited safely; detail then holds the lines to add by hand), conflict (there is one of
/// that name with other values).
std::string with_remote(std::string_view text, std::string_view file, const RemoteSpec& remote);

/// `text` without the entry `name`; the last one takes the line of its section with it. Comments above it
/// stay, the one behind it goes. Throws Error: usage (as above), not_found (names what is similar).
std::string without_remote(std::string_view text, std::string_view file, std::string_view name);

}  // namespace mlops::manifest
