#pragma once
/// The one error class of the product. It is thrown; absence is not an error (find_x returns optional, get_x
/// throws). Value type, safe to copy across threads. Caught in three places only: cli::main, the HTTP request
/// handler and a worker-thread boundary; adapters translate foreign codes at the call.

#include <fmt/core.h>

#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace mlops {

/// What kind of fault; the value is the exit code of the process.
enum class Code {
  failed = 1,         ///< It was tried and did not work.
  usage = 2,          ///< Wrong command line, wrong configuration, or a store from a newer version.
  negative = 3,       ///< The answer is "no": a check, a gate, drift, a difference.
  not_found = 4,      ///< The named thing does not exist.
  conflict = 5,       ///< Somebody else changed it, or it exists already.
  corrupt = 6,        ///< Corrupt or unsafe content.
  internal = 70,      ///< A fault of this program.
  busy = 75,          ///< Try again: locked, port taken, remote away, disk full.
  interrupted = 130,  ///< Cancelled by the user.
};

class Error final : public std::exception {
 public:
  Error(Code code, std::string message);

  Code code() const noexcept { return code_; }
  /// Stable name for programs, such as "data.not_found"; empty when the code says enough.
  const std::string& id() const noexcept { return id_; }
  /// Fault first, lower case, no full stop, names in 'quotes', commands in `backticks`.
  const std::string& message() const noexcept { return message_; }
  /// At most one line that says what to do; may be empty.
  const std::string& hint() const noexcept { return hint_; }
  /// Lines shown as they are under the message (source excerpts with a caret); may be empty.
  const std::string& detail() const noexcept { return detail_; }
  /// "while ..." lines, innermost first.
  const std::vector<std::string>& context() const noexcept { return context_; }
  const char* what() const noexcept override { return message_.c_str(); }

  Error&& with_id(std::string id) && {
    id_ = std::move(id);
    return std::move(*this);
  }
  /// Another message for the same fault, by who knows more of what was asked.
  template <typename... Args>
  Error&& with_message(fmt::format_string<Args...> format, Args&&... args) && {
    message_ = fmt::format(format, std::forward<Args>(args)...);
    return std::move(*this);
  }
  Error&& with_detail(std::string detail) && {
    detail_ = std::move(detail);
    return std::move(*this);
  }
  template <typename... Args>
  Error&& with_hint(fmt::format_string<Args...> format, Args&&... args) && {
    hint_ = fmt::format(format, std::forward<Args>(args)...);
    return std::move(*this);
  }
  void add_context(std::string line) { context_.push_back(std::move(line)); }

 private:
  Code code_;
  std::string id_;
  std::string message_;
  std::string hint_;
  std::string detail_;
  std::vector<std::string> context_;
};

/// `throw error(Code::not_found, "no model '{}'", name).with_hint("...")`.
template <typename... Args>
Error error(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return Error(code, fmt::format(format, std::forward<Args>(args)...));
}

/// The error for a failed system call: code busy when the disk is full or the resource is locked, not_found
/// for ENOENT, else failed. `what` reads like "cannot write '/x/y'"; the system's reason is added after a
/// colon.
Error system_error(int error_number, std::string what);

}  // namespace mlops
