#pragma once
/// A profile of ~/.aws/credentials and ~/.aws/config, or of the files that the environment names instead.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mlops::remote::s3 {

using Environment = std::map<std::string, std::string>;

/// The value of a variable; empty when it is not set.
std::string variable(const Environment& environment, const std::string& name);

struct Profile {
  std::string name;                                 ///< AWS_PROFILE, else "default".
  std::map<std::string, std::string> values = {};   ///< What stands in the credentials file wins.
  std::vector<std::filesystem::path> missing = {};  ///< Files that are not there.
  std::vector<std::filesystem::path> read = {};

  std::string value(const std::string& key) const;
};

/// Throws Error: usage (a line that is none, by its number: what it says may be a secret).
Profile read_profile(const Environment& environment);

}  // namespace mlops::remote::s3
