#include "packages.hpp"

#include <mlops/base/error.hpp>
#include <mlops/fs/file.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/proc/process.hpp>

#include <map>
#include <set>

#include "src/readable_text.hpp"

namespace mlops::run {
namespace {

namespace stdfs = std::filesystem;
using Versions = std::map<std::string, std::string>;

std::string variable(const Variables& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// The value of a line "Name: value" in a paragraph; empty without one.
std::string_view field(std::string_view paragraph, std::string_view name) {
  for (std::size_t at = paragraph.find(name); at != std::string_view::npos;
       at = paragraph.find(name, at + 1)) {
    if (at != 0 && paragraph[at - 1] != '\n') continue;
    const std::size_t begin = at + name.size();
    return paragraph.substr(begin, paragraph.find('\n', begin) - begin);
  }
  return {};
}

Versions debian() {
  const std::string text = readable_text("/var/lib/dpkg/status");
  Versions out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", begin), text.size());
    const std::string_view paragraph = std::string_view(text).substr(begin, end - begin);
    if (field(paragraph, "Status: ").ends_with(" installed")) {
      out.emplace(field(paragraph, "Package: "), field(paragraph, "Version: "));
    }
    begin = end + 2;
  }
  return out;
}

/// "numpy-1.24.2.dist-info" or "numpy-1.24.2-py3.11.egg-info".
void add_distribution(const std::string& entry, Versions& out) {
  std::string name;
  for (const std::string_view suffix : {".dist-info", ".egg-info"}) {
    if (entry.ends_with(suffix)) name = entry.substr(0, entry.size() - suffix.size());
  }
  const std::size_t dash = name.find('-');
  if (name.empty() || name.front() == '.' || name.front() == '~') return;
  const std::string version = dash == std::string::npos ? "" : name.substr(dash + 1);
  out.emplace(name.substr(0, dash), version.substr(0, version.find("-py")));
}

struct Python {
  stdfs::path prefix;
  std::string minor;      ///< "3.11"
  stdfs::path base = {};  ///< Where the system's packages are when a virtual environment shows them.
};

std::string minor_of(const std::string& program) {
  const std::size_t at = program.find("python3.");
  return at == std::string::npos ? "" : program.substr(at + 6);
}

std::string config_value(const std::string& text, const std::string& key) {
  std::string_view value = field(text, key + " = ");
  return std::string(value);
}

std::optional<Python> find_python(const Variables& environment) {
  stdfs::path program;
  for (const char* name : {"python3", "python"}) {
    try {
      if (program.empty()) program = proc::find_program(name, environment);
    } catch (const Error&) {
      // The next name may be there.
    }
  }
  if (program.empty()) return std::nullopt;
  std::error_code ignored;
  const stdfs::path real = stdfs::canonical(program, ignored);
  Python out = {.prefix = program.parent_path().parent_path(), .minor = minor_of(real.filename().native())};
  const std::string config = readable_text(out.prefix / "pyvenv.cfg");
  if (config.empty()) {
    out.prefix = real.parent_path().parent_path();
  } else if (config_value(config, "include-system-site-packages") == "true") {
    out.base = stdfs::path(config_value(config, "home")).parent_path();
  }
  return out;
}

void add_packages_below(const stdfs::path& library, const std::string& minor, Versions& out) {
  for (const std::string& name : fs::names_in(library)) {
    if (name != "python3" && (!name.starts_with("python3.") || (!minor.empty() && minor_of(name) != minor)))
      continue;
    for (const char* packages : {"site-packages", "dist-packages"}) {
      for (const std::string& entry : fs::names_in(library / name / packages)) add_distribution(entry, out);
    }
  }
}

void add_packages_of(const stdfs::path& prefix, const std::string& minor, Versions& out) {
  if (prefix.empty()) return;
  std::vector<stdfs::path> places = {prefix / "lib", prefix / "lib64"};
  if (prefix == "/usr") places.insert(places.begin(), "/usr/local/lib");
  for (const stdfs::path& place : places) add_packages_below(place, minor, out);
}

/// "numpy-1.24.2-py311h_0.json"
Versions conda(const Variables& environment) {
  Versions out;
  const std::string prefix = variable(environment, "CONDA_PREFIX");
  if (prefix.empty()) return out;
  for (const std::string& name : fs::names_in(stdfs::path(prefix) / "conda-meta")) {
    const std::size_t build = name.ends_with(".json") ? name.rfind('-') : std::string::npos;
    const std::size_t version = build == std::string::npos ? build : name.rfind('-', build - 1);
    if (version != std::string::npos)
      out.emplace(name.substr(0, version), name.substr(version + 1, build - version - 1));
  }
  return out;
}

json::Object versions_json(const Versions& versions) {
  json::Object out;
  for (const auto& [name, version] : versions) out.append(name, version);
  return out;
}

std::string full_version(const Python& python, const Versions& system, const Versions& conda_packages) {
  const std::string config = readable_text(python.prefix / "pyvenv.cfg");
  for (const char* key : {"version_info", "version"}) {
    if (std::string value = config_value(config, key); !value.empty()) return value;
  }
  if (const auto found = conda_packages.find("python"); found != conda_packages.end()) return found->second;
  const auto found = system.find("python" + python.minor);
  if (python.prefix != "/usr" || found == system.end()) return python.minor;
  return found->second.substr(0, found->second.find('-'));
}

}  // namespace

json::Object installed_packages(const Variables& environment) {
  const Versions system = debian();
  const Versions conda_packages = conda(environment);
  Versions python_packages;
  json::Object out = {{"debian", versions_json(system)}, {"conda", versions_json(conda_packages)}};
  const auto python = find_python(environment);
  if (python) {
    add_packages_of(python->prefix, python->minor, python_packages);
    add_packages_of(python->base, python->minor, python_packages);
    const std::string home = variable(environment, "HOME");
    if (!home.empty()) add_packages_below(stdfs::path(home) / ".local/lib", python->minor, python_packages);
  }
  out.append("python", versions_json(python_packages));
  out.append("python_version",
             python ? json::Value(full_version(*python, system, conda_packages)) : json::Value());
  out.append("python_prefix", python ? json::Value(python->prefix.native()) : json::Value());
  return out;
}

std::string python_version(const json::Object& packages) {
  const json::Value* version = packages.find("python_version");
  return version == nullptr ? "" : version->text_or("");
}

}  // namespace mlops::run
