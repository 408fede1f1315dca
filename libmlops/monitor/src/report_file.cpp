#include <mlops/monitor/report.hpp>
#include <mlops/score/sink.hpp>

namespace mlops::monitor {

void write_report(const std::filesystem::path& file, std::string_view report) {
  // "-" is a file like any other here.
  const auto sink = score::open_sink(file == "-" ? std::filesystem::path("./-") : file, {});
  sink->write(report);
  sink->commit();
}

}  // namespace mlops::monitor
