#include <mlops/base/error.hpp>
#include <mlops/crontab/crontab.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/temporary.hpp>
#include <mlops/proc/process.hpp>

namespace mlops::crontab {
namespace {

struct Said {
  proc::Ended ended = {};
  std::string out = {};
  std::string err = {};

  bool well() const { return ended.status == 0 && ended.signal == 0; }
};

Error no_program() {
  return error(Code::not_found, "there is no program `crontab` here").with_id("cron.not_found");
}

Said ask(const Environment& environment, std::vector<std::string> words) {
  Said out;
  proc::Request request{.command = std::move(words), .environment = environment};
  // cron's own answers are recognized by their English
  request.environment["LC_ALL"] = "C";
  request.at_output = [&](proc::Stream stream, std::string_view bytes) {
    (stream == proc::Stream::out ? out.out : out.err) += bytes;
    return true;
  };
  try {
    out.ended = proc::run(request);
  } catch (const Error& e) {
    if (e.code() != Code::not_found) throw;
    throw no_program();
  }
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

Error refused(const Said& said) {
  const std::string why = first_line(said.err.empty() ? said.out : said.err);
  return error(Code::failed, "`crontab` says no: {}",
               why.empty() ? fmt::format("exit code {}", said.ended.status) : why);
}

/// Debian's cron, cronie and busybox say so, each in its way, and end with code 1.
bool has_none(const Said& said) {
  const auto says = [&](std::string_view text) { return said.err.find(text) != std::string::npos; };
  return said.out.empty() &&
         (says("no crontab") || (says("can't open") && says("No such file or directory")));
}

}  // namespace

std::string read(const Environment& environment) {
  const Said said = ask(environment, {"crontab", "-l"});
  if (said.well()) return said.out;
  if (has_none(said)) return {};
  throw refused(said);
}

void write(const Environment& environment, const std::filesystem::path& scratch, const std::string& table) {
  const fs::TemporaryFolder folder(scratch);
  const std::filesystem::path path = folder.path() / "crontab";
  {
    fs::File file(path, fs::File::Mode::create_new, 0600);
    file.write(table);
  }
  const Said said = ask(environment, {"crontab", std::filesystem::absolute(path).string()});
  if (!said.well()) throw refused(said);
  if (read(environment) != table)
    throw error(Code::failed, "`crontab` keeps another table than it was given")
        .with_hint("`crontab -e` edits it by hand");
}

}  // namespace mlops::crontab
