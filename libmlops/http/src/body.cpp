#include "src/body.hpp"

#include <sys/mman.h>

#include <cstring>

namespace mlops::http {

bool Body::reserve(std::size_t bytes) {
  if (bytes <= capacity_) return true;
  constexpr std::size_t page = 4096;
  const std::size_t wanted = (bytes + page - 1) / page * page;
  void* const at = data_ == nullptr
                       ? mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                       : mremap(data_, capacity_, wanted, MREMAP_MAYMOVE);
  if (at == MAP_FAILED) return false;
  data_ = static_cast<char*>(at);
  capacity_ = wanted;
  return true;
}

void Body::append(std::string_view piece) {
  if (piece.empty()) return;
  std::memcpy(data_ + size_, piece.data(), piece.size());
  size_ += piece.size();
}

void Body::release() {
  if (data_ != nullptr) munmap(data_, capacity_);
  data_ = nullptr;
  size_ = capacity_ = 0;
}

}  // namespace mlops::http
