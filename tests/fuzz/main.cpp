/// A target without libFuzzer: every file of its corpus, then mutations of them from a fixed seed.
///
///   fuzz_NAME CORPUS-DIR|FILE...
///
/// FUZZ_RUNS mutations (3000) for FUZZ_SECONDS (2) at most, from FUZZ_SEED (1). The input at work when the
/// process ends badly is written to fuzz_NAME.crash beside the executable.
#include "fuzz.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is the sanitizer's
extern "C" void __sanitizer_set_death_callback(void (*callback)());

namespace {

namespace stdfs = std::filesystem;
using Bytes = std::string;

const Bytes* at_work = nullptr;
std::string crash_file;

/// Only what a signal handler may do.
void keep_input() {
  if (at_work == nullptr) return;
  const int file = open(crash_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return;
  std::size_t done = 0;
  while (done < at_work->size()) {
    const ssize_t count = write(file, at_work->data() + done, at_work->size() - done);
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  close(file);
  at_work = nullptr;
}

void aborted(int) {
  keep_input();
  std::signal(SIGABRT, SIG_DFL);
  std::abort();
}

void run(const Bytes& input) {
  at_work = &input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  at_work = nullptr;
}

Bytes bytes_of(const stdfs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Bytes> corpus(const std::vector<stdfs::path>& paths) {
  std::vector<stdfs::path> files;
  for (const stdfs::path& path : paths) {
    if (!stdfs::is_directory(path)) files.push_back(path);
    else
      for (const auto& entry : stdfs::directory_iterator(path)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Bytes> inputs;
  for (const stdfs::path& file : files) inputs.push_back(bytes_of(file));
  return inputs;
}

std::uint64_t number(const char* variable, std::uint64_t fallback) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? fallback : std::strtoull(text, nullptr, 10);
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed) : corpus_(corpus), random_(seed) {}

  Bytes next() {
    Bytes bytes = any();
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(bytes);
    return bytes;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const Bytes& any() { return corpus_[below(corpus_.size())]; }

  void change(Bytes& bytes) {
    const std::size_t at = below(bytes.size() + 1);
    switch (below(7)) {
      case 0:
        bytes.insert(at, 1, static_cast<char>(random_()));
        return;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random_());
        return;
      case 2:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        return;
      case 3:
        bytes.erase(at, 1 + below(8));
        return;
      case 4:
        bytes.insert(at, bytes.substr(below(bytes.size() + 1), 1 + below(32)));
        return;
      case 5:
        splice(bytes, at);
        return;
      default:
        change_number(bytes, at);
    }
  }

  /// A piece of another input.
  void splice(Bytes& bytes, std::size_t at) {
    const Bytes& other = any();
    bytes.replace(at, below(32), other.substr(below(other.size() + 1), below(64)));
  }

  /// Counts and sizes are where readers go wrong.
  void change_number(Bytes& bytes, std::size_t from) {
    static const std::vector<Bytes> numbers = {"0",
                                               "1",
                                               "-1",
                                               "3",
                                               "255",
                                               "65536",
                                               "4294967296",
                                               "9223372036854775807",
                                               "1e9",
                                               "-",
                                               "2147483648",
                                               "1e400",
                                               "99999999999999999999"};
    const std::size_t at = bytes.find_first_of("0123456789", from);
    if (at == Bytes::npos) return;
    const std::size_t end = std::min(bytes.find_first_not_of("0123456789", at), bytes.size());
    bytes.replace(at, end - at, numbers[below(numbers.size())]);
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  crash_file = std::string(argv[0]) + ".crash";
  std::signal(SIGABRT, aborted);
  __sanitizer_set_death_callback(keep_input);
  const std::vector<Bytes> inputs = corpus({argv + 1, argv + argc});
  if (inputs.empty()) {
    std::fprintf(stderr, "no inputs\n");
    return 2;
  }
  for (const Bytes& input : inputs) run(input);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(number("FUZZ_SECONDS", 2));
  Mutator mutator(inputs, number("FUZZ_SEED", 1));
  std::uint64_t runs = 0;
  for (; runs < number("FUZZ_RUNS", 3000) && std::chrono::steady_clock::now() < end; ++runs) {
    run(mutator.next());
  }
  std::printf("# %llu mutations of %zu inputs\n%zu passed, 0 failed\n", static_cast<unsigned long long>(runs),
              inputs.size(), inputs.size());
}
