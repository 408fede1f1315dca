#pragma once
/// The object of a folder: a JSON list of {"md5": ..., "relpath": ...}, sorted by relpath. Read as a stream:
/// it may list a million files. Texts are those of Python: what was no UTF-8 stands as a lone surrogate for
/// each byte.

#include <mlops/fs/file.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::dvc {

struct Listed {
  std::string path = {};
  std::string md5 = {};
  bool executable = false;
};

class FolderReader {
 public:
  explicit FolderReader(const std::filesystem::path& file);

  /// False behind the last one. Throws Error(corrupt) for what is no such list.
  bool next(Listed& listed);

 private:
  int peek();
  int take();
  void expect(char wanted);
  int skip_blanks();
  std::string text();
  void escape(std::string& out);
  unsigned unit();
  std::string word();
  void value(const std::string& key, Listed& listed);
  [[noreturn]] void fail();

  fs::File file_;
  std::string block_;
  std::size_t at_ = 0;
  std::uint64_t before_ = 0;  ///< Bytes before the block.
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace mlops::dvc
