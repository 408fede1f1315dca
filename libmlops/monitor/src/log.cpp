#include <mlops/base/error.hpp>
#include <mlops/base/signals_blocked.hpp>
#include <mlops/base/text.hpp>
#include <mlops/crypto/random.hpp>
#include <mlops/monitor/prediction_log.hpp>

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

#include "src/lane.hpp"
#include "src/line.hpp"
#include "src/writer.hpp"

namespace mlops::monitor {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t portion_bytes = 256'000;  ///< Bytes of lines that are written at once.
constexpr std::size_t kept_memory = 1'000'000;  ///< Of a buffer: more is given back.
constexpr std::chrono::seconds stuck{2};        ///< One round takes no longer where all is well.

}  // namespace

struct PredictionLog::Impl {
  LogOptions options;
  const Clock& clock;
  const Clock& machine;
  const std::string process = crypto::random_hex(4);
  Written written = {};
  std::atomic<std::uint64_t> lanes = 1;
  std::atomic<Steady::rep> round_begun = 0;  ///< 0: none is under way.

  mutable std::mutex mutex;  ///< Of what follows.
  std::condition_variable changed;
  std::deque<Buffer> buffers;
  std::map<std::pair<std::string, Digest>, Stream> streams;
  std::map<std::string, Writer> writers;
  std::string fault;
  bool ending = false;
  bool ended = false;

  /// Of news().
  bool told = false;
  std::uint64_t known_drops = 0;
  std::uint64_t drops_before = 0;
  Steady::time_point lost = {};

  std::string records = {};  ///< Of the thread that writes.
  std::thread thread;

  Impl(LogOptions wanted, const Clock& answers, const Clock& of_machine)
      : options(std::move(wanted)), clock(answers), machine(of_machine) {
    const SignalsBlocked blocked;
    thread = std::thread([this] { run(); });
  }

  void run();
  void round();
  void write(const std::string& taken);
  void flush();
  std::uint64_t behind() const;
  bool is_stuck() const;
};

void PredictionLog::Impl::run() {
  for (bool last = false; !last;) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, options.interval, [this] { return ending; });
      last = ending;
    }
    round_begun = Steady::now().time_since_epoch().count();
    round();
    round_begun = 0;
  }
  const std::lock_guard lock(mutex);
  ended = true;
  changed.notify_all();
}

void PredictionLog::Impl::round() {
  std::vector<Buffer*> all;
  {
    const std::lock_guard lock(mutex);
    for (Buffer& buffer : buffers) all.push_back(&buffer);
  }
  for (Buffer* buffer : all) {
    buffer->take(records);
    write(records);
    records.clear();
    if (records.capacity() > kept_memory) records.shrink_to_fit();
  }
  flush();
}

void PredictionLog::Impl::write(const std::string& taken) {
  for (std::size_t at = 0; at < taken.size();) {
    const Record record(taken.data() + at);
    Writer& writer = *record.head().stream->writer;
    writer.count(record.head().rows);
    try {
      append_lines(record, writer.lines());
    } catch (const std::bad_alloc&) {
      writer.drop("there is not enough memory for the lines of a request");
    }
    if (writer.lines().size() > portion_bytes) writer.flush();
    at += record.head().bytes;
  }
}

void PredictionLog::Impl::flush() {
  std::vector<Writer*> all;
  {
    const std::lock_guard lock(mutex);
    for (auto& [model, writer] : writers) all.push_back(&writer);
  }
  std::string found;
  for (Writer* writer : all) {
    writer->flush();
    writer->forget_old();
    if (found.empty()) found = writer->fault();
  }
  const std::lock_guard lock(mutex);
  fault = std::move(found);
}

/// With the mutex held.
std::uint64_t PredictionLog::Impl::behind() const {
  std::uint64_t sum = 0;
  for (const Buffer& buffer : buffers) sum += buffer.dropped();
  return sum;
}

bool PredictionLog::Impl::is_stuck() const {
  const Steady::rep begun = round_begun;
  return begun != 0 && Steady::now().time_since_epoch() - Steady::duration(begun) > stuck;
}

PredictionLog::PredictionLog(LogOptions options, const Clock& clock, const Clock& machine)
    : impl_(std::make_unique<Impl>(std::move(options), clock, machine)) {}

PredictionLog::~PredictionLog() {
  finish({});
  impl_->thread.join();
}

const Stream* PredictionLog::stream(const std::string& model, const std::string& address,
                                    const Digest& record, const score::Scorer& scorer) {
  const auto policy = impl_->options.models.find(model);
  if (policy == impl_->options.models.end()) return nullptr;
  const std::lock_guard lock(impl_->mutex);
  const auto known = impl_->streams.find({model, record});
  if (known != impl_->streams.end()) return &known->second;
  const WriterClocks clocks = {impl_->clock, impl_->machine};
  Writer& writer =
      impl_->writers.try_emplace(model, impl_->options, model, impl_->process, clocks, impl_->written)
          .first->second;
  Stream& made =
      impl_->streams.try_emplace(std::pair(model, record), model, address, record, scorer, policy->second)
          .first->second;
  made.writer = &writer;
  return &made;
}

Lane& PredictionLog::lane() {
  const std::lock_guard lock(impl_->mutex);
  Buffer& buffer = impl_->buffers.emplace_back(impl_->clock, impl_->options.buffered_bytes, impl_->lanes);
  impl_->lanes = impl_->buffers.size();
  return buffer;
}

bool PredictionLog::finish(std::chrono::milliseconds patience) {
  std::unique_lock lock(impl_->mutex);
  impl_->ending = true;
  impl_->changed.notify_all();
  return impl_->changed.wait_for(lock, patience, [this] { return impl_->ended; });
}

const Clock& PredictionLog::machine() const { return impl_->machine; }

LogFigures PredictionLog::figures() const {
  const std::lock_guard lock(impl_->mutex);
  return {.rows = impl_->written.rows,
          .bytes = impl_->written.bytes,
          .behind = impl_->behind(),
          .unwritten = impl_->written.dropped,
          .failing = !impl_->fault.empty() || impl_->is_stuck()};
}

std::optional<std::string> PredictionLog::news() {
  const std::lock_guard lock(impl_->mutex);
  const std::uint64_t drops = impl_->behind() + impl_->written.dropped;
  const bool losing = drops > impl_->known_drops;
  if (losing) impl_->lost = Steady::now();
  impl_->known_drops = drops;
  const bool bad = losing || !impl_->fault.empty() || impl_->is_stuck();
  if (bad && !impl_->told) {
    impl_->told = true;
    const std::string why = impl_->fault.empty() ? "the disk does not keep up" : impl_->fault;
    return fmt::format("predictions are not logged, requests are answered on: {}", why);
  }
  if (bad || !impl_->told || Steady::now() - impl_->lost < impl_->options.calm) return std::nullopt;
  impl_->told = false;
  const std::uint64_t lost = drops - std::exchange(impl_->drops_before, drops);
  return fmt::format("predictions are logged again; {} of the log were dropped", count_of(lost, "row"));
}

bool is_sampled(std::string_view request, double share) {
  if (share >= 1) return true;
  // FNV-1a, and the end of MurmurHash3, which spreads its bits (public domain both).
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : request) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
  hash ^= hash >> 33;
  return static_cast<double>(hash >> 11) * 0x1p-53 < share;
}

}  // namespace mlops::monitor
