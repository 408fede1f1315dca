#pragma once
/// MD5 as DVC names objects by it. DVC 2 took a text for what it would be with LF alone at the ends of its
/// lines ("dos2unix"): a text has no NUL in its first 512 bytes, and at most 30 % of them are neither
/// printable ASCII nor \n \r \t \f \b. It did so MiB by MiB, so that a CR LF on both sides of a border stays.

#include <mlops/crypto/md5.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace mlops::dvc {

class Hasher {
 public:
  explicit Hasher(bool dos) : undecided_(dos) {}

  void update(std::string_view bytes);
  /// 32 digits. Throws Error(failed) where the machine's rules forbid MD5. Once only.
  std::string finish();
  /// Bytes that it was given.
  std::uint64_t size() const { return size_; }

 private:
  void decide();
  void add(std::string_view bytes);
  void add_text(std::string_view bytes);

  crypto::Md5 md5_;
  bool undecided_;
  bool text_ = false;
  bool held_ = false;       ///< A CR whose next byte is not known yet.
  std::string head_;        ///< While it is undecided.
  std::string lines_;       ///< What is handed over, to save its memory.
  std::uint64_t seen_ = 0;  ///< Of the text.
  std::uint64_t size_ = 0;
};

}  // namespace mlops::dvc
