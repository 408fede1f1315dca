#include <mlops/base/error.hpp>

#include <cctype>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mlops {

Error::Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

Error system_error(int error_number, std::string what) {
  Code code = Code::failed;
  switch (error_number) {
    case ENOENT:
    case ESTALE:  // NFS: removed by another machine while it was open here
      code = Code::not_found;
      break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EAGAIN:
    case EBUSY:
      code = Code::busy;
      break;
    case EEXIST:
      code = Code::conflict;
      break;
    default:
      break;
  }
  std::string reason = std::strerror(error_number);
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return Error(code, std::move(what) + ": " + reason);
}

}  // namespace mlops
