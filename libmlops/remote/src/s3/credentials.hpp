#pragma once
/// Who we are for S3: keys from the environment, a profile, or a program that gives them for a while. What is
/// secret stands in no message.

#include <mlops/base/cancel.hpp>
#include <mlops/base/clock.hpp>

#include <mutex>
#include <optional>
#include <string>

#include "src/s3/profile.hpp"

namespace mlops::remote::s3 {

struct Credentials {
  std::string key_id;
  std::string secret;
  std::string token = {};               ///< Of a session; empty: none.
  std::optional<Time> expires = {};     ///< Nothing: they stay.
  std::optional<Time> renew_from = {};  ///< A while before that.

  bool operator==(const Credentials&) const = default;
};

/// Safe for many threads.
class Keys {
 public:
  /// Throws Error: not_found (id "remote.no_credentials", with the places that were looked at), usage (half
  /// of a pair).
  Keys(const Environment& environment, const Profile& profile, const Clock& clock);

  /// Asks the program again before what it gave ends. Throws Error(failed, id "remote.credentials") when it
  /// does not answer as it should.
  Credentials get();

 private:
  Credentials ask_program() const;

  const Environment environment_;
  const std::string program_;
  const Clock& clock_;
  std::mutex mutex_;
  std::optional<Credentials> known_;
};

/// The words of a command line, as a shell would cut it: blanks part them, quotes and '\\' protect.
std::vector<std::string> words_of(const std::string& line);

}  // namespace mlops::remote::s3
