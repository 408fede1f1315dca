#include "complete.hpp"

#include "globals.hpp"
#include "words.hpp"

#include <algorithm>
#include <filesystem>

namespace mlops::cli {
namespace {

namespace stdfs = std::filesystem;

std::vector<Candidate> paths(const Application& application, const std::string& typed, bool folders_only) {
  const std::size_t slash = typed.rfind('/');
  const std::string shown = slash == std::string::npos ? "" : typed.substr(0, slash + 1);
  const std::string begin = typed.substr(shown.size());
  std::string folder = shown.empty() ? "." : shown;
  const auto home = application.environment.find("HOME");
  if (folder.starts_with("~/") && home != application.environment.end()) folder.replace(0, 1, home->second);
  std::vector<Candidate> out;
  std::error_code ignored;
  for (auto entry = stdfs::directory_iterator(folder, ignored); entry != stdfs::directory_iterator();
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    const bool is_folder = entry->is_directory(ignored);
    if (!name.starts_with(begin) || (begin.empty() && name[0] == '.') || (folders_only && !is_folder))
      continue;
    out.push_back({shown + name + (is_folder ? "/" : "")});
  }
  return out;
}

std::vector<Candidate> commands(const Command& command) {
  std::vector<Candidate> out;
  for (const Command& child : command.children) {
    if (!child.hidden) out.push_back({child.name, child.summary});
  }
  return out;
}

bool is_of_project(Offer offer) {
  return offer == Offer::dataset || offer == Offer::target || offer == Offer::view || offer == Offer::model ||
         offer == Offer::view_or_model || offer == Offer::schedule || offer == Offer::run ||
         offer == Offer::address;
}

std::vector<Candidate> settings() {
  std::vector<Candidate> out;
  for (const config::Setting& one : config::setting_table())
    out.push_back({std::string(one.key), std::string(one.doc)});
  return out;
}

std::vector<Candidate> values(const Application& application, const Option& option,
                              const std::string& typed) {
  std::vector<Candidate> out;
  for (const std::string& choice : option.choices) out.push_back({choice});
  if (option.offer == Offer::file || option.offer == Offer::folder) {
    return paths(application, typed, option.offer == Offer::folder);
  }
  if (option.offer == Offer::setting) return settings();
  if (is_of_project(option.offer) && application.offers) return application.offers(option.offer);
  return out;
}

/// The positional option that the next word belongs to.
const Option* next_positional(const Words& words) {
  std::size_t at = 0;
  for (const Option& option : words.command->options) {
    if (!option.positional()) continue;
    if (at == words.arguments.size() || option.repeats()) return &option;
    ++at;
  }
  return nullptr;
}

/// `help data sh`: the words name a command.
std::vector<Candidate> named_commands(const Application& application, const std::vector<std::string>& names) {
  const Command* command = &application.root;
  for (const std::string& name : names) {
    command = command->child(name);
    if (command == nullptr) return {};
  }
  return commands(*command);
}

class Completion {
 public:
  Completion(const Application& application, std::vector<std::string> words)
      : application_(application), options_(global_options(globals_)), dry_run_(dry_run_option(globals_)) {
    if (!words.empty()) {
      typed_ = std::move(words.back());
      words.pop_back();
    }
    before_ = std::move(words);
    words_ = read_words(application_.root, options_, dry_run_, before_);
  }

  std::vector<Candidate> candidates() const {
    const bool flags_over = std::find(before_.begin(), before_.end(), "--") != before_.end();
    if (words_.wanting != nullptr) return fitting(values(application_, *words_.wanting, typed_), typed_);
    if (words_.fault) return {};
    if (!flags_over && typed_.starts_with("--") && typed_.find('=') != std::string::npos)
      return after_equals();
    if (!flags_over && typed_.starts_with("-")) return fitting(flags(), typed_);
    return fitting(words(), typed_);
  }

 private:
  static std::vector<Candidate> fitting(std::vector<Candidate> all, const std::string& begin) {
    std::erase_if(all, [&](const Candidate& one) { return !one.word.starts_with(begin); });
    std::stable_sort(all.begin(), all.end(),
                     [](const Candidate& a, const Candidate& b) { return a.word < b.word; });
    return all;
  }

  std::vector<Candidate> flags() const {
    std::vector<Candidate> out;
    for (const Option* option : flags_of(*words_.command, options_, dry_run_)) {
      out.push_back({option->spelling(), option->help});
    }
    return out;
  }

  std::vector<Candidate> after_equals() const {
    const std::size_t equals = typed_.find('=');
    for (const Option* option : flags_of(*words_.command, options_, dry_run_)) {
      if (!option->takes_value() || option->spelling() != typed_.substr(0, equals)) continue;
      const std::string value = typed_.substr(equals + 1);
      std::vector<Candidate> out = fitting(values(application_, *option, value), value);
      for (Candidate& one : out) one.word.insert(0, typed_, 0, equals + 1);
      return out;
    }
    return {};
  }

  std::vector<Candidate> words() const {
    std::vector<Candidate> out;
    if (words_.arguments.empty()) out = commands(*words_.command);
    const Option* option = next_positional(words_);
    if (option == nullptr) return out;
    const auto more = option->offer == Offer::command ? named_commands(application_, words_.arguments)
                                                      : values(application_, *option, typed_);
    out.insert(out.end(), more.begin(), more.end());
    return out;
  }

  const Application& application_;
  Globals globals_;
  std::vector<Option> options_;
  Option dry_run_;
  std::string typed_;
  std::vector<std::string> before_;
  Words words_;
};

}  // namespace

std::vector<Candidate> complete(const Application& application, std::vector<std::string> words) {
  return Completion(application, std::move(words)).candidates();
}

}  // namespace mlops::cli
