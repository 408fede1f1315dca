/// Drives a store without the rest of the program, for the tests of faults.
///
///   store_probe publish ROOT KIND/NAME FOLDER   its files in one batch, by two lanes; what the name pointed
///   at is the base store_probe put ROOT FOLDER                 the same without a name store_probe collect
///   ROOT                    whatever nothing names, at once store_probe check ROOT standard input has what
///   has to be there, in the words of the others
///
/// What is acknowledged is written to standard output in one piece: lines "object DIGEST" and
/// "reference KIND/NAME SEQ DIGEST".
#include <unistd.h>
#include <mlops/base/error.hpp>
#include <mlops/fs/walk.hpp>
#include <mlops/json/value.hpp>
#include <mlops/store/collect.hpp>
#include <mlops/store/store.hpp>
#include <mlops/store/tree.hpp>

#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace mlops;
using namespace mlops::store;

using Path = std::filesystem::path;

void acknowledge(const std::string& text) {
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw error(Code::failed, "standard output takes no more");
}

/// What the files of the last version are called, and hold.
std::map<std::string, Digest> bases(Store& store, const ReferenceName& name) {
  std::map<std::string, Digest> out;
  const auto now = store.references().find(name);
  if (!now) return out;
  const json::Object record = store.record(now->digest);
  const auto raw = Digest::parse(record.find("raw")->text_or(""));
  for (const TreeFile& file : get_tree(store.objects(), raw.value()).files)
    out.emplace(file.path, file.digest);
  return out;
}

Tree put_folder(Objects::Batch& batch, const Path& folder, const std::map<std::string, Digest>& bases) {
  const std::vector<fs::WalkedFile> files = fs::walk(folder).files;
  Tree tree;
  tree.files.resize(files.size());
  const auto work = [&](std::size_t lanes, std::size_t first) {
    Objects::Batch::Lane lane(batch);
    for (std::size_t i = first; i < files.size(); i += lanes) {
      const auto base = bases.find(files[i].path);
      Objects::Batch::Way way;
      if (base != bases.end()) way.base = base->second;
      tree.files[i] = {.path = files[i].path,
                       .mode = 0644,
                       .size = files[i].size,
                       .digest = lane.put_file(folder / files[i].path, way)};
    }
    lane.finish();
  };
  std::exception_ptr fault;
  std::thread other([&] {
    try {
      work(2, 1);
    } catch (...) {
      fault = std::current_exception();
    }
  });
  try {
    work(2, 0);
  } catch (...) {
    fault = std::current_exception();
  }
  other.join();
  if (fault) std::rethrow_exception(fault);
  batch.commit();
  return tree;
}

std::string objects_text(const Tree& tree) {
  std::string out;
  for (const TreeFile& file : tree.files) out += "object " + file.digest.text() + "\n";
  return out;
}

void put(const Path& root, const Path& folder) {
  Store store(root, Store::Mode::create);
  Objects::Batch batch(store.objects());
  acknowledge(objects_text(put_folder(batch, folder, {})));
}

ReferenceName name_of(const std::string& text) {
  return {.kind = text.substr(0, text.find('/')), .name = text.substr(text.find('/') + 1)};
}

void publish(const Path& root, const std::string& text, const Path& folder) {
  const ReferenceName name = name_of(text);
  Store store(root, Store::Mode::create);
  Objects::Batch batch(store.objects());
  const Tree tree = put_folder(batch, folder, bases(store, name));
  const auto now = store.references().find(name);
  const auto published = store.publish({.name = name,
                                        .expected = now ? std::optional(now->digest) : std::nullopt,
                                        .record = {{"kind", "thing/1"},
                                                   {"raw", put_tree(store.objects(), tree).text()},
                                                   {"number", now ? now->seq + 1 : 1}},
                                        .time = {},
                                        .who = "test"});
  acknowledge(objects_text(tree) + "reference " + text + " " + std::to_string(published.version) + " " +
              published.digest.text() + "\n");
}

void collect_all(const Path& root) {
  Store store(root, Store::Mode::open);
  NoProgress progress;
  const Collected done = collect(store, {.grace_s = 0, .delay_s = 0}, progress);
  std::ostringstream text;
  text << "kept " << done.kept.objects << " removed " << done.removed.objects << " marked "
       << done.marked.objects << " young " << done.young.objects << " merged " << done.packs_merged << "\n";
  acknowledge(text.str());
}

bool has_entry(Store& store, const std::string& name, std::int64_t seq, const Digest& digest) {
  const auto entries = store.references().history(name_of(name));
  return seq >= 1 && seq <= static_cast<std::int64_t>(entries.size()) &&
         entries[static_cast<std::size_t>(seq - 1)].digest == digest;
}

/// The number of things that are not there.
int check(const Path& root) {
  Store store(root, Store::Mode::open);
  int lost = 0;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string kind, name, digest;
    std::int64_t seq = 0;
    words >> kind;
    if (kind == "reference") words >> name >> seq;
    words >> digest;
    try {
      const Digest wanted = Digest::parse(digest).value();
      if (kind == "object") store.objects().get(wanted);
      if (kind == "object" || has_entry(store, name, seq, wanted)) continue;
      std::cerr << "lost: " << line << "\n";
    } catch (const Error& e) {
      std::cerr << "lost: " << line << ": " << e.message() << "\n";
    }
    ++lost;
  }
  return lost;
}

int work(const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  if (what == "publish") publish(words.at(1), words.at(2), words.at(3));
  if (what == "put") put(words.at(1), words.at(2));
  if (what == "collect") collect_all(words.at(1));
  return what == "check" && check(words.at(1)) > 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return work({argv + 1, argv + argc});
  } catch (const Error& e) {
    std::cerr << "error: " << e.message() << "\n";
    return static_cast<int>(e.code());
  } catch (const std::exception& e) {
    std::cerr << "error: " << e.what() << "\n";
    return 70;
  }
}
