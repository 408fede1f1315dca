#include "src/s3/profile.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>

#include <string_view>

namespace mlops::remote::s3 {
namespace {

using Path = std::filesystem::path;
using Values = std::map<std::string, std::string>;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// What stands in the sections of that name. Lines that are indented belong to the value above them, which is
/// of services that are not ours.
class Sections {
 public:
  Sections(const Path& file, std::string_view wanted) : file_(file), wanted_(wanted) {}

  Values of(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return std::move(values_);
  }

 private:
  void line(std::string_view whole) {
    ++number_;
    const std::string_view text = trimmed(whole);
    if (text.empty() || text.front() == '#' || text.front() == ';') return;
    if (whole.front() == ' ' || whole.front() == '\t') return;
    if (text.front() == '[') {
      if (text.find(']') == std::string_view::npos) refuse();
      inside_ = trimmed(text.substr(1, text.find(']') - 1)) == wanted_;
      return;
    }
    const std::size_t sign = text.find('=');
    if (sign == std::string_view::npos || sign == 0) refuse();
    if (inside_) values_[std::string(trimmed(text.substr(0, sign)))] = trimmed(text.substr(sign + 1));
  }

  [[noreturn]] void refuse() const {
    throw error(Code::usage, "'{}', line {}: neither a section nor a value", file_.native(), number_)
        .with_id("remote.credentials")
        .with_hint("a section is `[default]`, a value `region = us-east-1`");
  }

  const Path& file_;
  const std::string_view wanted_;
  Values values_;
  bool inside_ = false;
  int number_ = 0;
};

Path file_of(const Environment& environment, const std::string& name, const char* below_home) {
  if (const std::string named = variable(environment, name); !named.empty()) return named;
  const std::string home = variable(environment, "HOME");
  return home.empty() ? Path() : Path(home) / below_home;
}

void add(Profile& profile, const Path& file, const std::string& section) {
  if (file.empty()) return;
  const auto text = fs::find_file(file);
  if (!text) {
    profile.missing.push_back(file);
    return;
  }
  profile.read.push_back(file);
  profile.values.merge(Sections(file, section).of(*text));
}

}  // namespace

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

std::string Profile::value(const std::string& key) const { return variable(values, key); }

Profile read_profile(const Environment& environment) {
  Profile out{.name = variable(environment, "AWS_PROFILE")};
  if (out.name.empty()) out.name = "default";
  add(out, file_of(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"), out.name);
  const std::string section = out.name == "default" ? out.name : "profile " + out.name;
  add(out, file_of(environment, "AWS_CONFIG_FILE", ".aws/config"), section);
  return out;
}

}  // namespace mlops::remote::s3
