#pragma once
/// A folder that is open: what is in it is listed and looked at without its path being resolved anew, and no
/// symbolic link is followed. Each fault names the path.

#include <mlops/fs/descriptor.hpp>
#include <mlops/fs/file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlops::fs {

enum class Type : std::uint8_t { file, folder, link, other };

/// "a FIFO", "a socket", "a device": what a Type::other is, for messages.
std::string name_of_special(std::uint32_t mode);

/// What stands under a name.
struct Look {
  Type type = Type::other;
  std::uint32_t mode = 0;  ///< With the bits of the type.
  std::uint64_t links = 0;
  Stamp stamp = {};
};

/// What stands at the path; a link is looked at itself. Nothing when there is nothing.
std::optional<Look> find_look(const std::filesystem::path& path);

/// The file takes the place of what stands there, if anything does, in one step and without waiting for its
/// bytes: ext4 writes them first where a file is renamed over another. Not durable.
void replace_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// The file gets the name; false where something has it, which stays. Where a file system cannot tell, as
/// replace_file().
bool rename_unless_there(const std::filesystem::path& from, const std::filesystem::path& to);

class Folder {
 public:
  explicit Folder(std::filesystem::path path);
  /// One that lies in another; throws, too, when it is a link.
  Folder(const Folder& parent, std::string_view name);

  const std::filesystem::path& path() const { return path_; }

  /// The names in it, but for "." and "..": of a million of 20 bytes they take 30 MB.
  class Listing {
   public:
    std::size_t size() const { return names_.size(); }
    std::string_view name(std::size_t i) const {
      return std::string_view(text_).substr(names_[i].at, names_[i].size);
    }
    Type type(std::size_t i) const { return names_[i].type; }

   private:
    friend class Folder;
    struct Name {
      std::uint32_t at = 0;
      std::uint16_t size = 0;
      Type type = Type::other;
    };
    std::string text_;
    std::vector<Name> names_;
  };
  /// Sorted by their bytes, those of folders as if a '/' stood behind them: so paths come out sorted.
  Listing list() const;

  std::optional<Look> find(const std::string& name) const;
  /// For reading. Throws when it is a link.
  File open(const std::string& name) const;
  /// A new file with these bytes, as it stands there then. What is cut short does not stay. Throws Error:
  /// conflict (the name is taken), busy (no room).
  Look make(const std::string& name, std::string_view bytes, unsigned permissions) const;
  /// What the symbolic link says.
  std::string link_text(const std::string& name) const;

 private:
  std::filesystem::path path_;
  Descriptor descriptor_;
};

}  // namespace mlops::fs
