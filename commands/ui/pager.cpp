#include "pager.hpp"

#include <cstdio>
#include <memory>

namespace mlops::ui {

bool page(std::string_view text, const std::string& pager) {
  constexpr int not_found = 127 << 8;  // as the shell reports it
  std::FILE* pipe = popen(pager.c_str(), "w");
  if (pipe == nullptr) return false;
  std::fwrite(text.data(), 1, text.size(), pipe);
  return pclose(pipe) != not_found;
}

}  // namespace mlops::ui
