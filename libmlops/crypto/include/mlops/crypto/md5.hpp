#pragma once
/// MD5 (RFC 1321), to compare bytes with what a server has noted of them. It protects against accidents only.
/// Used by one thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::crypto {

class Md5 {
 public:
  Md5();
  ~Md5();
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void update(std::string_view bytes);
  /// 32 lower-case hexadecimal digits; nothing where the machine's rules forbid MD5. Once only.
  std::optional<std::string> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace mlops::crypto
